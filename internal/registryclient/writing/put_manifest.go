package writing

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/manifestdigest"
	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/wire"
)

// PutManifest stores a manifest, whose digest is d, under a tag or a digest. What it refers to must be
// there already. It is repeated on failures that may pass, also where the registry does not see yet what
// is there. A mediaType of "" is not sent. Where the registry takes no such manifest, the error is a [*RefusedError].
//
// It returns the subject of which the registry says that it lists the manifest as a referrer; "" if it does not say so.
func (r Repository) PutManifest(
	ctx context.Context, reference string, content []byte, mediaType string, d digest.Digest,
) (subject digest.Digest, err error) {
	at := r.Home("manifests/" + reference)
	err = r.Retry(ctx, func() error {
		typed := header("Content-Type", mediaType)
		resp, err := r.sendManifest(ctx, at, content, typed) //nolint:bodyclose // stored closes it
		if err != nil {
			return err
		}
		subject = digest.Digest(resp.Header.Get("OCI-Subject"))
		return notYet(r.stored(resp, at, d, func() error { return r.checkManifest(ctx, reference, d) }))
	})
	if err != nil {
		return "", r.Failed(fmt.Errorf("manifest %s: %w", reference, refused(err, reference)))
	}
	return subject, nil
}

// header returns a header of names and values, without those whose value is "".
func header(pairs ...string) http.Header {
	h := http.Header{}
	for pair := range slices.Chunk(pairs, 2) {
		if pair[1] != "" {
			h.Set(pair[0], pair[1])
		}
	}
	return h
}

func (r Repository) sendManifest(
	ctx context.Context, at *wire.Place, content []byte, header http.Header,
) (*http.Response, error) {
	return r.AccessTo(at).Do(ctx, func(authorization string) (*http.Response, error) {
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
	})
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
