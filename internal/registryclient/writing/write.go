package writing

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/wire"

	"github.com/opencontainers/go-digest"
)

// HasBlob reports whether the repository has a blob, by one HEAD, and its size in bytes, or -1 if the
// registry does not say. A registry that does not know HEAD is asked by GET, whose body is not read. An
// answer with neither the blob's digest nor a size is taken for no.
func (r Repository) HasBlob(ctx context.Context, d digest.Digest) (has bool, size int64, err error) {
	has, size, err = r.lookForBlob(ctx, d)
	if err != nil && !errors.Is(err, errUnclear) {
		return false, 0, r.Failed(fmt.Errorf("looking for a blob: %w", err))
	}
	return has, size, nil
}

// errUnclear says that a success says nothing: any web server may answer so.
var errUnclear = errors.New("the answer tells neither a digest nor a size")

func (r Repository) lookForBlob(ctx context.Context, d digest.Digest) (has bool, size int64, err error) {
	if err := d.Validate(); err != nil {
		return false, 0, fmt.Errorf("blob %q: %w", d, err)
	}
	err = r.Retry(ctx, func() error {
		ctx, cancel := context.WithTimeout(ctx, wire.AnswerTimeout)
		defer cancel()
		resp, at, err := r.askForWriting(ctx, http.MethodHead, r.Home("blobs/"+d.String()))
		if err == nil && at.Home && wire.MayBeTheWay(resp.StatusCode) {
			resp.Body.Close()
			at = r.Home("blobs/" + d.String())
			resp, at, err = r.askForWriting(ctx, http.MethodGet, at) //nolint:bodyclose // holds closes it
		}
		if err != nil {
			return err
		}
		has, size, err = r.holds(resp, at, d)
		return err
	})
	return has, size, err
}

// holds closes an answer about a blob, and returns what it says.
func (r Repository) holds(resp *http.Response, at *wire.Place, d digest.Digest) (has bool, size int64, err error) {
	switch status := resp.StatusCode; {
	case status >= 200 && status <= 299:
		defer resp.Body.Close()
		told, wrong := tells(resp, d)
		if wrong == nil && !told && resp.ContentLength < 0 {
			return false, -1, errUnclear
		}
		return wrong == nil, resp.ContentLength, nil
	// a URL may be signed for GET alone
	case status == http.StatusNotFound, !at.Home && !answer.TransientStatus(status):
		answer.Discard(resp)
		return false, 0, nil
	}
	return false, 0, r.Refusal(resp, at)
}

// askForWriting makes a request without a body and follows where it is sent. It returns where the
// answer is from.
func (r Repository) askForWriting(
	ctx context.Context, method string, at *wire.Place,
) (*http.Response, *wire.Place, error) {
	for hops := 0; ; hops++ {
		resp, err := r.Do(ctx, r.Clients.Uploads, method, at, nil)
		if err != nil || !wire.IsRedirect(resp) || !keepsMethod(resp, method) {
			return resp, at, err
		}
		if at, err = r.Follow(at, resp, hops); err != nil {
			return nil, nil, err
		}
	}
}

// keepsMethod reports whether a redirect is followed by the same request: others turn it into a GET.
func keepsMethod(resp *http.Response, method string) bool {
	return method == http.MethodHead ||
		resp.StatusCode == http.StatusTemporaryRedirect || resp.StatusCode == http.StatusPermanentRedirect
}
