package registryclient_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.podman.io/image/v5/types"

	"ecrmirror/internal/registryclient"
)

// robot gives the login that protected asks for.
func robot(o *registryclient.Options) { login("robot", "s3cret")(o) }

func login(user, password string) func(*registryclient.Options) {
	return func(o *registryclient.Options) {
		o.Login = func(context.Context, string) (registryclient.Login, error) {
			return registryclient.Login{
				DockerAuthConfig: types.DockerAuthConfig{Username: user, Password: password},
			}, nil
		}
	}
}

// protected asks for a user and password.
func protected(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "robot" || password != "s3cret" {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		h(w, r)
	}
}

const someDigest = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

// hasImage answers as a registry with one image does.
func hasImage(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodHead { // what a GET gives is empty, and of no such digest
		w.Header().Set("Docker-Content-Digest", someDigest)
	}
}

func TestUnchangedImageCostsOneHead(t *testing.T) {
	tokens := startTokens(t)
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		first  string // requests
		next   string
	}{
		{"open to all", hasImage, "HEAD", "HEAD"},
		{"password", protected(hasImage), "HEAD HEAD", "HEAD"},
		{"token", tokens.wants("repository:team/app:pull", hasImage), "HEAD HEAD", "HEAD"},
	} {
		registry := start(t, c.answer)
		r := open(t, registry, robot)
		for _, want := range []string{c.first, c.next} {
			if d, err := r.Repository(repository).Digest(t.Context(), "1"); err != nil || d != someDigest {
				t.Errorf("%s: %q, %v", c.name, d, err)
			}
			if got := strings.Join(registry.take(), " "); got != strings.ReplaceAll(want, "HEAD",
				"HEAD /v2/team/app/manifests/1") {
				t.Errorf("%s: asked %s, want %s", c.name, got, want)
			}
		}
	}
	check(t, "tokens", int(tokens.given.Load()), 1)
}

func TestTokenIsGotOnceForAllAndAgainWhenItIsRefused(t *testing.T) {
	tokens := startTokens(t)
	registry := start(t, tokens.wants("repository:team/app:pull", hasImage))
	repo := open(t, registry, robot).Repository(repository)
	for round := int32(1); round <= 2; round++ {
		var calls sync.WaitGroup
		for range 16 {
			calls.Go(func() {
				if _, err := repo.Digest(t.Context(), "1"); err != nil {
					t.Error(err)
				}
			})
		}
		calls.Wait()
		check(t, "tokens", int(tokens.given.Load()), int(2*round-1))
		tokens.given.Add(1) // that given out is not good any more
	}
}

func TestTokenIsAskedForByScopeAndLogin(t *testing.T) {
	tokens := startTokens(t)
	registry := start(t, tokens.wants("repository:team/app:pull", hasImage))
	for _, c := range []struct {
		name  string
		login func(*registryclient.Options)
		auth  string // whether it is sent
		err   string
	}{
		{"login", robot, "Basic", ""},
		{"anonymous", func(*registryclient.Options) {}, "", ""},
		{"wrong", login("robot", "wrong"), "Basic", "401 Unauthorized (UNAUTHORIZED: wrong password)"},
	} {
		tokens.take()
		_, err := open(t, registry, c.login).Repository(repository).Digest(t.Context(), "1")
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %v", c.name, err)
		}
		tokens.mu.Lock()
		last := tokens.seen[len(tokens.seen)-1]
		tokens.mu.Unlock()
		if got := last.URL.Query(); got.Get("scope") != "repository:team/app:pull" || got.Get("service") != "test" {
			t.Errorf("%s: asked for %v", c.name, got)
		}
		if got, _, _ := strings.Cut(last.Header.Get("Authorization"), " "); got != c.auth {
			t.Errorf("%s: sent %q", c.name, got)
		}
	}
}

func TestScopeThatTheRegistryAsksForIsAdded(t *testing.T) {
	tokens := startTokens(t)
	registry := start(t, func(w http.ResponseWriter, r *http.Request) {
		answer := hasImage
		if tokens.given.Load() < 2 {
			answer = func(w http.ResponseWriter, r *http.Request) { tokens.wants("aws", nil)(w, without(r)) }
		}
		tokens.wants("aws", answer)(w, r)
	})
	if d, err := open(t, registry).Repository(repository).Digest(t.Context(), "1"); err != nil || d == "" {
		t.Error(d, err)
	}
	if got := tokens.scopesSeen(); len(got) != 2 || got[1] != "repository:team/app:pull aws" {
		t.Errorf("asked for %q", got)
	}
}

