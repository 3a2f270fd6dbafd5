package distribution

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/manifest"

	"ecrmirror/internal/manifestdigest"
)

// maxManifest is the greatest size of a manifest in bytes, which is that of most registries.
const maxManifest = 4 << 20

// Manifest returns a manifest, given its tag or digest, and its media type as the registry says it,
// without parameters. Its size is at most 4 MiB. It is for the caller to hold it against a digest. A
// manifest that does not exist is [ErrNotFound].
func (r *Repository) Manifest(ctx context.Context, reference string) (content []byte, mediaType string, err error) {
	err = r.registry.retry(ctx, func() error {
		resp, at, err := r.readThrough(ctx, http.MethodGet, r.home("manifests/"+reference), accepting())
		if err != nil {
			return err
		}
		if resp.StatusCode < 200 || resp.StatusCode > 299 {
			return r.refusal(resp, at)
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

// readTimeout is how long reading a manifest for its digest may take.
const readTimeout = 30 * time.Second

// readDigest returns the digest of a manifest by reading it.
func (r *Repository) readDigest(ctx context.Context, reference string) (digest.Digest, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	content, mediaType, err := r.Manifest(ctx, reference)
	var refused *StatusError
	if errors.As(err, &refused) && refused.isLimit() {
		err = &DeferredError{Host: r.registry.opts.Host, Err: err}
	}
	if err != nil {
		return "", err
	}
	if manifest.GuessMIMEType(content) == "" {
		// Any web server answers 200 to something.
		return "", r.failed(fmt.Errorf("what %s is, of type %q, is not a manifest", reference, short(mediaType)))
	}
	return manifestdigest.Of(content)
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
