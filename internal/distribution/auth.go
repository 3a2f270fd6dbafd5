package distribution

import (
	"context"
	"net/http"
	"strings"
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

// authorized makes a request, by send, with the authorization that the last one needed, if any, and
// again if the host wants another. The answer is whatever came in the end, also a 401.
func (a *access) authorized(ctx context.Context, send func(authorization string) (*http.Response, error)) (*http.Response, error) {
	used, err := a.authorization(ctx)
	if err != nil {
		return nil, err
	}
	for tries := 0; ; tries++ {
		resp, err := send(used)
		if err != nil {
			return nil, err
		}
		wanted, err := a.challengeOf(ctx, resp, used)
		if err == nil && wanted != nil && tries < 2 {
			var next string
			next, err = a.authorize(ctx, used, wanted, tries == 0)
			if err == nil && next != used {
				used = next
				discard(resp)
				continue
			}
		}
		if err != nil {
			discard(resp)
			return nil, err
		}
		return resp, nil
	}
}

// challengeOf returns what the host wants to give another answer, or nil if this one stands. Some hide
// from those who are not logged in what they may not see, and some ask for a login at /v2/ alone:
// they are made to ask.
func (a *access) challengeOf(ctx context.Context, resp *http.Response, used string) (*challenge, error) {
	known := a.host.known()
	switch resp.StatusCode {
	case http.StatusUnauthorized:
		if wanted := challengeIn(resp); wanted != nil {
			return wanted, nil
		}
		if known != nil {
			return known, nil
		}
	case http.StatusForbidden, http.StatusNotFound:
		if used != "" || known != nil || a.repository.actions == push && resp.Request.Method == http.MethodHead {
			return nil, nil // what is not there is written next, which shows whether a login is wanted
		}
		if wanted := challengeIn(resp); wanted != nil {
			return wanted, nil
		}
	default:
		return nil, nil
	}
	return a.ping(ctx, resp.Request)
}

// ping asks the host for its challenge at /v2/, once. What is not of a registry has no such place.
func (a *access) ping(ctx context.Context, refused *http.Request) (*challenge, error) {
	if refused == nil || !strings.HasPrefix(refused.URL.Path, a.root.url.Path) || !a.host.ping() {
		return nil, nil
	}
	registry := a.repository.registry
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	resp, err := registry.send(ctx, registry.clients.api, http.MethodGet, a.root, nil, "")
	if err != nil {
		return nil, err
	}
	defer discard(resp)
	return challengeIn(resp), nil
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
	a.held = next
	return next.header, nil
}

// maxEarly is how many authorizations may be refused early, one after the other, until that is taken
// for the last word.
const maxEarly = 2

// drop forgets an authorization that was refused where a request could not be repeated at once. It
// reports whether the next is worth a try.
func (a *access) drop(ctx context.Context, used string) bool {
	if a.turn.take(ctx) != nil {
		return false
	}
	defer a.turn.release()
	if a.held.header == used { // else somebody did it already
		a.held = authorization{}
		a.early++
	}
	return a.early < maxEarly
}

// worked notes that an authorization was good.
func (a *access) worked(ctx context.Context) {
	if a.turn.take(ctx) == nil {
		a.early = 0
		a.turn.release()
	}
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
