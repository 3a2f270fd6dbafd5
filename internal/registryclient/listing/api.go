package listing

import (
	"context"
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
	own, ok := ownAPIs[registry]
	return own.host, ok
}

// Namespace returns the repositories of a registry below a path, by the registry's own API, at whose host the lister
// is. See [OwnAPI].
func (l Lister) Namespace(
	ctx context.Context, registry string, login auth.Login, path string,
) (listed.Repositories, error) {
	namespace, _, _ := strings.Cut(path, "/")
	if namespace == "" {
		return listed.Repositories{}, &NoCatalogError{
			Host: registry, Lacks: "lists repositories within a namespace only",
			Try: "Name the namespace: " + registry + "/NAMESPACE",
		}
	}
	c := listed.Below(path)
	a := &api{Lister: l, registry: registry, login: login}
	if err := ownAPIs[registry].list(a, ctx, namespace, c); err != nil {
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

// A reader reads pages that have an object for each repository of a namespace.
type reader struct {
	c         *listed.RepositoryCollector
	namespace string

	name, kind string // of the object that is read
}

// members are those of each object.
func (r *reader) members() map[string]member {
	return map[string]member{"name": into(&r.name), "kind": into(&r.kind)}
}

// add takes the repository that an object is about. Quay tells of what is no image by its kind.
func (r *reader) add() error {
	name, isImages := r.namespace+"/"+r.name, r.kind == "" || r.kind == "image"
	r.name, r.kind = "", ""
	if !isImages {
		return nil
	}
	return r.c.Add(name)
}

// page reads one, by read. Where that fails, it is as if the page had not come.
func (r *reader) page(read func() error) error {
	mark := r.c.Mark()
	err := read()
	if err != nil {
		r.c.Reset(mark)
		r.name, r.kind = "", ""
	}
	return err
}

// under reads a page that has the array under a name, and what tells of the next page under another.
func (r *reader) under(array, next string, more *string) func(context.Context, io.Reader) error {
	return func(_ context.Context, page io.Reader) error {
		*more = ""
		return r.page(func() error {
			return readWith(page, array, func(s scanner) error { return s.objects(r.members(), r.add) },
				map[string]member{next: into(more)})
		})
	}
}

// array reads a page that is the array.
func (r *reader) array(_ context.Context, page io.Reader) error {
	return r.page(func() error { return readArray(page, r.members(), r.add) })
}
