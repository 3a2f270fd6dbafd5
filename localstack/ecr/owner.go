package ecr

import (
	"net/http"
	"sync"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/iam"
)

// Owner returns a transport that sends requests by next, those under /v2/ for ECR's
// repositories with the login of the root user whose repositories they are: for who looks
// at what is there, from outside of what is being tried.
func (r *Registry) Owner(next http.RoundTripper) http.RoundTripper {
	return &owner{registry: r, next: next, passwords: map[registryID]string{}}
}

type owner struct {
	registry *Registry
	next     http.RoundTripper

	mu        sync.Mutex
	passwords map[registryID]string
}

func (o *owner) RoundTrip(req *http.Request) (*http.Response, error) {
	registry, ok := registryAt(req.URL.Host)
	if v := parseV2(req); v.ecr != nil {
		registry, ok = v.ecr.registryID, true
	}
	if ok {
		req = req.Clone(req.Context())
		req.SetBasicAuth("AWS", o.password(registry))
	}
	return o.next.RoundTrip(req)
}

func (o *owner) password(registry registryID) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.passwords[registry] == "" {
		root := iam.Principal{Account: registry.Account, Root: true}
		o.passwords[registry] = o.registry.newPassword(awsjson.Caller{
			Account: registry.Account, Region: registry.Region, Principal: root,
		})
	}
	return o.passwords[registry]
}
