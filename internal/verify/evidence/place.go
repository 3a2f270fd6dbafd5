package evidence

import (
	"context"
	"fmt"
	"io"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/chunked"
	"ecrmirror/internal/manifestdigest"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/port"
)

// A Place is the repository that an image is in. Its errors say whether another try may help, by package transient.
type Place interface {
	// Artifacts lists what belongs to a manifest, as [port.Artifacts] does.
	Artifacts(ctx context.Context, subject digest.Digest) ([]artifacts.Artifact, error)
	// Manifest reads a manifest. It need not verify it.
	Manifest(ctx context.Context, d digest.Digest) ([]byte, error)
	// Blob opens a blob, which the caller closes. It need not verify it.
	Blob(ctx context.Context, blob content.Blob) (io.ReadCloser, error)
}

// A Source reads what is signed; see [port.Source].
type Source interface {
	Manifest(ctx context.Context, reference string) (manifest []byte, mediaType string, err error)
	Blob(ctx context.Context, blob content.Blob) (chunked.Blob, error)
}

// At returns the place that an engine's ports lead to.
func At(list port.Artifacts, source Source) Place { return place{list, source} }

type place struct {
	list   port.Artifacts
	source Source
}

func (p place) Artifacts(ctx context.Context, subject digest.Digest) ([]artifacts.Artifact, error) {
	return p.list.Of(ctx, subject)
}

func (p place) Manifest(ctx context.Context, d digest.Digest) ([]byte, error) {
	manifest, _, err := p.source.Manifest(ctx, d.String())
	return manifest, err
}

func (p place) Blob(ctx context.Context, blob content.Blob) (io.ReadCloser, error) {
	return p.source.Blob(ctx, blob)
}

// Read reads the evidence in an artifact as [Pieces] does, without the content of its pieces.
func Read(ctx context.Context, from Place, artifact digest.Digest) (pieces []Piece, more bool, err error) {
	if err := artifact.Validate(); err != nil {
		return nil, false, fmt.Errorf("%w: digest: %w", ErrMalformed, err)
	}
	manifest, err := from.Manifest(ctx, artifact)
	if err != nil {
		return nil, false, err
	}
	if len(manifest) > largestManifest {
		return nil, false, fmt.Errorf("%w: a manifest of %d bytes; it may have %d", ErrMalformed, len(manifest), largestManifest)
	}
	switch got, err := manifestdigest.By(artifact.Algorithm(), manifest); {
	case err != nil:
		return nil, false, fmt.Errorf("%w: manifest: %w", ErrMalformed, err)
	case got != artifact:
		return nil, false, fmt.Errorf("%w: the manifest that came is %s", ErrMalformed, got)
	}
	return Pieces(artifact, manifest)
}

// Content reads a piece: as many bytes as it is said to have, of the digest that it is said to have.
func Content(ctx context.Context, from Place, p Piece) ([]byte, error) {
	body, err := from.Blob(ctx, content.Blob{Digest: p.Digest, Size: p.Size})
	if err != nil {
		return nil, err
	}
	defer body.Close()
	data := make([]byte, p.Size)
	if _, err := io.ReadFull(body, data); err != nil {
		return nil, err
	}
	if got := p.Digest.Algorithm().FromBytes(data); got != p.Digest {
		return nil, fmt.Errorf("%w: what came is %s", ErrMalformed, got)
	}
	return data, nil
}
