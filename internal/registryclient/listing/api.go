package listing

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ecrmirror/internal/listed"
	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/auth"
	"ecrmirror/internal/registryclient/pace"
	"ecrmirror/internal/registryclient/wire"
)

// An ownAPI is one by which a registry lists repositories, beside the protocol.
type ownAPI struct {
	host string // that the API is at
	list func(a *api, ctx context.Context, namespace string, c *listed.RepositoryCollector) error
}

// ownAPIs are the registries that have such an API and no catalogue. The table is also the rule of where the login to
// a registry may go besides: to the host that stands beside it, by HTTPS, to list repositories, and nowhere else.
var ownAPIs = map[string]ownAPI{
	"docker.io": {"hub.docker.com", (*api).hub},
	"ghcr.io":   {"api.github.com", (*api).gitHub},
	"quay.io":   {"quay.io", (*api).quay},
}

// OwnAPI returns the host of the API by which a registry lists repositories, beside the protocol. Ok is false for those
// that have none.
func OwnAPI(registry string) (host string, ok bool) {
	own, ok := ownAPIs[usual(registry)]
	return own.host, ok
}

// Namespace returns the repositories of a registry below a path, by the registry's own API, at whose host the lister
// is. See [OwnAPI].
func (l Lister) Namespace(
	ctx context.Context, registry string, login auth.Login, path string,
) (listed.Repositories, error) {
	namespace, _, _ := strings.Cut(path, "/")
	if namespace == "" {
		return listed.Repositories{}, &listed.NoCatalogError{
			Host: registry, Lacks: "lists repositories within a namespace only",
			Try: "Name the namespace: " + registry + "/NAMESPACE",
		}
	}
	c := listed.Below(path)
	a := &api{Lister: l, registry: registry, login: login}
	if err := ownAPIs[usual(registry)].list(a, ctx, namespace, c); err != nil {
		return listed.Repositories{}, err
	}
	return c.Repositories(), nil
}

// An api is a registry's own API, as one login sees it.
type api struct {
	Lister
	registry      string // as image names say it
	login         auth.Login
	authorization string // what is sent; "" while nobody is logged in
	header        http.Header
}

// get asks for one page. The API leads nowhere else.
func (a *api) get(
	ctx context.Context, path string, query url.Values, read func(context.Context, io.Reader) error,
) (got, error) {
	at := a.Session.Place(path)
	at.URL.RawQuery = query.Encode()
	return a.page(ctx, request{
		send: func(ctx context.Context) (*http.Response, *wire.Place, error) {
			resp, err := a.Session.Send(ctx, a.Session.Clients.API, http.MethodGet, at, a.header, a.authorization)
			return resp, at, err
		},
		refusal: a.refusal, read: read,
	})
}

// refusal is the error that an answer other than 200 means.
func (a *api) refusal(resp *http.Response, _ *wire.Place) error {
	// GitHub says by these when the hour is over, and answers 403 until then
	// (https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api).
	remaining, reset := resp.Header.Get("X-Ratelimit-Remaining"), resp.Header.Get("X-Ratelimit-Reset")
	refused := answer.Refusal(resp)
	if refused.IsDenied() {
		refused.Login = a.login.Refused(a.registry)
	}
	seconds, err := strconv.ParseInt(reset, 10, 64)
	if remaining != "0" || err != nil || !refused.IsDenied() && !refused.IsLimit() {
		return refused
	}
	until := time.Unix(seconds, 0)
	refused.RetryAfter = max(refused.RetryAfter, time.Until(until))
	return &pace.DeferredError{Host: a.Session.Name(), Until: until, Err: refused}
}

// authorize has a token sent from now on.
func (a *api) authorize(token string) error {
	if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return errors.New("logging in: there is no token that can be sent")
	}
	a.authorization = "Bearer " + token
	return nil
}

// failed says of an error which registry did not list its repositories, and what would do where a login may help.
func (a *api) failed(err error) error {
	var refused *answer.StatusError
	if errors.As(err, &refused) && refused.IsDenied() && a.login.IsAnonymous() {
		return &listed.NoCatalogError{
			Host: a.registry, Lacks: "does not list these repositories to everyone", Err: err,
			Try: "Give it a login, or name them one by one",
		}
	}
	return fmt.Errorf("%s: listing repositories, at %s: %w", a.registry, a.Session.Name(), err)
}
