package images

import (
	"context"
	"fmt"
	"sync"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/docker"
	"go.podman.io/image/v5/image"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/imagename"
)

// Identity returns the reference by which a signature policy knows a source: one of the transport
// "docker" for an image in any registry, with the canonical name, whichever way the image is
// reached, and that of its own transport for files. It has the name's tag, or, where the name has
// a digest, that alone.
func Identity(name imagename.Name) (types.ImageReference, error) {
	if name.Digest != "" {
		name.Tag = ""
	}
	switch name = name.Canonical(); name.Kind {
	case imagename.OCILayout, imagename.Directory:
		return (*Client)(nil).reference(name)
	}
	named, err := name.Reference()
	if err != nil {
		return nil, err
	}
	return docker.NewReference(named)
}

// A SignedImage is an image whose manifests are read with the signatures beside them. It is safe for
// concurrent use.
type SignedImage struct {
	signed func(context.Context, digest.Digest) (types.UnparsedImage, error)
	close  func() error
}

// Signed returns the manifest of a digest, and all that is signed there, which it has read. It is for the
// caller to hold the manifest against the digest.
func (s *SignedImage) Signed(ctx context.Context, d digest.Digest) (types.UnparsedImage, error) {
	return s.signed(ctx, d)
}

// Close closes what was opened.
func (s *SignedImage) Close() error { return s.close() }

// Signed opens an image whose root manifest has that digest for its signatures to be read, by the client
// that reads the image itself. Those of an image in a registry are where the files in dir say, see
// containers-registries.d(5), for "" those in the usual places; where there are none, as
// sigstore's tools attach them. The caller closes it.
func (r *Client) Signed(ctx context.Context, name imagename.Name, root digest.Digest, dir string) (*SignedImage, error) {
	switch name.Kind {
	case imagename.OCILayout, imagename.Directory:
		return r.signedOnDisk(ctx, name, root)
	}
	beside, err := r.signatures(ctx, name, root, dir)
	if err != nil {
		return nil, err
	}
	return &SignedImage{beside.of, beside.close}, nil
}

func (r *Client) signedOnDisk(ctx context.Context, name imagename.Name, root digest.Digest) (*SignedImage, error) {
	ref, err := r.reference(name)
	if err != nil {
		return nil, err
	}
	src, err := ref.NewImageSource(ctx, system())
	if err != nil {
		return nil, err
	}
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
	return &SignedImage{signed, src.Close}, nil
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
