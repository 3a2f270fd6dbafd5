package auth

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"go.podman.io/image/v5/types"

	"ecrmirror/internal/fence"
	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/wire"
)

// secure returns a wire to a registry that nobody reaches; it notes where somebody would be asked.
func secure(tb testing.TB, dialed *[]string) *wire.Wire {
	tb.Helper()
	w, err := wire.New(wire.Options{Host: "registry.example"})
	if err != nil {
		tb.Fatal(err)
	}
	refuse := func(_ context.Context, _, addr string) (net.Conn, error) {
		*dialed = append(*dialed, addr)
		return nil, errors.New("nobody is there")
	}
	for _, o := range []*fence.Outside{w.Clients.Away, w.Clients.UploadsAway, w.Clients.Tokens} {
		o.Direct.DialContext, o.Proxied.DialContext = refuse, refuse
	}
	for _, h := range []*fence.Home{w.Clients.API, w.Clients.Ranges, w.Clients.Uploads} {
		h.DialContext = refuse
	}
	return w
}

func responseWith(status int, name, value string) *http.Response {
	return &http.Response{
		StatusCode: status, Header: http.Header{name: {value}}, Body: io.NopCloser(strings.NewReader("")),
	}
}

func checkText(t *testing.T, err error) {
	t.Helper()
	if text := err.Error(); len(text) > 4*200+len("registry.example")*4 || strings.ContainsFunc(text,
		func(r rune) bool { return !strconv.IsPrint(r) }) {
		t.Errorf("error %q", text)
	}
}

// FuzzChallenge meets whatever a registry asks for: by a token from a host that may be asked, or not at
// all.
func FuzzChallenge(f *testing.F) {
	for _, seed := range []string{
		`Bearer realm="https://auth.example/token",service="r",scope="repository:a:pull"`, `Basic realm="x"`, `bearer`,
		`Bearer realm="`,
		`Bearer realm=https://169.254.169.254/,service=x`, `Bearer realm="http://auth.example/"`,
		`Bearer realm="https://a\"b@[::1%25x]:99999/"`,
		`Negotiate, Bearer realm="x"`, `Bearer realm="//x"`, "Bearer realm=\"https://\u00e9.example\"",
		`Bearer service="x",error="y"`, `Bearer realm="https://metadata/x"`,
	} {
		f.Add(seed)
	}
	var dialed []string
	client := Client{Wire: secure(f, &dialed), Answers: answer.NewMemory(), Holds: func(int64) {}}
	f.Fuzz(func(t *testing.T, header string) {
		wanted := challengeIn(responseWith(http.StatusUnauthorized, "Www-Authenticate", header))
		if wanted == nil {
			return
		}
		if wanted.scheme != "bearer" && wanted.scheme != "basic" {
			t.Fatalf("scheme %q", wanted.scheme)
		}
		if wanted.scheme == "basic" {
			return
		}
		dialed = nil
		to := client.Access(Scope{Name: "x", Actions: Pull}, NewHost("registry.example", Anonymous),
			client.Wire.Place("").Root())
		a, err := to.exchange(t.Context(), wanted, Login{
			DockerAuthConfig: types.DockerAuthConfig{Username: "u", Password: "s3cret-s3cret"},
		})
		if err == nil || a.header != "" {
			t.Fatalf("a token from nobody: %v", a)
		}
		checkText(t, err)
		if strings.Contains(err.Error(), "s3cret-s3cret") {
			t.Errorf("the error tells the login: %v", err)
		}
		for _, addr := range dialed {
			host, _, err := net.SplitHostPort(addr)
			realm, realmErr := url.Parse(wanted.parameters["realm"])
			if err != nil || realmErr != nil || realm.Scheme != "https" ||
				fence.New(fence.Network{}, false).CheckHost(host) != nil {
				t.Errorf("%q leads to %q", header, addr)
			}
		}
	})
}
