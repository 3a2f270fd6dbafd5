package wanted

import (
	"context"
	"fmt"
	"io"
	"slices"

	imgspecv1 "github.com/opencontainers/image-spec/specs-go/v1"
	"go.podman.io/image/v5/manifest"

	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/mirror/references"
	"ecrmirror/internal/platforms"
)

// configurations are the media types of configurations that say a platform. What has another one is an artifact, or of
// a kind that is not known.
var configurations = []string{imgspecv1.MediaTypeImageConfig, manifest.DockerV2Schema2ConfigMediaType}

// platformOf returns the platform of an image that is no index, as its configuration says it; the zero Platform of an
// artifact.
func platformOf(ctx context.Context, m port.Manifest, most int64, from Blobs) (platforms.Platform, error) {
	refs, err := references.Parse(m.Content, m.MediaType)
	if err != nil {
		return platforms.Platform{}, err
	}
	document := []byte(refs.Config.Document)
	switch inline, is := refs.Inline[refs.Config.Digest]; {
	case len(document) > 0:
	case !slices.Contains(configurations, refs.Config.MediaType):
		return platforms.Platform{}, nil
	case refs.Config.Size > most:
		return platforms.Platform{}, fmt.Errorf("configuration: %d %w %d", refs.Config.Size, ErrLarge, most)
	case is: // where it was verified
		document, err = io.ReadAll(inline.Open())
	default:
		document, err = read(ctx, refs.Config.Blob, from)
	}
	var platform platforms.Platform
	if err == nil {
		platform, err = platforms.OfConfiguration(document)
	}
	if err != nil {
		return platforms.Platform{}, fmt.Errorf("configuration %s: %w", refs.Config.Digest, err)
	}
	return platform, nil
}

// read reads a blob whose size is known, and verifies it.
func read(ctx context.Context, blob content.Blob, from Blobs) ([]byte, error) {
	body, err := from.Blob(ctx, blob)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return content.Read(body, blob)
}
