package listing

import (
	"context"
	"errors"
	"fmt"

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
	// ErrNoReferrers says that a registry has no referrers API, or none for a repository or a subject. Then the
	// referrers are in an index, at a tag that is named after their subject.
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
	if known, has := l.APIs.knows(r); known && !has {
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

// HasReferrers reports whether a repository has a referrers API. It is asked by the referrers of a subject, unless it
// is known: an answer's header says too little (https://github.com/sigstore/sigstore-js/issues/1183).
func (l Lister) HasReferrers(ctx context.Context, r *session.Repository, subject digest.Digest) (bool, error) {
	if known, has := l.APIs.knows(r); known {
		return has, nil
	}
	list := referrers{session: r, seen: map[digest.Digest]bool{}, isFirst: true}
	_, err := l.pageOfReferrers(ctx, r, r.Home("referrers/"+subject.String()), &list)
	switch {
	case err == nil:
		l.APIs.note(r, true)
		return true, nil
	case errors.Is(err, errNoAPI):
		l.APIs.note(r, false)
		return false, nil
	case errors.Is(err, ErrNoReferrers):
		return false, nil
	case errors.Is(err, artifacts.ErrMany), errors.Is(err, errNoReferrersList), errors.Is(err, jsonstream.ErrTooLong):
		return true, nil
	}
	return false, r.Failed(fmt.Errorf("asking for referrers of %s: %w", subject, err))
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
		page, err := l.pageOfReferrers(ctx, r, at, list)
		if err != nil {
			return err
		}
		if at, err = after(page); err != nil {
			return err
		}
	}
	return nil
}
