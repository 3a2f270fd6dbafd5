package ecr

import (
	"net/http"
)

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
