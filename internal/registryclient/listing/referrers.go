package listing

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/jsonstream"
	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/session"
	"ecrmirror/internal/registryclient/wire"
)

// maxReferrerPages is how many pages the referrers of one subject may come in: ECR's have 50, and some may be empty.
const maxReferrerPages = 100

var (
	// ErrNoReferrers says that a registry has no referrers API, or none for a repository. Then the referrers are in an
	// index, at a tag that is named after their subject.
	ErrNoReferrers = errors.New("the registry has no referrers API")
	// errNoAPI is an ErrNoReferrers that holds for all of a repository, for some time.
	errNoAPI = fmt.Errorf("%w", ErrNoReferrers)
	// errNoReferrersList says that an answer can't be read.
	errNoReferrersList = errors.New("the answer is no list of referrers")
)

// Referrers returns the referrers of a manifest that the registry lists, each once. Where it has no API for that, the
// error is [ErrNoReferrers]; of a repository of which that is known, it is not asked again for a day. The referrers API
// is asked at the registry itself alone.
//
// A list is whole, or an error: [artifacts.ErrMany], or [artifacts.ErrNoList] where the registry forbids it, or where
// its answers make no sense.
func (l Lister) Referrers(
	ctx context.Context, r *session.Repository, subject digest.Digest,
) ([]artifacts.Artifact, error) {
	if known, has := l.APIs.Knows(r); known && !has {
		return nil, ErrNoReferrers
	}
	list := referrers{session: r, seen: map[digest.Digest]bool{}}
	err := l.allReferrers(ctx, r, r.Home("referrers/"+subject.String()), &list)
	switch {
	case err == nil:
		l.APIs.note(r, true)
		return list.all, nil
	case errors.Is(err, errNoAPI):
		l.APIs.note(r, false)
		return nil, ErrNoReferrers
	case errors.Is(err, ErrNoReferrers):
		return nil, ErrNoReferrers
	}
	return nil, r.Failed(fmt.Errorf("listing referrers of %s: %w", subject, unlistable(err)))
}

// unlistable marks an error that says that there will be no list, and one that says that it is too long.
func unlistable(err error) error {
	var (
		refused *answer.StatusError
		link    *LinkError
	)
	switch {
	case errors.Is(err, jsonstream.ErrTooLong):
		return fmt.Errorf("%w: %w", artifacts.ErrMany, err)
	case errors.As(err, &refused) && refused.IsDenied(), errors.As(err, &link), errors.Is(err, errLoop),
		errors.Is(err, errNoReferrersList):
		return fmt.Errorf("%w: %w", artifacts.ErrNoList, err)
	}
	return err
}

// allReferrers asks for all pages, beginning at a place of the registry.
func (l Lister) allReferrers(ctx context.Context, r *session.Repository, at *wire.Place, list *referrers) error {
	asked := map[string]bool{}
	for at != nil {
		switch key := at.URL.String(); {
		case asked[key]:
			return errLoop
		case len(asked) == maxReferrerPages:
			return fmt.Errorf("%w: the list has more than %d pages", artifacts.ErrMany, maxReferrerPages)
		default:
			asked[key] = true
		}
		list.isFirst = len(asked) == 1
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
		if err != nil {
			return err
		}
		if at, err = after(page); err != nil {
			return err
		}
	}
	return nil
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
