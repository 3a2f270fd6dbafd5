package distribution

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/opencontainers/go-digest"
)

// PutManifest stores a manifest, whose digest is d, under a tag or a digest. What it refers to must be
// there already. It is repeated on failures that may pass. A mediaType of "" is not sent.
func (r *Repository) PutManifest(ctx context.Context, reference string, content []byte, mediaType string, d digest.Digest) error {
	err := r.registry.retry(ctx, func() error {
		resp, err := r.authorized(ctx, func(used string) (*http.Response, error) { //nolint:bodyclose // stored closes it
			return r.sendManifest(ctx, reference, content, mediaType, used)
		})
		if err != nil {
			return err
		}
		return stored(resp, d)
	})
	if err != nil {
		return r.failed(fmt.Errorf("manifest %s: %w", reference, err))
	}
	return nil
}

func (r *Repository) sendManifest(
	ctx context.Context, reference string, content []byte, mediaType, authorization string,
) (*http.Response, error) {
	header := http.Header{}
	if mediaType != "" {
		header.Set("Content-Type", mediaType)
	}
	req, err := r.registry.request(ctx, http.MethodPut, r.home("manifests/"+reference).url, header)
	if err != nil {
		return nil, err
	}
	req.ContentLength = int64(len(content))
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }
	if req.Body, err = req.GetBody(); err != nil {
		return nil, err
	}
	return r.registry.sendRequest(r.registry.clients.uploads, req, authorization)
}
