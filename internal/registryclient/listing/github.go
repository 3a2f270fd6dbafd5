package listing

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"ecrmirror/internal/listed"
	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/pace"
)

// gitHub lists the container images of an organization or a user, of which ghcr.io has no catalogue (oras-go#621), by
// https://docs.github.com/rest/packages/packages. It takes a classic token with the scope read:packages, which is what
// ghcr.io takes as password.
func (a *api) gitHub(ctx context.Context, namespace string, c *listed.RepositoryCollector) error {
	if a.login.Password == "" {
		return &listed.NoCatalogError{
			Host: a.registry, Lacks: "does not list images to those who are not logged in",
			Try: "Give it a login with a classic token that has the scope read:packages, or name them one by one",
		}
	}
	if err := a.authorize(a.login.Password); err != nil {
		return a.failed(err)
	}
	a.header = http.Header{"Accept": {"application/vnd.github+json"}, "X-Github-Api-Version": {"2022-11-28"}}
	err := a.packages(ctx, "/orgs/", namespace, c)
	if errors.Is(err, answer.ErrNotFound) {
		err = a.packages(ctx, "/users/", namespace, c)
	}
	var refused *answer.StatusError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused) && refused.IsDenied() && !errors.As(err, new(*pace.DeferredError)):
		err = fmt.Errorf("%w; it takes a classic token that has the scope read:packages", err)
	}
	return a.failed(err)
}

// packages lists those of an organization or a user. Pages are counted: the links between them go by numbers instead of
// names, and only tell whether there are more.
func (a *api) packages(ctx context.Context, kind, namespace string, c *listed.RepositoryCollector) error {
	repositories := reader{c: c, namespace: namespace}
	for page := 1; page <= maxPages; page++ {
		query := url.Values{"package_type": {"container"}, "per_page": {perPage}, "page": {strconv.Itoa(page)}}
		got, err := a.get(ctx, kind+namespace+"/packages", query, repositories.array)
		if err != nil {
			return err
		}
		_, more, err := nextPage(got.header)
		if err != nil || !more {
			return err
		}
	}
	return errPages(maxPages)
}
