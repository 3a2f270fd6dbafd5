// Package auth gets logged in where a registry wants it: it reads challenges, gets tokens and keeps them, for each
// repository and host, and sends a request again where another authorization may do.
package auth

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/wire"
)

// An authorization is what one repository is read or written with.
type authorization struct {
	header  string    // of Authorization; "" for none
	expires time.Time // the zero time means never
	renew   time.Time // from when on it is not enough to begin an upload with
}

func (a authorization) valid() bool { return a.validAfter(a.expires) }

// lasts reports whether it is good for some time yet.
func (a authorization) lasts() bool { return a.validAfter(a.renew) }

func (a authorization) validAfter(end time.Time) bool {
	return a.header != "" && (a.expires.IsZero() || time.Now().Before(end))
}

// A Scope is which repository is reached, to do what.
type Scope struct {
	Name    string // of the repository; for Catalog, of the namespace whose login counts
	Actions string // Pull, Push or Catalog
}

// What tokens allow.
const (
	Pull = "pull"
	Push = "pull,push"
	// Catalog is to list the registry's repositories.
	Catalog = "catalog"
)

// A Client gets authorizations for the repositories of one registry.
type Client struct {
	Wire    *wire.Wire
	Answers *answer.Memory
	// Holds counts bytes of authorizations that are kept; a negative number is of those that no longer are.
	Holds func(bytes int64)
}

// An Access is how a repository is reached at one host. It is safe for concurrent use.
type Access struct {
	client *Client
	scope  Scope
	host   *Host
	root   *wire.Place // /v2/

	turn  wire.Turn // at getting an authorization; it guards what follows
	held  authorization
	extra string // a scope that the host asked for besides the usual one
	early int    // authorizations in a row that were refused sooner than they should

	login atomic.Pointer[Login] // that it asked for; nil if it asked for none
}

// Access returns the authorization for requests of a scope to a host. Root is where the host's API begins.
func (c *Client) Access(scope Scope, host *Host, root *wire.Place) *Access {
	return &Access{client: c, scope: scope, host: host, root: root, turn: wire.NewTurn()}
}

// Authorization returns the header to send, "" if the host wanted none so far.
func (a *Access) Authorization(ctx context.Context) (string, error) {
	if err := a.turn.Take(ctx); err != nil {
		return "", err
	}
	held := a.held
	a.turn.Release()
	wanted := a.host.known()
	if held.lasts() || held.valid() && a.scope.Actions != Push || wanted == nil {
		return held.header, nil
	}
	return a.authorize(ctx, held.header, wanted, true)
}

// authorize gets what a challenge wants and returns the header to send. It returns the one that was
// used where there is no better. However many requests find that theirs is not good enough, one
// goes for a new one. A token that was just got is followed by another only for another scope.
func (a *Access) authorize(ctx context.Context, used string, wanted *challenge, first bool) (string, error) {
	if err := a.turn.Take(ctx); err != nil {
		return "", err
	}
	defer a.turn.Release()
	if a.held.header != used && a.held.valid() {
		return a.held.header, nil
	}
	a.host.learn(wanted)
	if scope := wanted.parameters["scope"]; scope != "" && scope != a.usualScope() && scope != a.extra &&
		(used != "" || !a.host.home) {
		a.extra, first = scope, true
	}
	if !first {
		return used, nil
	}
	login, err := a.host.login(ctx, a.scope.Name)
	if err != nil {
		return "", err
	}
	a.login.Store(&login)
	next := authorization{header: login.basic()}
	if wanted.scheme == "bearer" {
		if next, err = a.exchange(ctx, wanted, login); err != nil {
			return "", err
		}
	}
	a.client.Holds(int64(len(next.header) - len(a.held.header)))
	a.held = next
	return next.header, nil
}

// usualScope is what reading takes, or writing, or the catalogue.
func (a *Access) usualScope() string {
	if a.scope.Actions == Catalog { // https://distribution.github.io/distribution/spec/auth/scope/
		return "registry:catalog:*"
	}
	return "repository:" + a.scope.Name + ":" + a.scope.Actions
}

// scopes are those of the next token. Elsewhere the repository may have another name, which only the
// host can tell.
func (a *Access) scopes() []string {
	switch {
	case a.extra == "":
		return []string{a.usualScope()}
	case a.host.home:
		return []string{a.usualScope(), a.extra}
	}
	return []string{a.extra}
}

// Asked reports whether the host asked for a login.
func (a *Access) Asked() bool { return a.login.Load() != nil }

// Refusal reads and closes an answer that is no success. Its error says whom the host refused.
func (a *Access) Refusal(resp *http.Response) *answer.StatusError {
	e := answer.Refusal(resp)
	if login := a.login.Load(); login != nil && e.IsDenied() {
		e.Login = login.Refused(a.host.name)
	}
	return e
}
