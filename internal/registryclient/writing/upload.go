package writing

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/wire"
	"ecrmirror/internal/transient"

	"github.com/opencontainers/go-digest"
)

// ErrByPatch says that a registry does not take a blob by one PUT, as it turned out when the stream
// had been begun. All further blobs are sent to it by PATCH, so another try may succeed.
var ErrByPatch = transient.New("the registry does not take a blob by one PUT; it gets the next by PATCH")

// PutBlob uploads a blob of size bytes, or of unknown size, which is -1, without asking whether the
// repository has it: a POST, then a PUT of all of it. The registry verifies the digest. The stream is
// not read any more when PutBlob returns; where a registry wants nothing of the blob, it is not read
// at all. A stream that fails, or that does not have the size, is never completed into a blob; its
// error is in PutBlob's. The POST is repeated on failures that may pass, the PUT is not, for the stream
// is gone by then. Without TLS, what the stream lends is not copied, but for its last bytes.
func (r Repository) PutBlob(ctx context.Context, stream chunked.Lender, d digest.Digest, size int64) error {
	if err := d.Validate(); err != nil {
		return r.Failed(fmt.Errorf("uploading blob %q: %w", d, err))
	}
	u := &upload{Repository: r, digest: d, content: &content{stream: stream, size: max(size, -1)}}
	if err := u.run(ctx); err != nil {
		return r.Failed(fmt.Errorf("uploading blob: %w", err))
	}
	return nil
}

// An upload is a blob on its way to the registry.
type upload struct {
	Repository
	digest  digest.Digest
	content *content
}

func (u *upload) run(ctx context.Context) error {
	if u.content.size == 0 { // nobody is going to read it
		if err := u.content.checkEnd(); err != nil {
			return err
		}
	}
	at, err := u.begin(ctx)
	switch {
	case err != nil || at == nil:
		return err
	case u.content.size != 0 && u.registry.patches.Load():
		return u.patch(ctx, at)
	}
	return u.put(ctx, at)
}

// begin asks where to send the blob. It returns nil if the registry says that it has it.
func (u *upload) begin(ctx context.Context) (at *wire.Place, err error) {
	err = u.Retry(ctx, func() error {
		ctx, cancel := context.WithTimeout(ctx, wire.AnswerTimeout)
		defer cancel()
		uploads := u.Home("blobs/uploads/")
		resp, from, err := u.askForWriting(ctx, http.MethodPost, uploads) //nolint:bodyclose // see below
		if err != nil {
			return err
		}
		switch {
		case resp.StatusCode == http.StatusCreated:
			at = nil
			return u.stored(resp, from, u.digest, func() error { return u.check(ctx) })
		case resp.StatusCode == http.StatusAccepted, wire.IsSuccess(resp) && resp.Header.Get("Location") != "":
			at, err = u.next(from, resp)
			return err
		}
		return u.Refusal(resp, from)
	})
	return at, err
}

// put sends the blob in one request.
func (u *upload) put(ctx context.Context, at *wire.Place) error {
	resp, err := u.transmit(ctx, http.MethodPut, u.completing(at)) //nolint:bodyclose // stored closes it
	if err != nil {
		return err
	}
	err = u.stored(resp, at, u.digest, func() error { return u.check(ctx) })
	switch {
	case err == nil:
		u.registry.puts.Store(true)
		u.AccessTo(at).Worked(ctx)
	case u.content.size != 0 && !u.registry.puts.Load() && isOfTheWay(err):
		u.registry.patches.Store(true)
		return fmt.Errorf("%w: %w", ErrByPatch, err)
	}
	return notYet(err)
}

// check makes sure that the registry has the blob.
func (u *upload) check(ctx context.Context) error {
	has, size, err := u.lookForBlob(ctx, u.digest)
	sized := size >= 0 && u.content.size >= 0
	switch {
	case err == nil && has && sized && size == 0 && u.content.size > 0: // some proxies say so of what is there
		return errUnclear
	case err == nil && (!has || sized && size != u.content.size):
		return errNotThere
	}
	return err
}

// patch sends the blob in one request, and completes it by another.
func (u *upload) patch(ctx context.Context, at *wire.Place) error {
	resp, err := u.transmit(ctx, http.MethodPatch, at) //nolint:bodyclose // Refusal, Discard and next close it
	switch {
	case err != nil:
		return err
	case !wire.IsSuccess(resp):
		return notYet(u.Refusal(resp, at))
	case resp.Header.Get("Location") == "": // where it was
		answer.Discard(resp)
	default:
		if at, err = u.next(at, resp); err != nil {
			return err
		}
	}
	to := u.completing(at)
	resp, err = u.Do(ctx, u.Clients.Uploads, http.MethodPut, to, octets()) //nolint:bodyclose // stored closes it
	if err != nil {
		return err
	}
	return notYet(u.stored(resp, at, u.digest, func() error { return u.check(ctx) }))
}

// next closes an answer that says where the upload goes on.
func (u *upload) next(from *wire.Place, resp *http.Response) (*wire.Place, error) {
	answer.Discard(resp)
	at, err := u.Locate(from, resp.Header.Get("Location"))
	if err != nil {
		return nil, fmt.Errorf("%s sends uploads %w", from.URL.Host, err)
	}
	return at, nil
}

// completing returns the place with the digest in the query, whose rest, which is the registry's,
// stays as it is.
func (u *upload) completing(at *wire.Place) *wire.Place {
	to := *at.URL
	if to.RawQuery != "" {
		to.RawQuery += "&"
	}
	to.RawQuery += "digest=" + url.QueryEscape(u.digest.String())
	return &wire.Place{URL: &to, Home: at.Home}
}

// isOfTheWay reports whether a refusal may be of the way in which the blob was sent, also of the bytes:
// some registries take no notice of those that come with the PUT.
func isOfTheWay(err error) bool {
	var e *answer.StatusError
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code {
	case "UNSUPPORTED":
		return true
	case "NAME_UNKNOWN", "NAME_INVALID", "DENIED", "UNAUTHORIZED", "TOOMANYREQUESTS":
		return false
	}
	return e.Status == http.StatusNotFound || e.Status != http.StatusRequestEntityTooLarge && wire.MayBeTheWay(e.Status)
}
