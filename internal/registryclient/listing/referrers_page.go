package listing

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/session"
	"ecrmirror/internal/registryclient/wire"
)

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
	case refused.Code == "NAME_UNKNOWN": // with or without an API
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

// take takes what a page tells. What is no index at all, and does not say that it is one, is of a server that answers
// so to any path.
func (l *referrers) take(page []byte) error {
	if l.size += int64(len(page)); l.size > artifacts.MaxList {
		return fmt.Errorf("%w: the list has more than %d MiB", artifacts.ErrMany, artifacts.MaxList>>20)
	}
	found, err := artifacts.ParseIndex(page)
	isOther := errors.Is(err, artifacts.ErrNoIndex) && !strings.EqualFold(l.mediaType, artifacts.IndexType)
	switch {
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
