package distribution

import (
	"context"
	"fmt"
	"net/http"

	"github.com/opencontainers/go-digest"
)

// HasBlob reports whether the repository has a blob, by one HEAD, and its size in bytes, or -1 if the
// registry does not say.
func (r *Repository) HasBlob(ctx context.Context, d digest.Digest) (has bool, size int64, err error) {
	if err := d.Validate(); err != nil {
		return false, 0, r.failed(fmt.Errorf("blob %q: %w", d, err))
	}
	err = r.registry.retry(ctx, func() error {
		ctx, cancel := context.WithTimeout(ctx, answerTimeout)
		defer cancel()
		resp, at, err := r.askForWriting(ctx, http.MethodHead, r.home("blobs/"+d.String()))
		if err != nil {
			return err
		}
		if resp.StatusCode == http.StatusOK {
			has, size = true, resp.ContentLength
			return resp.Body.Close()
		}
		refused := refusal(resp)
		if refused.Status == http.StatusNotFound || !at.home && !refused.Temporary() { // a URL may be signed for GET alone
			return nil
		}
		return refused
	})
	if err != nil {
		return false, 0, r.failed(fmt.Errorf("looking for a blob: %w", err))
	}
	return has, size, nil
}

// askForWriting makes a request without a body and follows where it is sent. It returns where the
// answer is from.
func (r *Repository) askForWriting(ctx context.Context, method string, at *place) (*http.Response, *place, error) {
	for hops := 0; ; hops++ {
		resp, err := r.read(ctx, r.registry.clients.uploads, method, at, nil)
		if err != nil || !isRedirect(resp) || !keepsMethod(resp, method) {
			return resp, at, err
		}
		if at, err = r.follow(at, resp, hops); err != nil {
			return nil, nil, err
		}
	}
}

// keepsMethod reports whether a redirect is followed by the same request: others turn it into a GET.
func keepsMethod(resp *http.Response, method string) bool {
	return method == http.MethodHead ||
		resp.StatusCode == http.StatusTemporaryRedirect || resp.StatusCode == http.StatusPermanentRedirect
}

// stored reads and closes the answer to a request that stores something. Any web server may say 200;
// only a registry says the digest.
func stored(resp *http.Response, want digest.Digest) error {
	said := digest.Digest(resp.Header.Get("Docker-Content-Digest"))
	switch resp.StatusCode {
	case http.StatusCreated:
	case http.StatusOK, http.StatusNoContent:
		if said == "" {
			return refusal(resp)
		}
	default:
		return refusal(resp)
	}
	discard(resp)
	if said == "" {
		return nil
	}
	if err := said.Validate(); err != nil {
		return fmt.Errorf("the registry says that it stored %q: %w", printable(said.String()), err)
	}
	if said != want && said.Algorithm() == want.Algorithm() {
		return fmt.Errorf("the registry says that it stored %s, not %s", said, want)
	}
	return nil
}
