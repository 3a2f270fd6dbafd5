package listing

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"ecrmirror/internal/jsonstream"
	"ecrmirror/internal/listed"
	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/session"
	"ecrmirror/internal/transient"
)

// Tags returns the tags of a repository. One that does not exist is [answer.ErrNotFound].
func (l Lister) Tags(ctx context.Context, r *session.Repository) (listed.Tags, error) {
	said := report{tags: l.Room.Collect()}
	defer said.tags.Close()
	if err := l.report(ctx, r, &said); err != nil {
		return listed.Tags{}, r.Failed(fmt.Errorf("listing tags: %w", err))
	}
	return said.tags.Tags(), nil
}

// errSlow ends a list that others may have waited for.
var errSlow = transient.New(fmt.Sprintf("the list takes more than %s", listTime))

// report reads all pages of what a repository says of its tags.
func (l Lister) report(ctx context.Context, r *session.Repository, to *report) error {
	// No deadline: with one, waits that would take longer end at once, with errors of their own.
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer time.AfterFunc(cmp.Or(l.List, listTime), func() { cancel(errSlow) }).Stop()
	start := r.Home("tags/list")
	if n := pageSizes[usual(r.Name())]; n != "" {
		start.URL.RawQuery = url.Values{"n": {n}}.Encode()
	}
	err := l.linked(ctx, r, start, to.read)
	if err != nil && errors.Is(context.Cause(ctx), errSlow) {
		return errSlow
	}
	return err
}

// A report is what the list of a repository's tags says. Google's registries tell more than others.
type report struct {
	tags     *listed.TagCollector
	images   bool     // there are some, with or without tags
	children []string // with which names of repositories below this one go on
}

// read reads a page. Where that fails, it is as if the page had not come.
func (r *report) read(ctx context.Context, page io.Reader) (err error) {
	mark, images, children := r.tags.Mark(), r.images, len(r.children)
	defer func() {
		if err != nil {
			r.tags.Reset(mark)
			r.images, r.children = images, r.children[:children]
		}
	}()
	return jsonstream.ReadObject(page, map[string]jsonstream.Member{
		"tags": func(s jsonstream.Scanner) error {
			return s.Texts(func(name string) error {
				r.images = true
				return r.tags.Add(ctx, listed.Tag{Name: name})
			})
		},
		"child": func(s jsonstream.Scanner) error { return s.Texts(r.addChild) },
		"manifest": func(s jsonstream.Scanner) error {
			return s.ByName(func(d string) error { return r.addImage(ctx, s, d) })
		},
		"errors": refused,
	})
}

func (r *report) addChild(name string) error {
	if len(r.children) == listed.MostRepositories {
		return fmt.Errorf("%w: it has more than %d repositories", listed.ErrTooMany, listed.MostRepositories)
	}
	r.children = append(r.children, name)
	return nil
}

// refused reads the errors that some registries, and proxies before them, answer with in a success.
func refused(s jsonstream.Scanner) error {
	var code, message string
	told := map[string]jsonstream.Member{"code": jsonstream.Into(&code), "message": jsonstream.Into(&message)}
	return s.Objects(told, func() error { return fmt.Errorf("%w: it says %s", ErrNoList, shortRefusal(code, message)) })
}

// shortRefusal is what is told of a registry's error.
func shortRefusal(code, message string) string {
	if message == "" {
		return answer.Short(code)
	}
	return answer.Short(code) + ": " + answer.Short(message)
}
