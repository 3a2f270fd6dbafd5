package images

import (
	"context"
	"fmt"
	"strings"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/manifestdigest"
	"ecrmirror/internal/manifesttype"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/registryclient"
)

// A registrySource reads images of one repository by the distribution protocol.
type registrySource struct {
	name       imagename.Name
	repository *registryclient.Repository
}

var _ port.Source = registrySource{}

// Manifest implements [port.Source].
func (s registrySource) Manifest(ctx context.Context, reference string) (manifest []byte, mediaType string, err error) {
	if reference == "" {
		reference = tagOrDigest(s.name)
	}
	if strings.Contains(reference, ":") {
		if err := digest.Digest(reference).Validate(); err != nil {
			return nil, "", err
		}
	}
	return s.repository.Manifest(ctx, reference)
}

// Blob implements [port.Source].
func (s registrySource) Blob(ctx context.Context, blob content.Blob) (chunked.Blob, error) {
	body, _, err := s.repository.Blob(ctx, blob.Digest, blob.Size)
	return body, err
}

// OneAtATime implements [port.Source].
func (registrySource) OneAtATime() bool { return false }

// Close implements [port.Source].
func (registrySource) Close() error { return nil }

// A registryDestination writes images to one repository by the distribution protocol: one request for a blob that is
// there, three for one that is not, one for a manifest.
type registryDestination struct{ repository *registryclient.Repository }

var _ port.Destination = registryDestination{}

// Accepts implements [port.Destination]. What a registry does not take, it refuses itself.
func (registryDestination) Accepts(port.Manifest, bool) error { return nil }

// Expect implements [port.Destination]. It does nothing: a registry is asked for one blob at a time.
func (registryDestination) Expect(context.Context, []digest.Digest) error { return nil }

// HasBlob implements [port.Destination]. It asks each time.
func (d registryDestination) HasBlob(ctx context.Context, blob digest.Digest) (has bool, size int64, err error) {
	return d.repository.HasBlob(ctx, blob)
}

// PartSize implements [port.Destination]. It returns 0: what is borrowed is written at once.
func (registryDestination) PartSize(int64) int64 { return 0 }

// PutBlob implements [port.Destination].
func (d registryDestination) PutBlob(ctx context.Context, blob content.Blob, stream chunked.Lender) error {
	return d.repository.PutBlob(ctx, stream, blob.Digest, blob.Size)
}

// PutManifest implements [port.Destination].
func (d registryDestination) PutManifest(ctx context.Context, m port.Manifest) error {
	return d.put(ctx, imagename.Name{Digest: m.Digest}, m)
}

// PutTag implements [port.Destination].
func (d registryDestination) PutTag(ctx context.Context, image imagename.Name, m port.Manifest) error {
	if image.Tag != "" {
		image.Digest = ""
	}
	return d.put(ctx, image, m)
}

// put puts a manifest by a tag, or by a digest, which it must have.
func (d registryDestination) put(ctx context.Context, image imagename.Name, m port.Manifest) error {
	computed, err := manifestdigest.Of(m.Content)
	if err != nil {
		return fmt.Errorf("digest of the manifest: %w", err)
	}
	if want := image.Digest; want != "" {
		if err := want.Validate(); err != nil {
			return fmt.Errorf("digest %q of the manifest: %w", want, err)
		}
		if a := want.Algorithm(); a != computed.Algorithm() {
			computed = a.FromBytes(m.Content)
		}
		if computed != want {
			return fmt.Errorf("the manifest is %s, not %s", computed, want)
		}
	}
	return d.repository.PutManifest(ctx, tagOrDigest(image), m.Content, manifesttype.Of(m.Content), computed)
}

// OneAtATime implements [port.Destination].
func (registryDestination) OneAtATime() bool { return false }

// Close implements [port.Destination]. Uploads that were not completed are the registry's to remove.
func (registryDestination) Close() error { return nil }
