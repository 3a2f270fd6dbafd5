package ecrtransport

import (
	"context"
	"io"
	"sync"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/ecr"
)

// imageSource reads an image from private ECR. Its methods are safe for concurrent use.
type imageSource struct {
	ref        ecrReference
	repository *ecr.Repository

	mu   sync.Mutex
	root *ecr.Manifest // once it was read
}

var _ types.ImageSource = (*imageSource)(nil)

func newImageSource(ref ecrReference) (*imageSource, error) {
	repository, err := ref.transport.client.Repository(ref.name)
	if err != nil {
		return nil, err
	}
	return &imageSource{ref: ref, repository: repository}, nil
}

// Reference returns the reference that the source was made by.
func (s *imageSource) Reference() types.ImageReference { return s.ref }

// Close does nothing: blobs are closed one by one.
func (s *imageSource) Close() error { return nil }

// HasThreadSafeGetBlob returns true.
func (s *imageSource) HasThreadSafeGetBlob() bool { return true }

// GetSignatures returns none: ECR has no signatures beside images.
func (s *imageSource) GetSignatures(context.Context, *digest.Digest) ([][]byte, error) {
	return nil, nil
}

// LayerInfosForCopy returns nil: the manifest's values are right.
func (s *imageSource) LayerInfosForCopy(context.Context, *digest.Digest) ([]types.BlobInfo, error) {
	return nil, nil
}

// GetManifest returns the image's manifest, or that of an instance by its digest, and its media
// type. The bytes have been checked against the digest: both that asked for and that which ECR
// claims.
func (s *imageSource) GetManifest(ctx context.Context, instanceDigest *digest.Digest) ([]byte, string, error) {
	if instanceDigest != nil {
		m, err := s.repository.Manifest(ctx, "", *instanceDigest)
		return m.Content, m.MediaType, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.root == nil {
		m, err := s.repository.Manifest(ctx, s.ref.name.Tag, s.ref.name.Digest)
		if err != nil {
			return nil, "", err
		}
		s.root = &m
	}
	return s.root.Content, s.root.MediaType, nil
}

// GetBlob returns a reader of a blob and its size in bytes. Layers that live elsewhere (info.URLs)
// are read there, others by URLs that ECR signs. The reader reports every failure; the caller
// checks the digest.
func (s *imageSource) GetBlob(
	ctx context.Context, info types.BlobInfo, _ types.BlobInfoCache,
) (io.ReadCloser, int64, error) {
	blob := ecr.Blob{Digest: info.Digest, Size: info.Size}
	if len(info.URLs) > 0 {
		return s.ref.transport.client.ForeignBlob(ctx, blob, info.URLs)
	}
	body, size, err := s.repository.Blob(ctx, blob)
	if err != nil {
		return nil, 0, err
	}
	return body, size, nil
}
