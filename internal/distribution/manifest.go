package distribution

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"go.podman.io/image/v5/manifest"
)

// maxManifest is the greatest size of a manifest in bytes, which is that of most registries.
const maxManifest = 4 << 20

// Manifest returns a manifest, given its tag or digest, and its media type as the registry says it,
// without parameters. Its size is at most 4 MiB. It is for the caller to hold it against a digest. A
// manifest that does not exist is [ErrNotFound].
func (r *Repository) Manifest(ctx context.Context, reference string) (content []byte, mediaType string, err error) {
	err = r.registry.retry(ctx, func() error {
		resp, err := r.readThrough(ctx, http.MethodGet, r.home("manifests/"+reference), accepting())
		if err != nil {
			return err
		}
		if resp.StatusCode != http.StatusOK {
			return refusal(resp)
		}
		defer resp.Body.Close()
		mediaType = mediaTypeIn(resp.Header)
		content, err = io.ReadAll(io.LimitReader(resp.Body, maxManifest+1))
		switch {
		case err != nil:
			return fmt.Errorf("reading manifest: %w", &networkError{err})
		case len(content) > maxManifest:
			return fmt.Errorf("manifest has more than %d bytes", maxManifest)
		}
		return nil
	})
	if err != nil {
		return nil, "", r.failed(err)
	}
	return content, mediaType, nil
}

// accepting returns the header that names all media types of manifests.
func accepting() http.Header {
	return http.Header{"Accept": {strings.Join(manifest.DefaultRequestedManifestMIMETypes, ", ")}}
}

func mediaTypeIn(header http.Header) string {
	value := header.Get("Content-Type")
	if mediaType, _, err := mime.ParseMediaType(value); err == nil {
		return mediaType
	}
	return value
}
