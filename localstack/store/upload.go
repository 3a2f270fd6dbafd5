package store

import (
	"context"
	"errors"
	"fmt"
	"path"

	"github.com/distribution/distribution/v3"
	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
)

// An Upload is a blob on its way into a repository. It holds an open file until
// Commit or Cancel. It is not safe for concurrent use.
type Upload struct {
	store      *Store
	repository string
	w          distribution.BlobWriter
}

// Upload begins an upload. It outlives ctx.
func (s *Store) Upload(ctx context.Context, repository string) (*Upload, error) {
	ctx = context.WithoutCancel(quiet(ctx))
	repo, err := s.repository(ctx, repository)
	if err != nil {
		return nil, err
	}
	w, err := repo.Blobs(ctx).Create(ctx)
	if err != nil {
		return nil, fmt.Errorf("beginning upload: %w", err)
	}
	return &Upload{store: s, repository: repository, w: w}, nil
}

// ID returns the upload's UUID.
func (u *Upload) ID() string { return u.w.ID() }

// Size returns the number of bytes written.
func (u *Upload) Size() int64 { return u.w.Size() }

// Write appends p.
func (u *Upload) Write(p []byte) (int, error) { return u.w.Write(p) }

// Commit ends the upload and files what was written under d. Content with another
// digest is [ErrDigest]. The upload is over whatever Commit returns.
func (u *Upload) Commit(ctx context.Context, d digest.Digest) error {
	ctx = context.WithoutCancel(quiet(ctx))
	_, err := u.w.Commit(ctx, v1.Descriptor{Digest: d})
	if err == nil {
		return nil
	}
	if cleanup := u.discard(ctx); cleanup != nil {
		err = errors.Join(err, cleanup)
	}
	if _, mismatch := errors.AsType[distribution.ErrBlobInvalidDigest](err); mismatch {
		return fmt.Errorf("%w: %w", ErrDigest, err)
	}
	return fmt.Errorf("committing upload: %w", err)
}

// Cancel ends the upload and drops what was written.
func (u *Upload) Cancel(ctx context.Context) error {
	ctx = context.WithoutCancel(quiet(ctx))
	if err := u.w.Cancel(ctx); err != nil {
		return fmt.Errorf("cancelling upload: %w", err)
	}
	return nil
}

// discard deletes what distribution leaves of an upload that it did not accept.
func (u *Upload) discard(ctx context.Context) error {
	return u.store.delete(ctx, path.Join(root, "repositories", u.repository, "_uploads", u.w.ID()))
}
