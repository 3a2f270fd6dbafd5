// Package listing asks registries for lists, page by page: the tags of a repository, the repositories that there are,
// the referrers of a manifest. A list comes whole or not at all: whatever cuts it off is an error.
package listing

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"ecrmirror/internal/jsonstream"
	"ecrmirror/internal/listed"
	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/pace"
	"ecrmirror/internal/registryclient/session"
	"ecrmirror/internal/registryclient/wire"
)

const (
	// maxPages is how many pages a list may have.
	maxPages = 10_000
	// maxPage is how many bytes one may have. Docker Hub and Google list all tags in one; Google tells some 400 bytes
	// of each image besides.
	maxPage = 64 << 20
	// contentTime is how long the reading of one may wait for the registry, in all.
	contentTime = 2 * time.Minute
	// listTime is how long a list of tags may take: others may wait for the room that it has.
	listTime = 15 * time.Minute
)

// ErrNoList says that an answer is not the list that was asked for.
var ErrNoList = jsonstream.ErrOther

func errPages(most int) error {
	return fmt.Errorf("%w: it has more than %d pages", listed.ErrTooMany, most)
}

// A Lister asks one host for lists, at the pace of what else it is asked. It is safe for concurrent use.
type Lister struct {
	Session *session.Registry
	Pace    *pace.Pace
	Room    listed.Room // for large lists, of the whole process
	// Answer is how long a page may take to begin, and Content how long its reading may wait for the registry; 0 means
	// 30 seconds, and 2 minutes. List is how long a list of tags may take; 0 means 15 minutes.
	Answer, Content, List time.Duration
	// Pages is how many pages a list of tags may have; 0 means 10,000.
	Pages int
	APIs  *APIs // which repositories have a referrers API; required for [Lister.Referrers]
}

// A request asks for one page.
type request struct {
	// send makes the request, and says where the answer is from.
	send func(ctx context.Context) (*http.Response, *wire.Place, error)
	// refusal is the error that an answer other than 200 means.
	refusal func(*http.Response, *wire.Place) error
	// read reads the page. It may be called several times, and begins anew each time.
	read func(ctx context.Context, page io.Reader) error
}

// A got is what is known of a page that has been read, besides what it says.
type got struct {
	from   *wire.Place
	header http.Header
}

// page asks for one page, again where that may help soon.
func (l Lister) page(ctx context.Context, r request) (page got, err error) {
	err = l.Session.Retry(ctx, func() error {
		page, err = l.try(ctx, r)
		return err
	})
	return page, err
}

// errLate ends a request that has waited for too long.
var errLate = errors.New("too late")

// try makes one attempt.
func (l Lister) try(ctx context.Context, r request) (got, error) {
	permit, err := l.Pace.Enter(ctx)
	if err != nil {
		return got{}, err
	}
	limit := permit.Patience(cmp.Or(l.Answer, wire.AnswerTimeout))
	asking, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(limit, func() { cancel(errLate) })
	defer timer.Stop()
	resp, from, err := r.send(asking)
	timer.Stop()
	switch {
	case err == nil:
		l.Pace.Leave(permit, pace.Answered)
	case errors.Is(context.Cause(asking), errLate):
		l.Pace.Leave(permit, pace.Silence)
		return got{}, &pace.MuteError{Host: l.Session.Name(), After: limit}
	default:
		l.Pace.Leave(permit, pace.Aborted)
		return got{}, l.deferred(err, time.Time{})
	}
	until := l.Pace.Observe(resp)
	if resp.StatusCode != http.StatusOK {
		return got{}, l.deferred(r.refusal(resp, from), until)
	}
	defer resp.Body.Close()
	if err := l.content(ctx, asking, r, resp.Body, timer); err != nil {
		return got{}, err
	}
	return got{from, resp.Header}, nil
}

// content reads the body of an answer, within asking, which the timer ends where the registry stands still.
func (l Lister) content(ctx, asking context.Context, r request, in io.Reader, late *time.Timer) error {
	patience := cmp.Or(l.Content, contentTime)
	body := &timed{Reader: in, late: late, left: patience}
	switch err := r.read(ctx, jsonstream.Bounded(body, maxPage)); {
	case err == nil:
		return nil
	case errors.Is(err, errLate), errors.Is(context.Cause(asking), errLate):
		return &pace.MuteError{Host: l.Session.Name(), After: patience}
	case isOurs(err):
		return err
	default:
		return answer.Network(err)
	}
}

// isOurs reports whether an error is about what was read, and not of the network.
func isOurs(err error) bool {
	for _, ours := range []error{ErrNoList, jsonstream.ErrTooLong, listed.ErrTooMany, context.Canceled} {
		if errors.Is(err, ours) {
			return true
		}
	}
	var status *answer.StatusError
	return errors.As(err, &status)
}

// deferred marks an error that says that the registry is rate-limited; until is when that ends, the zero time if it
// does not say.
func (l Lister) deferred(err error, until time.Time) error {
	var refused *answer.StatusError
	if !errors.As(err, &refused) || errors.As(err, new(*pace.DeferredError)) {
		return err
	}
	if refused.IsLimit() || refused.Status == http.StatusServiceUnavailable && !until.IsZero() {
		return &pace.DeferredError{Host: l.Session.Name(), Until: until, Err: err}
	}
	return err
}

// linked asks for all pages of a list that goes on by Link headers, beginning at a place. Read reads a page; it begins
// anew where the same page is read again.
func (l Lister) linked(
	ctx context.Context, r *session.Repository, start *wire.Place, read func(context.Context, io.Reader) error,
) error {
	seen := map[[sha256.Size]byte]bool{}
	for at := start; at != nil; {
		if key := sha256.Sum256([]byte(at.URL.String())); seen[key] {
			return errLoop
		} else if seen[key] = true; len(seen) > cmp.Or(l.Pages, maxPages) {
			return errPages(cmp.Or(l.Pages, maxPages))
		}
		page, err := l.page(ctx, request{
			send: func(ctx context.Context) (*http.Response, *wire.Place, error) {
				return r.DoThrough(ctx, r.Clients.API, http.MethodGet, at, accepting())
			},
			refusal: r.Refusal, read: read,
		})
		if err != nil {
			return err
		}
		if at, err = after(page); err != nil {
			return err
		}
	}
	return nil
}

// after returns the place of the page that follows one, nil if that is the last.
func after(page got) (*wire.Place, error) {
	link, more, err := nextPage(page.header)
	if err != nil || !more {
		return nil, err
	}
	next, err := follow(page.from.URL, link)
	if err != nil {
		return nil, err
	}
	return &wire.Place{URL: next, Home: page.from.Home}, nil
}

func accepting() http.Header { return http.Header{"Accept": {"application/json"}} }
