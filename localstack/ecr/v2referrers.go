package ecr

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/opencontainers/go-digest"
)

// serveReferrers lists the active images of which a digest is the subject, as an index, by the
// Distribution Specification ("Listing Referrers"). The subject need not be there.
func (r *Registry) serveReferrers(w http.ResponseWriter, req *http.Request, v v2Request) {
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		writeV2Error(w, http.StatusMethodNotAllowed, "UNSUPPORTED", "The operation is unsupported.")
		return
	}
	subject := digest.Digest(v.ref)
	if subject.Validate() != nil {
		writeV2Error(w, http.StatusBadRequest, "DIGEST_INVALID", "no digest: "+v.ref)
		return
	}
	referrers := r.referrersOf(*v.ecr, subject)
	if query := req.URL.Query(); query.Has("artifactType") {
		w.Header().Set("OCI-Filters-Applied", "artifactType")
		referrers = slices.DeleteFunc(referrers, func(r ociReferrer) bool {
			return r.ArtifactType != query.Get("artifactType")
		})
	}
	w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
	w.Header().Set("Content-Type", ociIndex)
	_ = json.NewEncoder(w).Encode(map[string]any{"schemaVersion": 2, "mediaType": ociIndex, "manifests": referrers})
}

// An ociReferrer is a descriptor; the API adds members that no descriptor has.
type ociReferrer struct {
	MediaType    string            `json:"mediaType"`
	Digest       digest.Digest     `json:"digest"`
	Size         int               `json:"size"`
	ArtifactType string            `json:"artifactType,omitempty"`
	Annotations  map[string]string `json:"annotations,omitempty"`
}

// referrersOf returns the descriptors of a subject's referrers, in the order of their digests.
func (r *Registry) referrersOf(id repositoryID, subject digest.Digest) []ociReferrer {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := []ociReferrer{}
	if repo := r.repositories[id]; repo != nil {
		for _, img := range repo.filtered(imageFilter{}, r.opts.Now()) {
			if img.subject == subject {
				list = append(list, ociReferrer{
					img.mediaType, img.digest, len(img.raw), img.artifactType, img.annotations,
				})
			}
		}
	}
	return list
}