func without(r *http.Request) *http.Request {
	r = r.Clone(r.Context())
	r.Header.Del("Authorization")
	return r
}

func TestDeniedImageIsNotAskedForMoreOftenThanNeeded(t *testing.T) {
	tokens := startTokens(t)
	registry := start(t, func(w http.ResponseWriter, r *http.Request) {
		tokens.wants("repository:team/app:pull", nil)(w, without(r))
	})
	_, err := open(t, registry).Repository(repository).Digest(t.Context(), "1")
	var status *registryclient.StatusError
	if !errors.As(err, &status) || status.Status != http.StatusUnauthorized || status.Transient() {
		t.Errorf("%v", err)
	}
	check(t, "requests", len(registry.asked()), 2)
	check(t, "tokens", int(tokens.given.Load()), 1)
}

func TestExpiredTokenIsReplacedBeforeItIsRefused(t *testing.T) {
	tokens := startTokens(t)
	registry := start(t, tokens.wants("repository:team/app:pull", hasImage))
	r := open(t, registry)
	tokens.fields["expires_in"] = 3600
	for range 3 {
		if _, err := r.Repository(repository).Digest(t.Context(), "1"); err != nil {
			t.Error(err)
		}
	}
	check(t, "requests", len(registry.asked()), 4)
}

// The other repositories of a registry that wants tokens are not asked without one.
func TestHowARegistryAsksForALoginIsRemembered(t *testing.T) {
	tokens := startTokens(t)
	registry := start(t, tokens.wants("", hasImage))
	r := open(t, registry)
	for _, name := range []string{"one", "two", "three"} {
		if _, err := r.Repository(name).Digest(t.Context(), "1"); err != nil {
			t.Error(err)
		}
	}
	check(t, "requests", len(registry.asked()), 4)
	check(t, "tokens", int(tokens.given.Load()), 3)
}

func TestLoginIsOfferedToARegistryThatHidesImages(t *testing.T) {
	registry := start(t, func(w http.ResponseWriter, r *http.Request) {
		if _, _, ok := r.BasicAuth(); !ok && r.URL.Path != "/v2/" {
			http.NotFound(w, r)
			return
		}
		protected(hasImage)(w, r)
	})
	if d, err := open(t, registry, robot).Repository(repository).Digest(t.Context(), "1"); err != nil || d == "" {
		t.Errorf("with a login: %q, %v", d, err)
	}
	registry.take()
	if _, err := open(t, registry).Repository(repository).Digest(t.Context(), "1"); !isNotFound(err) {
		t.Errorf("without: %v", err)
	}
	check(t, "requests without a login", len(registry.take()), 3) // HEAD, GET /v2/, GET of what HEAD did not find
}

func TestTokenServersAnswersAreNotQuoted(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"no token": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"refresh_token":"s3cret"}`) },
		"not JSON": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `s3cret`) },
		"refused": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `s3cret`)
		},
	} {
		server := start(t, answer)
		registry := start(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer realm=%q`, server.URL))
			w.WriteHeader(http.StatusUnauthorized)
		})
		_, err := open(t, registry, robot).Repository(repository).Digest(t.Context(), "1")
		if err == nil || strings.Contains(err.Error(), "s3cret") || !strings.Contains(err.Error(), server.addr()) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBrokenTokenServerIsTemporary(t *testing.T) {
	tokens := startTokens(t)
	good := tokens.answer
	var failures atomic.Int32
	tokens.become(func(w http.ResponseWriter, r *http.Request) {
		if failures.Add(1) <= 2 {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		good(w, r)
	})
	registry := start(t, tokens.wants("", hasImage))
	if _, err := open(t, registry).Repository(repository).Digest(t.Context(), "1"); err != nil {
		t.Error(err)
	}
}

// take returns what was asked so far and forgets it.
func (h *host) take() []string {
	asked := h.asked()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen = nil
	return asked
}

func isNotFound(err error) bool { return errors.Is(err, registryclient.ErrNotFound) }
