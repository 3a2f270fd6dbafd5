package ecr

import (
	"cmp"
	"context"
)

type listImagesInput struct {
	target
	Filter imageFilter `json:"filter"`
	paging
}

type listImagesOutput struct {
	IDs       []imageID `json:"imageIds"`
	NextToken string    `json:"nextToken,omitempty"`
}

// listImages lists one id for every tag, and one for every image without any.
func (r *Registry) listImages(_ context.Context, c call, in listImagesInput) (out listImagesOutput, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	repo, err := in.find(r, c, cmp.Or(in.check(false, ""), in.Filter.check()))
	if err != nil {
		return out, err
	}
	ids := []imageID{}
	for _, img := range repo.filtered(in.Filter, r.opts.Now()) {
		if len(img.tags) == 0 {
			ids = append(ids, imageID{Digest: img.digest.String()})
		}
		for _, tag := range img.sortedTags() {
			ids = append(ids, imageID{Digest: img.digest.String(), Tag: tag})
		}
	}
	list := "ListImages " + repo.id.String()
	out.IDs, out.NextToken, err = page(in.paging, list, pageSize, ids,
		func(i imageID) string { return i.Digest + " " + i.Tag })
	return out, err
}
