package registryclient_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"ecrmirror/internal/registryclient"
	"ecrmirror/internal/registryclient/answer"
)

// asks answers only those who bring the token, with the challenge where it is told.
func asks(
	registry *host, token string, told func(*http.Request) bool, status int, h http.HandlerFunc,
) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/token":
			fmt.Fprintf(w, `{"token":%q}`, token)
		case r.Header.Get("Authorization") == "Bearer "+token:
			h(w, r)
		case told(r):
			w.Header().Set("WWW-Authenticate",
				`Bearer realm="`+registry.URL+`/token",service="x",scope="repository:other/name:pull"`)
			w.WriteHeader(http.StatusUnauthorized)
		default:
			w.WriteHeader(status)
		}
	}
}

func everywhere(*http.Request) bool  { return true }
func atVersion(r *http.Request) bool { return r.URL.Path == "/v2/" }

// A registry may tell at /v2/ alone what it wants, and refuse by whatever status.
func TestChallengeAtVersionOnly(t *testing.T) {
	for _, status := range []int{401, 403, 404} {
		for name, login := range map[string]func(*registryclient.Options){
			"anonymous": func(*registryclient.Options) {},
			"login":     robot,
		} {
			bearer := start(t, nil)
			bearer.become(asks(bearer, "T", atVersion, status, hasImage))
			for round := range 2 {
				if d, err := open(t, bearer, login).Repository(repository).Digest(t.Context(), "1"); d != someDigest ||
					err != nil {
					t.Errorf("%d, %s, %d: %q, %v", status, name, round, d, err)
				}
			}
		}
		basic := start(t, func(w http.ResponseWriter, r *http.Request) {
			if user, _, _ := r.BasicAuth(); user != "robot" && r.URL.Path != "/v2/" {
				w.WriteHeader(status)
				return
			}
			protected(hasImage)(w, r)
		})
		if d, err := open(t, basic, robot).Repository(repository).Digest(t.Context(), "1"); d != someDigest ||
			err != nil {
			t.Errorf("%d, Basic: %q, %v", status, d, err)
		}
	}
}

// A token that ends where no challenge is told is replaced by one for the challenge that is known.
func TestTokenEndsWithoutAChallenge(t *testing.T) {
	registry := start(t, nil)
	registry.become(asks(registry, "T", atVersion, 401, hasImage))
	repo := open(t, registry).Repository(repository)
	for _, token := range []string{"T", "U"} {
		registry.become(asks(registry, token, atVersion, 401, hasImage))
		if d, err := repo.Digest(t.Context(), "1"); d != someDigest || err != nil {
			t.Errorf("%s: %q, %v", token, d, err)
		}
	}
	check(t, "pings", registry.count("GET /v2/"), 1)
}

// What a gateway leads to is asked as anyone may ask it, by each kind of request.
func TestGatewayLeadsToARegistryThatWantsAToken(t *testing.T) {
	blob, d := content(20 * chunk)
	manifest := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", manifestType)
		fmt.Fprint(w, aManifest)
	}
	for name, told := range map[string]func(*http.Request) bool{"everywhere": everywhere, "at /v2/": atVersion} {
		keep := keeping()
		other := start(t, nil)
		other.become(asks(other, "anyone", told, 403, func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Method == http.MethodPut, r.Method == http.MethodPost:
				keep(w, r)
			case strings.Contains(r.URL.Path, "/manifests/"):
				manifest(w, r)
			default:
				ranges(blob)(w, r)
			}
		}))
		gateway := start(t, protected(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+r.URL.Path, http.StatusTemporaryRedirect)
		}))
		r := open(t, gateway, robot)
		if got, err := r.Repository(repository).Digest(t.Context(), "1"); got.String() != ofManifest || err != nil {
			t.Errorf("%s: digest %q, %v", name, got, err)
		}
		mustRead(t, r, blob, int64(len(blob)))
		mustRead(t, r, blob, -1)
		if err := r.WritableRepository(repository).PutBlob(t.Context(), lend(bytes.NewReader(blob)), d,
			int64(len(blob))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, sent := range other.sent("Authorization") {
			if sent != "Bearer anyone" {
				t.Errorf("%s: the other registry got %q", name, sent)
			}
		}
		for _, sent := range gateway.sent("Authorization") {
			if !strings.HasPrefix(sent, "Basic ") {
				t.Errorf("%s: the gateway got %q", name, sent)
			}
		}
		check(t, name+": tokens", other.count("/token"), 2) // for reading and for writing
	}
}

