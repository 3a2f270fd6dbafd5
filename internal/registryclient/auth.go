package registryclient

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"
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

// An access is how a repository is reached at one host.
type access struct {
	repository *Repository
	host       *host
	root       *place // /v2/

	turn  turn // at getting an authorization; it guards what follows
	held  authorization
	extra string // a scope that the host asked for besides the usual one
	early int    // authorizations in a row that were refused sooner than they should

	login atomic.Pointer[Login] // that it asked for; nil if it asked for none
}

// authorization returns the header to send, "" if the host wanted none so far.
func (a *access) authorization(ctx context.Context) (string, error) {
	if err := a.turn.take(ctx); err != nil {
		return "", err
	}
	held := a.held
	a.turn.release()
	wanted := a.host.known()
	if held.lasts() || held.valid() && a.repository.actions == pull || wanted == nil {
		return held.header, nil
	}
	return a.authorize(ctx, held.header, wanted, true)
}

// authorize gets what a challenge wants and returns the header to send. It returns the one that was
// used where there is no better. However many requests find that theirs is not good enough, one
// goes for a new one. A token that was just got is followed by another only for another scope.
func (a *access) authorize(ctx context.Context, used string, wanted *challenge, first bool) (string, error) {
	if err := a.turn.take(ctx); err != nil {
		return "", err
	}
	defer a.turn.release()
	if a.held.header != used && a.held.valid() {
		return a.held.header, nil
	}
	a.host.learn(wanted)
	if scope := wanted.parameters["scope"]; scope != "" && scope != a.usualScope() && scope != a.extra && (used != "" || !a.host.home) {
		a.extra, first = scope, true
	}
	if !first {
		return used, nil
	}
	login, err := a.host.login(ctx, a.repository.name)
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
	a.repository.registry.holds(int64(len(next.header) - len(a.held.header)))
	a.held = next
	return next.header, nil
}

// What tokens allow.
const (
	pull = "pull"
	push = "pull,push"
)

// usualScope is what reading takes, or writing.
func (a *access) usualScope() string {
	return "repository:" + a.repository.name + ":" + a.repository.actions
}

// scopes are those of the next token. Elsewhere the repository may have another name, which only the
// host can tell.
func (a *access) scopes() []string {
	switch {
	case a.extra == "":
		return []string{a.usualScope()}
	case a.host.home:
		return []string{a.usualScope(), a.extra}
	}
	return []string{a.extra}
}

// refusal reads and closes an answer that is no success. Its error says whom the host refused.
func (a *access) refusal(resp *http.Response) *StatusError {
	e := refusal(resp)
	if login := a.login.Load(); login != nil && e.isDenied() {
		e.Login = login.refused(a.host.name)
	}
	return e
}
