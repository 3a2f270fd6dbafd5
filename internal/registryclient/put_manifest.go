package registryclient

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/manifestdigest"
)

// PutManifest stores a manifest, whose digest is d, under a tag or a digest. What it refers to must be
// there already. It is repeated on failures that may pass, also where the registry does not see yet what
// is there. A mediaType of "" is not sent.
func (r *Repository) PutManifest(ctx context.Context, reference string, content []byte, mediaType string, d digest.Digest) error {
	at := r.home("manifests/" + reference)
	err := r.registry.retry(ctx, func() error {
		resp, err := r.accessTo(at).authorized(ctx, func(used string) (*http.Response, error) { //nolint:bodyclose // stored closes it
			return r.sendManifest(ctx, at, content, mediaType, used)
		})
		if err != nil {
			return err
		}
		return notYet(r.stored(resp, at, d, func() error { return r.checkManifest(ctx, reference, d) }))
	})
	if err != nil {
		return r.failed(fmt.Errorf("manifest %s: %w", reference, err))
	}
	return nil
}

func (r *Repository) sendManifest(
	ctx context.Context, at *place, content []byte, mediaType, authorization string,
) (*http.Response, error) {
	header := http.Header{}
	if mediaType != "" {
		header.Set("Content-Type", mediaType)
	}
	req, err := r.registry.request(ctx, http.MethodPut, at.url, header)
	if err != nil {
		return nil, err
	}
	req.ContentLength = int64(len(content))
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }
	if req.Body, err = req.GetBody(); err != nil {
		return nil, err
	}
	return r.registry.sendRequest(r.registry.clients.uploads, req, at, authorization)
}

// checkManifest makes sure that a manifest of that digest is what the registry has.
func (r *Repository) checkManifest(ctx context.Context, reference string, want digest.Digest) error {
	got, err := r.Digest(ctx, reference)
	if err == nil && got != want && want.Algorithm() != got.Algorithm() {
		var content []byte
		if content, _, err = r.Manifest(ctx, reference); err == nil {
			got, err = manifestdigest.By(want.Algorithm(), content)
		}
	}
	switch {
	case errors.Is(err, ErrNotFound):
		return errNotThere
	case err == nil && got != want:
		return fmt.Errorf("%w: there is %s", errNotThere, got)
	}
	return err
}
