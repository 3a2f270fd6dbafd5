package images

import (
	"context"
	"fmt"
	"strings"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/ecr"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/port"
)

// An ecrSource reads images of one repository in private ECR.
type ecrSource struct {
	name       imagename.Name // with a tag or a digest
	repository *ecr.Repository
}

var _ port.Source = ecrSource{}

// Manifest implements [port.Source]. ECR's client verifies what it gets.
func (s ecrSource) Manifest(ctx context.Context, reference string) (manifest []byte, mediaType string, err error) {
	tag, d := reference, digest.Digest("")
	switch {
	case reference == "":
		tag, d = s.name.Tag, s.name.Digest
	case strings.Contains(reference, ":"):
		tag, d = "", digest.Digest(reference)
	}
	m, err := s.repository.Manifest(ctx, tag, d)
	return m.Content, m.MediaType, err
}

// Blob implements [port.Source].
func (s ecrSource) Blob(ctx context.Context, blob content.Blob) (chunked.Blob, error) {
	body, _, err := s.repository.Blob(ctx, ecr.Blob{Digest: blob.Digest, Size: blob.Size})
	if err != nil {
		return nil, err
	}
	return body, nil
}

// OneAtATime implements [port.Source].
func (ecrSource) OneAtATime() bool { return false }

// Close implements [port.Source].
func (ecrSource) Close() error { return nil }

// An ecrDestination writes images to one repository in ECR, or in ECR Public.
type ecrDestination struct{ repository *ecr.Destination }

var _ port.Destination = ecrDestination{}

// Accepts implements [port.Destination]. ECR can't hold indexes of blobs.
func (d ecrDestination) Accepts(manifest port.Manifest, indexOfBlobs bool) error {
	if !indexOfBlobs {
		return nil
	}
	return fmt.Errorf("index %s is one of blobs, such as a build cache, which Amazon ECR can't hold; "+
		"BuildKit writes one that it can with image-manifest=true", manifest.Digest)
}

// Expect implements [port.Destination]. ECR is asked for 100 blobs a call.
func (d ecrDestination) Expect(ctx context.Context, blobs []digest.Digest) error {
	_, err := d.repository.AvailableBlobs(ctx, blobs)
	return err
}

// HasBlob implements [port.Destination].
func (d ecrDestination) HasBlob(ctx context.Context, blob digest.Digest) (has bool, size int64, err error) {
	size, has, err = d.repository.HasBlob(ctx, blob)
	return has, size, err
}

// PartSize implements [port.Destination].
func (d ecrDestination) PartSize(size int64) int64 { return d.repository.PartSize(size) }

// PutBlob implements [port.Destination].
func (d ecrDestination) PutBlob(ctx context.Context, blob content.Blob, stream chunked.Lender) error {
	return d.repository.PutLent(ctx, stream, ecr.Blob{Digest: blob.Digest, Size: blob.Size})
}

// PutManifest implements [port.Destination].
func (d ecrDestination) PutManifest(ctx context.Context, m port.Manifest) error {
	return d.repository.PutManifest(ctx, m.Content, "", m.Digest)
}

// PutTag implements [port.Destination]. Where the image has a tag and a digest, the manifest must have that.
func (d ecrDestination) PutTag(ctx context.Context, image imagename.Name, m port.Manifest) error {
	return d.repository.PutManifest(ctx, m.Content, image.Tag, image.Digest)
}

// OneAtATime implements [port.Destination].
func (ecrDestination) OneAtATime() bool { return false }

// Close implements [port.Destination]. What was uploaded without a manifest that names it, ECR removes by itself.
func (ecrDestination) Close() error { return nil }
