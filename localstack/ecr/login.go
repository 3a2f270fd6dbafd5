package ecr

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"time"

	"ecrmirror/localstack/awsjson"
)

// loginLife is how long a login is good for.
const loginLife = 12 * time.Hour

// newPassword returns the password of a new login of the caller, for the user AWS.
func (r *Registry) newPassword(c awsjson.Caller) string {
	password, now := rand.Text(), r.opts.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	for old, l := range r.logins {
		if now.After(l.expires) {
			delete(r.logins, old)
		}
	}
	r.logins[password] = login{c.Principal, c.Region, now.Add(loginLife)}
	return password
}

// PublicPassword returns a password for ECR Public under /v2/, for the user AWS.
func (r *Registry) PublicPassword(c awsjson.Caller) string {
	c.Region = publicRegion
	return r.newPassword(c)
}

// admit tells whether a request under /v2/ may go on, or answers it. The ordinary registry
// is everyone's, and so is reading from ECR Public.
func (r *Registry) admit(w http.ResponseWriter, req *http.Request, v v2Request) bool {
	registry, ok := registryAt(req.Host)
	if v.ecr != nil {
		registry, ok = v.ecr.registryID, true
	}
	reads := req.Method == http.MethodGet || req.Method == http.MethodHead
	if r.opts.Authorize == nil || !ok || registry.public() && reads {
		return true
	}
	l, ok := r.loginOf(req)
	if !ok || l.region != registry.Region {
		challenge(w, registry)
		return false
	}
	if v.ecr == nil {
		return true
	}
	if err := r.opts.Authorize(l.principal, r.accessTo(v2Action(registry, v.kind, req.Method), *v.ecr)); err != nil {
		writeV2Error(w, http.StatusForbidden, "DENIED", err.Error())
		return false
	}
	return true
}

func (r *Registry) loginOf(req *http.Request) (login, bool) {
	user, password, _ := req.BasicAuth()
	r.mu.Lock()
	defer r.mu.Unlock()
	l, ok := r.logins[password]
	return l, ok && user == "AWS" && r.opts.Now().Before(l.expires)
}

// challenge asks for a login as ECR does.
func challenge(w http.ResponseWriter, registry registryID) {
	w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Basic realm="https://%s/",service="ecr.amazonaws.com"`,
		registry.host()))
	w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
	http.Error(w, "Not Authorized", http.StatusUnauthorized)
}

// v2Action is the API's action that a request under /v2/ takes.
//
// Source: Amazon ECR User Guide, "IAM permissions for pushing an image" and "Private
// repository policy examples"; that listing tags takes ListImages is documented there,
// for referrers the action of the API is assumed.
func v2Action(registry registryID, kind, method string) string {
	service := "ecr:"
	if registry.public() {
		service = "ecr-public:"
	}
	reads := method == http.MethodGet || method == http.MethodHead
	switch {
	case kind == "manifest" && reads:
		return service + "BatchGetImage"
	case kind == "manifest":
		return service + "PutImage"
	case kind == "blob" && method == http.MethodHead:
		return service + "BatchCheckLayerAvailability"
	case kind == "blob":
		return service + "GetDownloadUrlForLayer"
	case kind == "upload" && method == http.MethodPost:
		return service + "InitiateLayerUpload"
	case kind == "upload" && method == http.MethodPut:
		return service + "CompleteLayerUpload"
	case kind == "upload":
		return service + "UploadLayerPart"
	case kind == "tags":
		return service + "ListImages"
	}
	return service + "ListImageReferrers"
}
