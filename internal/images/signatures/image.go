package signatures

import (
	"context"
	"fmt"
	"sync"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/image"
	"go.podman.io/image/v5/types"
)

// An Image is one whose manifests are read with the signatures beside them. It is safe for
// concurrent use.
type Image struct {
	signed func(context.Context, digest.Digest) (types.UnparsedImage, error)
	close  func() error
}

// Signed returns the manifest of a digest, and all that is signed there, which it has read. It is for the
// caller to hold the manifest against the digest.
func (i *Image) Signed(ctx context.Context, d digest.Digest) (types.UnparsedImage, error) {
	return i.signed(ctx, d)
}

// Close closes what was opened.
func (i *Image) Close() error { return i.close() }

// OnDisk returns an image on disk whose root manifest has that digest. Closing it closes the source.
func OnDisk(src types.ImageSource, root digest.Digest) *Image {
	var mu sync.Mutex // the source may be good for one at a time
	signed := func(ctx context.Context, d digest.Digest) (types.UnparsedImage, error) {
		mu.Lock()
		defer mu.Unlock()
		instance := &d
		if d == root { // which files have no digest to be asked for by
			instance = nil
		}
		return loaded(ctx, image.UnparsedInstance(src, instance))
	}
	return &Image{signed, src.Close}
}

// loaded has an image read its manifest and signatures, which it keeps.
func loaded(ctx context.Context, img *image.UnparsedImage) (*image.UnparsedImage, error) {
	if _, _, err := img.Manifest(ctx); err != nil {
		return nil, err
	}
	if _, err := img.UntrustedSignatures(ctx); err != nil {
		return nil, fmt.Errorf("signatures: %w", err)
	}
	return img, nil
}
