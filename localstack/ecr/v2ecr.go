package ecr

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/opencontainers/go-digest"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/store"
)

// serveECR answers for a repository of ECR.
func (r *Registry) serveECR(w http.ResponseWriter, req *http.Request, v v2Request) {
	if err := v.ecr.checkName("repositoryName", v.ecr.Name); err != nil {
		writeV2Error(w, http.StatusBadRequest, "NAME_INVALID", err.Error())
		return
	}
	if err := r.exists(*v.ecr); err != nil {
		writeRefusal(w, err)
		return
	}
	switch {
	case req.Method == http.MethodDelete:
		writeV2Error(w, http.StatusMethodNotAllowed, "UNSUPPORTED", "The operation is unsupported.")
	case v.kind == "manifest" && req.Method == http.MethodPut:
		r.putManifest(w, req, v)
	case v.kind == "manifest":
		r.getManifest(w, req, v)
	case v.kind == "tags" && req.Method == http.MethodGet:
		r.listTags(w, req, v)
	case v.kind == "referrers":
		r.serveReferrers(w, req, v)
	case v.kind == "upload":
		r.forward(w, withoutMount(req), v)
	case v.kind == "blob" && r.inArchive(*v.ecr, digest.Digest(v.ref)):
		writeV2Error(w, http.StatusNotFound, "BLOB_UNKNOWN", "The layer is archived")
	default:
		r.forward(w, req, v)
	}
}

// putManifest takes a manifest by the rules of PutImage. What is already there as pushed is a success, as it is to
// clients of ECR's registry. The answer names the manifest's subject, so that no client keeps a list of referrers under
// a tag.
//
// Source: the Distribution Specification, "Pushing Manifests with Subject"; that ECR does so,
// sigstore/sigstore-js#1183.
func (r *Registry) putManifest(w http.ResponseWriter, req *http.Request, v v2Request) {
	content, err := io.ReadAll(io.LimitReader(req.Body, maxManifest+1))
	if err != nil {
		writeV2Error(w, http.StatusBadRequest, "MANIFEST_INVALID", err.Error())
		return
	}
	p := pushed{content: content, mediaType: req.Header.Get("Content-Type")}
	switch {
	case strings.Contains(v.ref, ":") && contentDigest.MatchString(v.ref):
		p.digest = digest.Digest(v.ref)
	case imageTag.MatchString(v.ref):
		p.tag = v.ref
	default:
		writeV2Error(w, http.StatusBadRequest, "TAG_INVALID", "neither a tag nor a digest: "+v.ref)
		return
	}
	m, err := r.put(req.Context(), *v.ecr, p)
	if refusal, ok := errors.AsType[*awsjson.Error](err); ok && refusal.Code == "ImageAlreadyExistsException" {
		err = nil
	}
	if err != nil {
		writeRefusal(w, err)
		return
	}
	w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
	w.Header().Set("Location", "http://"+req.Host+"/v2/"+v.name+"/manifests/"+m.digest.String())
	w.Header().Set("Docker-Content-Digest", m.digest.String())
	if m.subject != "" {
		w.Header().Set("OCI-Subject", m.subject.String())
	}
	w.WriteHeader(http.StatusCreated)
}

// getManifest serves Docker's first schema, which the store does not know, itself.
func (r *Registry) getManifest(w http.ResponseWriter, req *http.Request, v v2Request) {
	img := r.imageAt(*v.ecr, v.ref)
	if img != nil && r.inaccessible(img) {
		writeV2Error(w, http.StatusNotFound, "MANIFEST_UNKNOWN", "Requested image is archived")
		return
	}
	if img == nil || store.Keeps(img.mediaType) {
		if status := r.forward(w, req, v); img != nil && req.Method == http.MethodGet && status == http.StatusOK {
			r.pulled(img)
		}
		return
	}
	w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
	w.Header().Set("Content-Type", img.mediaType)
	w.Header().Set("Content-Length", strconv.Itoa(len(img.raw)))
	w.Header().Set("Docker-Content-Digest", img.digest.String())
	if req.Method == http.MethodGet {
		r.pulled(img)
		_, _ = w.Write(img.raw)
	}
}

// imageAt returns the image under a tag or digest, nil if there is none.
func (r *Registry) imageAt(id repositoryID, ref string) *image {
	r.mu.Lock()
	defer r.mu.Unlock()
	repo := r.repositories[id]
	if repo == nil {
		return nil
	}
	if img := repo.tags[ref]; img != nil {
		return img
	}
	return repo.images[digest.Digest(ref)]
}

func (r *Registry) pulled(img *image) {
	r.mu.Lock()
	defer r.mu.Unlock()
	img.pulledAt = r.opts.Now()
}