// What can't be met without a login is refused in the other registry's name.
func TestGatewayLeadsToARegistryThatWantsALogin(t *testing.T) {
	blob, _ := content(10)
	for name, wanted := range map[string]http.HandlerFunc{
		"Basic": protected(hasImage),
		"a token that it does not give": func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/token" {
				w.Header().Set("WWW-Authenticate", `Bearer realm="http://`+r.Host+`/token"`)
			}
			w.WriteHeader(http.StatusUnauthorized)
		},
		"nothing that it says": status(401),
	} {
		other := start(t, wanted)
		gateway := start(t, protected(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+r.URL.Path, http.StatusTemporaryRedirect)
		}))
		r := open(t, gateway, robot)
		_, err := r.Repository(repository).Digest(t.Context(), "1")
		for _, err := range []error{err, read(t, r, blob, 10)} {
			if err == nil || !strings.Contains(err.Error(), "401 Unauthorized") || !strings.Contains(err.Error(),
				other.addr()) || answer.Soon(err) || isNotFound(err) {
				t.Errorf("%s: %v", name, err)
			}
			if name != "nothing that it says" && !strings.Contains(err.Error(), "no login for "+other.addr()) {
				t.Errorf("%s: %v", name, err)
			}
		}
		check(t, name+": what the other registry got", len(other.sent("Authorization")), 0)
	}
}

// A store that is led to by a signed URL is neither pinged nor given a token, whatever it answers.
func TestStoresAreNotTakenForRegistries(t *testing.T) {
	blob, d := content(10)
	for _, code := range []int{401, 403, 404} {
		store := start(t, status(code))
		registry := start(t, redirect(func() string { return store.URL + "/bucket/" + d.Encoded() + "?sig=x" }))
		if err := read(t, open(t, registry, robot), blob, 10); err == nil {
			t.Errorf("%d: no error", code)
		}
		check(t, fmt.Sprint(code, ": requests for other things"), store.count("/v2/")+store.count("/token"), 0)
	}
}

// The fence is around the token servers of those that a registry leads to, too.
func TestGatewaysTokenServerIsInsideTheFence(t *testing.T) {
	for _, realm := range []string{
		"http://169.254.169.254/latest", "http://metadata.google.internal/x", "ftp://x/y",
		"http://a b/",
	} {
		other := start(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="`+realm+`"`)
			w.WriteHeader(http.StatusUnauthorized)
		})
		gateway := start(t, redirect(func() string { return other.URL + "/v2/x" }))
		_, err := open(t, gateway).Repository(repository).Digest(t.Context(), "1")
		if err == nil || answer.Soon(err) || !strings.Contains(err.Error(), "refused: ") &&
			!strings.Contains(err.Error(), "is not a URL") {
			t.Errorf("%s: %v", realm, err)
		}
	}
}

// A refused login, none, and a limit are told apart.
func TestRefusalsSayWhoWasRefused(t *testing.T) {
	denied := func(w http.ResponseWriter, r *http.Request) {
		if _, _, ok := r.BasicAuth(); !ok {
			w.Header().Set("WWW-Authenticate", "Basic")
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.WriteHeader(http.StatusForbidden)
	}
	limited := func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, `{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit"}]}`)
	}
	hub := func(w http.ResponseWriter, _ *http.Request) { // 403 by the word of its body
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"errors":[{"code":"TOOMANYREQUESTS","message":"too many"}]}`)
	}
	tokens := startTokens(t)
	at := func(place string, change func(*registryclient.Login)) func(*registryclient.Options) {
		return func(o *registryclient.Options) {
			o.Login = func(context.Context, string) (registryclient.Login, error) {
				l := registryclient.Login{Place: place}
				change(&l)
				return l, nil
			}
		}
	}
	user := func(l *registryclient.Login) { l.Username, l.Password = "ro\x1bbot", "wrong" }
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		login  func(*registryclient.Options)
		want   string
	}{
		{"none", protected(hasImage), at("", func(*registryclient.Login) {}), "no login for HOST: 401 Unauthorized"},
		{
			"none, for a reason", protected(hasImage), at("its entry is empty", func(*registryclient.Login) {}),
			"no login for HOST (its entry is empty): 401 Unauthorized",
		},
		{
			"wrong", protected(hasImage), at("secret \"x\"", user),
			`login "ro?bot" of secret "x" was refused: 401 Unauthorized`,
		},
		{
			"may not", denied, at("AWS credentials", user),
			`login "ro?bot" of AWS credentials was refused: 403 Forbidden`,
		},
		{
			"wrong at the token server", tokens.wants("", hasImage), at("here", user),
			`login "ro?bot" of here was refused: 401 Unauthorized (UNAUTHORIZED: wrong password)`,
		},
		{
			"an identity token", tokens.wants("", hasImage),
			at("here", func(l *registryclient.Login) { l.IdentityToken = "t" }), "",
		},
		{
			"limit", limited, at("here", user),
			"rate limit: 429 Too Many Requests (TOOMANYREQUESTS: You have reached your pull rate limit)",
		},
		{"limit by another status", hub, at("here", user), "rate limit: 403 Forbidden (TOOMANYREQUESTS: too many)"},
	} {
		registry := start(t, c.answer)
		_, _, err := open(t, registry, c.login).Repository(repository).Manifest(t.Context(), "1")
		if c.want == "" {
			continue
		}
		if err == nil || !strings.Contains(err.Error(), ": "+strings.ReplaceAll(c.want, "HOST", registry.addr())) ||
			strings.Contains(err.Error(), "wrong:") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
