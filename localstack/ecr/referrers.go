package ecr

import (
	"context"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"
)

// Pages of referrers are smaller than those of other lists.
const (
	referrersPage    = 20
	maxReferrersPage = 50
)

type referrersInput struct {
	target
	Subject *struct {
		Digest *string `json:"imageDigest"`
	} `json:"subjectId"`
	Filter struct {
		Types  []string `json:"artifactTypes"`
		Status *string  `json:"artifactStatus"`
	} `json:"filter"`
	paging
}

type referrersOutput struct {
	Referrers []referrer `json:"referrers"`
	NextToken string     `json:"nextToken,omitempty"`
}

// A referrer is the descriptor of an image that names another one as its subject; its
// size is that of the manifest, in bytes, as in all descriptors.
type referrer struct {
	Digest       digest.Digest     `json:"digest"`
	MediaType    string            `json:"mediaType"`
	ArtifactType string            `json:"artifactType,omitempty"`
	Size         int               `json:"size"`
	Annotations  map[string]string `json:"annotations,omitempty"`
	Status       string            `json:"artifactStatus"`
}

// listImageReferrers lists the referrers of a subject, which need not be there. Among
// its errors in the model, there is none for that.
func (r *Registry) listImageReferrers(_ context.Context, c call, in referrersInput) (out referrersOutput, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	repo, err := in.find(r, c, in.check())
	if err != nil {
		return out, err
	}
	now := r.opts.Now()
	all := []referrer{}
	for _, img := range repo.filtered(imageFilter{ImageStatus: in.Filter.Status}, now) {
		if img.subject.String() == *in.Subject.Digest && (in.Filter.Types == nil || slices.Contains(in.Filter.Types,
			img.artifactType)) {
			all = append(all, img.referrer(now))
		}
	}
	list := "ListImageReferrers " + repo.id.String() + " " + *in.Subject.Digest
	out.Referrers, out.NextToken, err = page(in.paging, list, referrersPage, all,
		func(r referrer) string { return r.Digest.String() })
	return out, err
}

func (in referrersInput) check() error {
	subject, err := required("subjectId", in.Subject)
	if err != nil {
		return err
	}
	if _, err := layerDigest("subjectId.imageDigest", subject.Digest); err != nil {
		return err
	}
	if in.Filter.Types != nil {
		if err := length("filter.artifactTypes", len(in.Filter.Types), 1, 5); err != nil {
			return err
		}
	}
	if in.Filter.Status != nil {
		if err := oneOf("filter.artifactStatus", *in.Filter.Status, "ACTIVE", "ARCHIVED", "ACTIVATING",
			"ANY"); err != nil {
			return err
		}
	}
	return in.checkSize(maxReferrersPage)
}

func (i *image) referrer(now time.Time) referrer {
	return referrer{
		Digest: i.digest, MediaType: i.mediaType, ArtifactType: i.artifactType,
		Size: len(i.raw), Annotations: i.annotations, Status: i.storage.status(now),
	}
}
