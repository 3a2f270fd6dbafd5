package distribution

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"

	wwwauthenticate "github.com/docker/distribution/registry/client/auth/challenge"
	"go.podman.io/image/v5/types"
)

// A challenge is what a registry wants before it answers.
type challenge = wwwauthenticate.Challenge

// challengeIn returns the challenge of a 401 that can be met, by a token rather than by a
// password, or nil.
func challengeIn(resp *http.Response) *challenge {
	var basic *challenge
	for _, c := range wwwauthenticate.ResponseChallenges(resp) {
		switch c.Scheme {
		case "bearer":
			return &c
		case "basic":
			basic = &c
		}
	}
	return basic
}

// challengeOf returns what the registry wants to give another answer, or nil if this one stands.
// Some registries hide from those who are not logged in what they may not see, and ask for no
// login: where there is one, they are made to ask.
func (r *Repository) challengeOf(ctx context.Context, resp *http.Response, used string) (*challenge, error) {
	switch resp.StatusCode {
	case http.StatusUnauthorized:
		return challengeIn(resp), nil
	case http.StatusForbidden, http.StatusNotFound:
		if used == "" && r.registry.known() == nil {
			return r.ping(ctx)
		}
	}
	return nil, nil
}

// ping asks the registry for its challenge, once, on behalf of one who has a login.
func (r *Repository) ping(ctx context.Context) (*challenge, error) {
	if r.registry.wasPinged() {
		return nil, nil
	}
	login, err := r.registry.opts.Login(ctx, r.name)
	if err != nil || login == (types.DockerAuthConfig{}) {
		return nil, err
	}
	at := &url.URL{Host: r.registry.host, Path: "/v2/"}
	resp, err := r.registry.send(ctx, r.registry.clients.api, http.MethodGet, at, nil, "")
	if err != nil {
		return nil, err
	}
	defer discard(resp)
	r.registry.notePing()
	return challengeIn(resp), nil
}

// authorization returns the header to send, "" if the registry wanted none so far.
func (r *Repository) authorization(ctx context.Context) (string, error) {
	if err := r.turn.take(ctx); err != nil {
		return "", err
	}
	held := r.held
	r.turn.release()
	wanted := r.registry.known()
	if held.lasts() || held.valid() && r.actions == pull || wanted == nil {
		return held.header, nil
	}
	return r.authorize(ctx, held.header, wanted, true)
}

// authorize gets what a challenge wants and returns the header to send. It returns the one that was
// used where there is no better. However many requests find that theirs is not good enough, one
// goes for a new one. A token that was just got is followed by another only for another scope.
func (r *Repository) authorize(ctx context.Context, used string, wanted *challenge, first bool) (string, error) {
	if err := r.turn.take(ctx); err != nil {
		return "", err
	}
	defer r.turn.release()
	if r.held.header != used && r.held.valid() {
		return r.held.header, nil
	}
	r.registry.learn(wanted)
	if scope := wanted.Parameters["scope"]; used != "" && scope != "" && scope != r.scope() && scope != r.extra {
		r.extra, first = scope, true
	}
	if !first {
		return used, nil
	}
	login, err := r.registry.opts.Login(ctx, r.name)
	if err != nil {
		return "", err
	}
	next := authorization{header: basic(login)}
	if wanted.Scheme == "bearer" {
		if next, err = r.registry.exchange(ctx, wanted, login, r.scopes()); err != nil {
			return "", err
		}
	}
	r.held = next
	return next.header, nil
}

func basic(login types.DockerAuthConfig) string {
	if login.Username == "" {
		return ""
	}
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(login.Username+":"+login.Password))
}

// What tokens allow.
const (
	pull = "pull"
	push = "pull,push"
)

// scope is what reading takes, or writing.
func (r *Repository) scope() string { return "repository:" + r.name + ":" + r.actions }

func (r *Repository) scopes() []string {
	if r.extra != "" {
		return []string{r.scope(), r.extra}
	}
	return []string{r.scope()}
}

// known returns how the registry asked for a login when it last did, or nil.
func (r *Registry) known() *challenge {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.challenge
}

func (r *Registry) learn(c *challenge) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.challenge = c
}

func (r *Registry) wasPinged() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.pinged
}

func (r *Registry) notePing() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pinged = true
}
