package writing

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/manifestdigest"
	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/wire"
)

// PutManifest stores a manifest, whose digest is d, under a tag or a digest. What it refers to must be
// there already. It is repeated on failures that may pass, also where the registry does not see yet what
// is there. A mediaType of "" is not sent. Where the registry takes no such manifest, the error is a [*RefusedError].
func (r Repository) PutManifest(
	ctx context.Context, reference string, content []byte, mediaType string, d digest.Digest,
) error {
	at := r.Home("manifests/" + reference)
	err := r.Retry(ctx, func() error {
		send := func(used string) (*http.Response, error) {
			return r.sendManifest(ctx, at, content, mediaType, used)
		}
		resp, err := r.AccessTo(at).Do(ctx, send) //nolint:bodyclose // stored closes it
		if err != nil {
			return err
		}
		return notYet(r.stored(resp, at, d, func() error { return r.checkManifest(ctx, reference, d) }))
	})
	if err != nil {
		return r.Failed(fmt.Errorf("manifest %s: %w", reference, refused(err, reference)))
	}
	return nil
}

func (r Repository) sendManifest(
	ctx context.Context, at *wire.Place, content []byte, mediaType, authorization string,
) (*http.Response, error) {
	header := http.Header{}
	if mediaType != "" {
		header.Set("Content-Type", mediaType)
	}
	req, err := r.Request(ctx, http.MethodPut, at.URL, header)
	if err != nil {
		return nil, err
	}
	req.ContentLength = int64(len(content))
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }
	if req.Body, err = req.GetBody(); err != nil {
		return nil, err
	}
	return r.SendRequest(r.Clients.Uploads, req, at, authorization)
}

// checkManifest makes sure that a manifest of that digest is what the registry has.
func (r Repository) checkManifest(ctx context.Context, reference string, want digest.Digest) error {
	got, err := r.reading.Digest(ctx, reference)
	if err == nil && got != want && want.Algorithm() != got.Algorithm() {
		var content []byte
		if content, _, err = r.reading.Manifest(ctx, reference); err == nil {
			got, err = manifestdigest.By(want.Algorithm(), content)
		}
	}
	switch {
	case errors.Is(err, answer.ErrNotFound):
		return errNotThere
	case err == nil && got != want:
		return fmt.Errorf("%w: there is %s", errNotThere, got)
	}
	return err
}
