package listing

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"ecrmirror/internal/jsonstream"
	"ecrmirror/internal/listed"
	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/auth"
	"ecrmirror/internal/registryclient/wire"
)

// nameThem is what always does.
const nameThem = "Name its repositories one by one"

// Repositories returns the repositories of the registry below a path, by what the registry tells by the protocol: the
// names below that of a repository, as Google's registries list them, or else the catalogue of all.
func (l Lister) Repositories(ctx context.Context, path string) (listed.Repositories, error) {
	c := listed.Below(path)
	var err error
	if isGoogles(l.Session.Name()) {
		err = l.walk(ctx, path, c)
	} else {
		err = l.catalog(ctx, path, c)
	}
	if err != nil {
		return listed.Repositories{}, err
	}
	return c.Repositories(), nil
}

// catalog reads the catalogue of all repositories, which the Distribution Specification has no more, and many
// registries have still: distribution itself, zot, Harbor (for its administrators), ACR, Artifactory, Nexus. Some tell
// all of it in one page, as mcr.microsoft.com does (microsoft/containerregistry#168).
func (l Lister) catalog(ctx context.Context, path string, c *listed.RepositoryCollector) error {
	r := l.Session.Repository(auth.Scope{Name: path, Actions: auth.Catalog})
	begun := false
	err := l.linked(ctx, r, l.Session.Place("/v2/_catalog"), func(_ context.Context, page io.Reader) (err error) {
		begun = true
		mark := c.Mark()
		defer func() {
			if err != nil {
				c.Reset(mark)
			}
		}()
		return jsonstream.ReadWith(page, "repositories", func(s jsonstream.Scanner) error { return s.Texts(c.Add) },
			map[string]jsonstream.Member{"errors": refused})
	})
	if lacks := l.lacksCatalog(err); lacks != nil && !begun {
		return lacks
	}
	if err != nil {
		return fmt.Errorf("%s: listing repositories: %w", l.Session.Name(), err)
	}
	return nil
}

// lacksCatalog returns what a registry lacks that refuses its list with an error; nil if that does not tell.
func (l Lister) lacksCatalog(err error) error {
	var status *answer.StatusError
	if !errors.As(err, &status) || status.IsLimit() {
		return nil
	}
	lacks := &listed.NoCatalogError{Host: l.Session.Name(), Try: nameThem, Err: err}
	switch {
	case status.IsDenied():
		lacks.Lacks = "does not list its repositories (/v2/_catalog) for this login"
		lacks.Try = "Give it a login that may list them, in Harbor an administrator's, or name them one by one"
	case status.Status == http.StatusNotFound, wire.LacksMethod(status.Status):
		lacks.Lacks = "has no list of its repositories (/v2/_catalog)"
	default:
		return nil
	}
	return lacks
}
