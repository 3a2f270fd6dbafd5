package ecr

import (
	"context"
	"fmt"

	"ecrmirror/localstack/store"
)

type batchDeleteImageInput struct {
	target
	IDs []imageID `json:"imageIds"`
}

type batchDeleteImageOutput struct {
	IDs      []imageID      `json:"imageIds"`
	Failures []imageFailure `json:"failures"`
}

// batchDeleteImage deletes in the order of the request: by tag the tag, and with its
// last tag the image; by digest the image and all its tags. An image of an index
// cannot be deleted before the index. Blobs stay, as they do in ECR for a while.
func (r *Registry) batchDeleteImage(
	ctx context.Context, c call, in batchDeleteImageInput,
) (out batchDeleteImageOutput, err error) {
	ctx = context.WithoutCancel(ctx) // a deletion is done or not, whoever hangs up
	r.mu.Lock()
	defer r.mu.Unlock()
	repo, err := in.find(r, c, length("imageIds", len(in.IDs), 1, maxBatch))
	if err != nil {
		return out, err
	}
	out = batchDeleteImageOutput{IDs: []imageID{}, Failures: []imageFailure{}}
	for _, want := range in.IDs {
		deleted, failure, err := r.deleteOne(ctx, repo, want)
		if err != nil {
			return out, err
		}
		out.IDs = append(out.IDs, deleted...)
		if failure != nil {
			out.Failures = append(out.Failures, *failure)
		}
	}
	return out, nil
}

// deleteOne deletes a tag or an image, and returns what is gone. Callers hold r.mu.
func (r *Registry) deleteOne(ctx context.Context, repo *repository, want imageID) ([]imageID, *imageFailure, error) {
	img, failure := repo.lookUp(want)
	if failure != nil {
		return nil, failure, nil
	}
	if want.Tag != "" && len(img.tags) > 1 {
		if err := r.store.Untag(ctx, repo.id.storage(), want.Tag); err != nil {
			return nil, nil, err
		}
		repo.unpoint(want.Tag)
		return []imageID{{Digest: img.digest.String(), Tag: want.Tag}}, nil, nil
	}
	if parents := repo.parents(img.digest); len(parents) > 0 {
		return nil, &imageFailure{
			ID: want, Code: "ImageReferencedByManifestList",
			Reason: fmt.Sprintf("Requested image referenced by manifest list: %v", parents),
		}, nil
	}
	if err := r.forget(ctx, repo.id, img); err != nil {
		return nil, nil, err
	}
	gone := []imageID{}
	for _, tag := range img.sortedTags() {
		gone = append(gone, imageID{Digest: img.digest.String(), Tag: tag})
	}
	if len(gone) == 0 {
		gone = append(gone, imageID{Digest: img.digest.String()})
	}
	repo.remove(img)
	return gone, nil, nil
}

// forget drops an image and its tags from the store. Callers hold r.mu.
func (r *Registry) forget(ctx context.Context, id repositoryID, img *image) error {
	if !store.Keeps(img.mediaType) {
		return nil
	}
	for _, tag := range img.sortedTags() {
		if err := r.store.Untag(ctx, id.storage(), tag); err != nil {
			return err
		}
	}
	return r.store.DeleteManifest(ctx, id.storage(), img.digest)
}
