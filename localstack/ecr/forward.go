package ecr

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/opencontainers/go-digest"
)

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
			// before the client pushes the manifest
			r.uploadedAgain(*v.ecr, digest.Digest(req.URL.Query().Get("digest")))
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
