package transport

import (
	"context"
	"fmt"
	"slices"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/pkg/blobinfocache/none"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/port"
)

// A Destination writes one image by a transport.
type Destination struct{ image types.ImageDestination }

var _ port.Destination = (*Destination)(nil)

// NewDestination returns a destination that writes the image, which it closes.
func NewDestination(image types.ImageDestination) *Destination { return &Destination{image} }

// Accepts implements [port.Destination].
func (d *Destination) Accepts(manifest port.Manifest, _ bool) error {
	supported := d.image.SupportedManifestMIMETypes()
	if len(supported) > 0 && !slices.Contains(supported, manifest.MediaType) {
		return fmt.Errorf("it can't hold manifests of type %s, and mirroring does not convert", manifest.MediaType)
	}
	return nil
}

// Expect implements [port.Destination]. It does nothing: transports are asked for one blob at a time.
func (d *Destination) Expect(context.Context, []digest.Digest) error { return nil }

// HasBlob implements [port.Destination].
func (d *Destination) HasBlob(ctx context.Context, blob digest.Digest) (has bool, size int64, err error) {
	has, found, err := d.image.TryReusingBlob(ctx, types.BlobInfo{Digest: blob, Size: -1}, none.NoCache, false)
	return has, found.Size, err
}

// PartSize implements [port.Destination]. It returns 0: transports read.
func (d *Destination) PartSize(int64) int64 { return 0 }

// PutBlob implements [port.Destination].
func (d *Destination) PutBlob(ctx context.Context, blob content.Blob, stream chunked.Lender) error {
	got, err := d.image.PutBlob(ctx, stream, types.BlobInfo{Digest: blob.Digest, Size: blob.Size}, none.NoCache, false)
	if err == nil && got.Digest != blob.Digest {
		return &content.DigestMismatchError{Want: blob.Digest, Got: got.Digest}
	}
	return err
}

// PutManifest implements [port.Destination].
func (d *Destination) PutManifest(ctx context.Context, manifest port.Manifest) error {
	return d.image.PutManifest(ctx, manifest.Content, &manifest.Digest)
}

// PutTag implements [port.Destination]. The name is that of the image, whatever the engine says.
func (d *Destination) PutTag(ctx context.Context, _ imagename.Name, manifest port.Manifest) error {
	if err := d.image.PutManifest(ctx, manifest.Content, nil); err != nil {
		return err
	}
	return d.image.Commit(ctx, nil)
}

// OneAtATime implements [port.Destination].
func (d *Destination) OneAtATime() bool { return !d.image.HasThreadSafePutBlob() }

// Close implements [port.Destination].
func (d *Destination) Close() error { return d.image.Close() }
