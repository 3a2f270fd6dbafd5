package listing

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/session"
	"ecrmirror/internal/registryclient/wire"
)

// pageOfReferrers asks for one page, and has it added to the list.
func (l Lister) pageOfReferrers(
	ctx context.Context, r *session.Repository, at *wire.Place, list *referrers,
) (got, error) {
	page, err := l.page(ctx, request{
		send: func(ctx context.Context) (*http.Response, *wire.Place, error) {
			resp, from, err := askAtHome(ctx, r, at)
			if err == nil {
				list.mediaType, _, _ = mime.ParseMediaType(resp.Header.Get("Content-Type"))
			}
			return resp, from, err
		},
		refusal: list.refusal, read: list.read,
	})
	if err == nil {
		err = list.err
	}
	return page, err
}

// askAtHome makes a request at the registry itself, and follows where it is sent as long as that is there. An answer
// that leads elsewhere is returned as it is: ghcr.io's leads to the pages of a web site
// (https://github.com/project-zot/zot/issues/4060).
func askAtHome(ctx context.Context, r *session.Repository, at *wire.Place) (*http.Response, *wire.Place, error) {
	header := http.Header{"Accept": {artifacts.IndexType}}
	for hops := 0; ; hops++ {
		resp, err := r.Do(ctx, r.Clients.API, http.MethodGet, at, header)
		if err != nil || !wire.IsRedirect(resp) {
			return resp, at, err
		}
		to, err := r.Locate(at, resp.Header.Get("Location"))
		if err != nil || !to.Home || hops == wire.MaxHops {
			return resp, at, nil //nolint:nilerr // the answer says that there is no API
		}
		answer.Discard(resp)
		at = to
	}
}

// referrers are those of one subject, as they come.
type referrers struct {
	session *session.Repository
	all     []artifacts.Artifact
	seen    map[digest.Digest]bool
	size    int64 // bytes of the pages so far

	isFirst   bool   // the page is the first one
	mediaType string // that its answer has
	err       error  // why it can't be taken
}

// refusal says what an answer that is no list means: that there is no API, or an error.
func (l *referrers) refusal(resp *http.Response, from *wire.Place) error {
	leads := wire.IsRedirect(resp)
	err := l.session.Refusal(resp, from)
	refused, ok := errors.AsType[*answer.StatusError](err)
	switch {
	case leads && l.isFirst:
		return errNoAPI
	case leads:
		return fmt.Errorf("%w: it leads elsewhere: %w", errNoReferrersList, err)
	case !ok, !l.isFirst, refused.Token, refused.IsDenied(), refused.IsLimit():
		return err
	case refused.Code == "NAME_UNKNOWN", refused.Code == "MANIFEST_UNKNOWN":
		// With or without an API. By the specification one that has it lists none of a subject that is absent (OCI
		// Distribution Specification 1.1, "Listing Referrers"). Quay's said this
		// (https://github.com/quay/quay/pull/3071).
		return ErrNoReferrers
	case refused.Status == http.StatusNotFound, wire.LacksMethod(refused.Status):
		return errNoAPI
	case wire.MayBeTheWay(refused.Status): // such as for this digest, of an algorithm that the registry does not know
		return ErrNoReferrers
	}
	return err
}

// read takes a page. Its error is of the network: what the page is, is in l.err.
func (l *referrers) read(ctx context.Context, in io.Reader) error {
	page, release, err := l.session.Answers.Read(ctx, in, -1, artifacts.MaxIndex)
	defer release()
	if err == nil {
		l.err = l.take(page)
	}
	return err
}

// isNone reports whether a page is what Harbor lists of a subject that it does not have: an object without members
// (https://github.com/goharbor/harbor/blob/main/src/server/registry/referrers.go).
func isNone(page []byte) bool { return string(bytes.TrimSpace(page)) == "{}" }

// take takes what a page tells. What is no index at all, and does not say that it is one, is of a server that answers
// so to any path.
func (l *referrers) take(page []byte) error {
	if l.size += int64(len(page)); l.size > artifacts.MaxList {
		return fmt.Errorf("%w: the list has more than %d MiB", artifacts.ErrMany, artifacts.MaxList>>20)
	}
	found, err := artifacts.ParseIndex(page)
	isOther := errors.Is(err, artifacts.ErrNoIndex) && !strings.EqualFold(l.mediaType, artifacts.IndexType)
	switch {
	case isNone(page) && strings.EqualFold(l.mediaType, artifacts.IndexType):
		return nil
	case errors.Is(err, artifacts.ErrMany):
		return err
	case isOther && l.isFirst:
		return ErrNoReferrers
	case err != nil:
		return fmt.Errorf("%w: %w", errNoReferrersList, err)
	}
	for _, a := range found {
		if !l.seen[a.Digest] {
			l.seen[a.Digest] = true
			l.all = append(l.all, a)
		}
	}
	if len(l.all) > artifacts.MaxReferrers {
		return fmt.Errorf("%w: there are more than %d", artifacts.ErrMany, artifacts.MaxReferrers)
	}
	return nil
}
