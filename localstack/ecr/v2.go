package ecr

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/opencontainers/go-digest"
)

// A v2Request is what the path and the host of a request under /v2/ say.
type v2Request struct {
	kind string // base, catalog, manifest, blob, upload, tags, referrers or other
	name string // repository, as the client wrote it
	ref  string // tag or digest of a manifest; digest of a blob, or of a subject of referrers
	ecr  *repositoryID
}

// v2Path splits NAME from what is asked of it, at the last word that can do so.
var v2Path = regexp.MustCompile(`^/v2/(.+)/(manifests|blobs|tags|referrers)/(.*)$`)

func parseV2(req *http.Request) v2Request {
	v := v2Request{kind: "other"}
	switch req.URL.Path {
	case "/v2", "/v2/":
		v.kind = "base"
	case "/v2/_catalog":
		v.kind = "catalog"
	}
	m := v2Path.FindStringSubmatch(req.URL.Path)
	if m == nil {
		return v
	}
	v.name = m[1]
	switch {
	case m[2] == "manifests":
		v.kind, v.ref = "manifest", m[3]
	case m[2] == "tags":
		v.kind = "tags"
	case m[2] == "referrers":
		v.kind, v.ref = "referrers", m[3]
	case strings.HasPrefix(m[3], "uploads"):
		v.kind = "upload"
	default:
		v.kind, v.ref = "blob", m[3]
	}
	v.ecr = repositoryAt(req.Host, v.name)
	return v
}

// repositoryAt returns the ECR repository that a name on a host stands for: NAME on
// a registry's own host, ALIAS/NAME on ECR Public's, ACCOUNT/REGION/NAME or
// public/ALIAS/NAME on any other. It returns nil for a repository of the ordinary
// registry, which has all other names.
func repositoryAt(host, name string) *repositoryID {
	if reg, ok := registryAt(host); ok {
		return &repositoryID{registryID: reg, Name: name}
	}
	if isPublicHost(host) {
		return publicRepository(name)
	}
	if rest, ok := strings.CutPrefix(name, publicPath+"/"); ok {
		return publicRepository(rest)
	}
	parts := strings.SplitN(name, "/", 3)
	if len(parts) < 3 || !accountID.MatchString(parts[0]) || !regionName.MatchString(parts[1]) {
		return nil
	}
	return &repositoryID{registryID: registryID{parts[0], parts[1]}, Name: parts[2]}
}

// stored is the repository's name in the store.
func (v v2Request) stored() string {
	if v.ecr != nil {
		return v.ecr.storage()
	}
	return v.name
}

// counted is the repository's name in the counts.
func (v v2Request) counted() string {
	if v.ecr != nil {
		return v.ecr.String()
	}
	return v.name
}

// ServeV2 answers everything under /v2/. On the host of an ECR registry,
// ACCOUNT.dkr.ecr.REGION.amazonaws.com and its like in other partitions, NAME is a
// repository of that registry; on any other host ACCOUNT/REGION/NAME is. On the hosts of
// ECR Public, public.ecr.aws and ecr-public.aws.com, ALIAS/NAME is a repository there,
// and on any other public/ALIAS/NAME; [PublicAlias] tells an account's alias. In ECR
// repositories a manifest is pushed by the rules of PutImage, nothing is deleted, and
// nothing is mounted, as with BLOB_MOUNTING off. All other names belong to an
// ordinary registry, whose repositories come into being by push, and where anyone may do
// anything. Who may what in ECR's is up to [Options].Authorize.
func (r *Registry) ServeV2(w http.ResponseWriter, req *http.Request) {
	v := parseV2(req)
	r.opts.Stats.Call(OperationName(req))
	if !r.admit(w, req, v) {
		return
	}
	if v.ecr != nil {
		r.serveECR(w, req, v)
		return
	}
	if _, ok := registryAt(req.Host); v.kind == "catalog" && (ok || isPublicHost(req.Host)) {
		// The store's catalog is of all accounts and regions.
		writeV2Error(w, http.StatusMethodNotAllowed, "UNSUPPORTED", "The operation is unsupported.")
		return
	}
	if query := req.URL.Query(); v.kind == "upload" && repositoryAt(req.Host, query.Get("from")) != nil {
		req = withoutMount(req) // a registry elsewhere could not reach into ECR
	}
	r.forward(w, req, v)
}

// forward lets the store answer, under its own names.
func (r *Registry) forward(w http.ResponseWriter, req *http.Request, v v2Request) (status int) {
	client, stored := "/v2/"+v.name+"/", "/v2/"+v.stored()+"/"
	inner := req.Clone(req.Context())
	if v.name != "" {
		inner.URL.Path = strings.Replace(inner.URL.Path, client, stored, 1)
		inner.URL.RawPath = ""
	}
	front := &frontWriter{ResponseWriter: w}
	front.header = func(h http.Header) {
		if v.ecr != nil && v.kind == "upload" && front.status == http.StatusCreated {
			r.uploadedAgain(*v.ecr, digest.Digest(req.URL.Query().Get("digest"))) // before the client pushes the manifest
		}
		for _, name := range []string{"Location", "Link"} {
			if value := h.Get(name); value != "" && v.name != "" {
				h.Set(name, strings.Replace(value, stored, client, 1))
			}
		}
	}
	switch {
	case v.kind == "blob" && req.Method == http.MethodGet:
		front.blob = &countingWriter{w: w, count: r.counted(v.counted())}
	case v.kind == "upload":
		inner.Body = &countingBody{inner.Body, func(n int64) { r.opts.Stats.Written(v.counted(), n) }}
	}
	r.store.ServeHTTP(front, inner)
	return front.status
}

// withoutMount makes an ordinary upload of a request to mount a blob.
func withoutMount(req *http.Request) *http.Request {
	req = req.Clone(req.Context())
	query := req.URL.Query()
	query.Del("mount")
	query.Del("from")
	req.URL = &url.URL{Path: req.URL.Path, RawQuery: query.Encode()}
	return req
}
