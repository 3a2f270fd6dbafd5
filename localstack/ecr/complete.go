package ecr

import (
	"context"
	"errors"

	"github.com/opencontainers/go-digest"

	"ecrmirror/localstack/store"
)

type completeInput struct {
	target
	UploadID *string  `json:"uploadId"`
	Digests  []string `json:"layerDigests"`
}

type completeOutput struct {
	RegistryID     string        `json:"registryId"`
	RepositoryName string        `json:"repositoryName"`
	UploadID       string        `json:"uploadId"`
	Digest         digest.Digest `json:"layerDigest"`
}

func (r *Registry) completeLayerUpload(ctx context.Context, c call, in completeInput) (out completeOutput, err error) {
	id, err := in.resolve(c)
	if err != nil {
		return out, err
	}
	d, err := in.digest()
	if err != nil {
		return out, err
	}
	u, uploadID, err := r.findUpload(id, in.UploadID)
	if err != nil {
		return out, err
	}
	err = r.finish(ctx, u, id, uploadID, d)
	if u.over() {
		r.dropUpload(id, uploadID)
	}
	return completeOutput{RegistryID: id.Account, RepositoryName: id.Name, UploadID: uploadID, Digest: d}, err
}

// digest returns the layer's digest. More than one can only mean the same.
func (in completeInput) digest() (digest.Digest, error) {
	if err := length("layerDigests", len(in.Digests), 1, maxBatch); err != nil {
		return "", err
	}
	for _, d := range in.Digests {
		if err := matches("layerDigests", d, contentDigest); err != nil {
			return "", err
		}
		if d != in.Digests[0] {
			return "", invalid("layerDigests", "must be digests of one layer")
		}
	}
	return digest.Digest(in.Digests[0]), nil
}

// finish files the layer. An upload that has no parts, or parts that are too small,
// stays as it is; any other answer is the end of it.
func (r *Registry) finish(ctx context.Context, u *upload, id repositoryID, uploadID string, d digest.Digest) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case u.ended:
		return uploadNotFound(id, uploadID)
	case u.parts == 0:
		return refuse("EmptyUploadException", "The upload with id '%s' has no layer parts in %s", uploadID, where(id))
	case u.small:
		return refuse("LayerPartTooSmallException",
			"Layer parts other than the last must be at least %d bytes; the upload with id '%s' has a smaller one",
			smallestPart, uploadID)
	}
	_, before := r.store.Stat(ctx, id.storage(), d)
	again := before == nil && r.inArchive(id, d)
	if before != nil && !errors.Is(before, store.ErrNotFound) {
		return before
	}
	u.ended = true
	err := store.ErrDigest
	if d.Validate() == nil {
		err = u.blob.Commit(ctx, d)
	} else {
		_ = u.blob.Cancel(ctx) // what stays on disk goes with the repository
	}
	switch {
	case errors.Is(err, store.ErrDigest):
		return refuse("InvalidLayerException", "The layer digest '%s' does not match the digest of the uploaded layer",
			d)
	case err == nil && again:
		r.uploadedAgain(id, d)
	case err == nil && before == nil:
		return refuse("LayerAlreadyExistsException", "The layer with digest '%s' already exists in %s", d, where(id))
	}
	return err
}
