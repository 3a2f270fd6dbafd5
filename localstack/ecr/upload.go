package ecr

import (
	"context"
)

// Sizes of parts, in bytes.
const (
	suggestedPart = 10_485_760 // what InitiateLayerUpload returns
	smallestPart  = 5 << 20    // of parts other than the last
)

type initiateInput struct{ target }

type initiateOutput struct {
	UploadID string `json:"uploadId"`
	PartSize int64  `json:"partSize"`
}

func (r *Registry) initiateLayerUpload(ctx context.Context, c call, in initiateInput) (out initiateOutput, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	repo, err := in.find(r, c, nil)
	if err != nil {
		return out, err
	}
	blob, err := r.store.Upload(ctx, repo.id.storage())
	if err != nil {
		return out, err
	}
	repo.uploads[blob.ID()] = &upload{blob: blob}
	return initiateOutput{UploadID: blob.ID(), PartSize: suggestedPart}, nil
}

// findUpload returns an upload of the repository.
func (r *Registry) findUpload(id repositoryID, uploadID *string) (*upload, string, error) {
	u, err := required("uploadId", uploadID)
	if err != nil {
		return nil, "", err
	}
	if err := matches("uploadId", u, uploadUUID); err != nil {
		return nil, "", err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	repo, err := r.find(id)
	if err != nil {
		return nil, "", err
	}
	found, ok := repo.uploads[u]
	if !ok {
		return nil, "", uploadNotFound(id, u)
	}
	return found, u, nil
}

// dropUpload forgets an upload that has ended.
func (r *Registry) dropUpload(id repositoryID, uploadID string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if repo := r.repositories[id]; repo != nil {
		delete(repo.uploads, uploadID)
	}
}
