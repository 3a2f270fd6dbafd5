// Package transport gives the copy engine images by the transports of go.podman.io/image.
package transport

import (
	"context"
	"io"
	"time"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/pkg/blobinfocache/none"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/mirror/stall"
)

// A Source reads one image by a transport, and has nothing but that image.
type Source struct{ image types.ImageSource }

var _ port.Source = (*Source)(nil)

// stallTimeout is how long one read of a blob may take before the blob ends in [stall.ErrStalled].
const stallTimeout = 3 * time.Minute

// NewSource returns a source of the image, which it closes.
func NewSource(image types.ImageSource) *Source { return &Source{image} }

// Manifest implements [port.Source]. It knows instances by their digests, the image by "", and no tags.
func (s *Source) Manifest(ctx context.Context, reference string) (manifest []byte, mediaType string, err error) {
	if reference == "" {
		return s.image.GetManifest(ctx, nil)
	}
	instance, err := digest.Parse(reference)
	if err != nil {
		return nil, "", err
	}
	return s.image.GetManifest(ctx, &instance)
}

// Blob implements [port.Source].
func (s *Source) Blob(ctx context.Context, blob content.Blob) (chunked.Blob, error) {
	stalled := chunked.Stall{After: stallTimeout, Err: stall.ErrStalled}
	return chunked.OpenSequential(ctx, stalled, func(ctx context.Context) (io.ReadCloser, int64, error) {
		return s.image.GetBlob(ctx, types.BlobInfo{Digest: blob.Digest, Size: blob.Size}, none.NoCache)
	})
}

// OneAtATime implements [port.Source].
func (s *Source) OneAtATime() bool { return !s.image.HasThreadSafeGetBlob() }

// Close implements [port.Source].
func (s *Source) Close() error { return s.image.Close() }
