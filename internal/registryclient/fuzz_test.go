package registryclient

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
	"time"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/fence"
)

// secure returns a registry that nobody reaches; it notes where somebody would be asked.
func secure(tb testing.TB, dialed *[]string) *Registry {
	tb.Helper()
	r, err := New(Options{Host: "registry.example", Budget: chunked.NewBudget(1 << 20)})
	if err != nil {
		tb.Fatal(err)
	}
	refuse := func(_ context.Context, _, addr string) (net.Conn, error) {
		*dialed = append(*dialed, addr)
		return nil, errors.New("nobody is there")
	}
	for _, o := range []*fence.Outside{r.clients.away, r.clients.uploadsAway, r.clients.tokens} {
		o.Direct.DialContext, o.Proxied.DialContext = refuse, refuse
	}
	for _, h := range []*fence.Home{r.clients.api, r.clients.ranges, r.clients.uploads} {
		h.DialContext = refuse
	}
	return r
}

func responseWith(status int, name, value string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{name: {value}}, Body: io.NopCloser(strings.NewReader(""))}
}

func checkText(t *testing.T, err error) {
	t.Helper()
	if text := err.Error(); len(text) > 4*maxMessage+len("registry.example")*4 || strings.ContainsFunc(text, func(r rune) bool { return !strconv.IsPrint(r) }) {
		t.Errorf("error %q", text)
	}
}

// FuzzChallenge meets whatever a registry asks for: by a token from a host that may be asked, or not at
// all.
func FuzzChallenge(f *testing.F) {
	for _, seed := range []string{
		`Bearer realm="https://auth.example/token",service="r",scope="repository:a:pull"`, `Basic realm="x"`, `bearer`, `Bearer realm="`,
		`Bearer realm=https://169.254.169.254/,service=x`, `Bearer realm="http://auth.example/"`, `Bearer realm="https://a\"b@[::1%25x]:99999/"`,
		`Negotiate, Bearer realm="x"`, `Bearer realm="//x"`, "Bearer realm=\"https://\u00e9.example\"", `Bearer service="x",error="y"`, `Bearer realm="https://metadata/x"`,
	} {
		f.Add(seed)
	}
	var dialed []string
	r := secure(f, &dialed)
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
		repository := r.Repository("x")
		to := repository.accessTo(repository.home(""))
		a, err := to.exchange(t.Context(), wanted, Login{DockerAuthConfig: types.DockerAuthConfig{Username: "u", Password: "s3cret-s3cret"}})
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
			if err != nil || realmErr != nil || realm.Scheme != "https" || fence.New(fence.Network{}, false).CheckHost(host) != nil {
				t.Errorf("%q leads to %q", header, addr)
			}
		}
	})
}

// FuzzContentRange takes answers that are the span that was asked for, and no others.
func FuzzContentRange(f *testing.F) {
	for _, seed := range []string{"bytes 0-9/100", "bytes 0-9/*", "bytes */100", "bytes 00-09/0100", "bytes 0-9/999999999999999999", "bytes 5-9/10"} {
		f.Add(seed, http.StatusPartialContent, int64(10), int64(0), int64(10), int64(100))
		f.Add(seed, http.StatusPartialContent, int64(-1), int64(0), int64(10), int64(-1))
		f.Add(seed, http.StatusOK, int64(10), int64(5), int64(5), int64(10))
	}
	f.Fuzz(func(t *testing.T, header string, status int, length, off, n, size int64) {
		if status < 200 || status >= 300 || off < 0 || n <= 0 || off > 1<<60 || n > 1<<60 || size >= 0 && off+n > size {
			return // nobody asks for that
		}
		s := span{off: off, n: n, size: size}
		resp := responseWith(status, "Content-Range", header)
		resp.ContentLength = length
		a, err := s.answer(resp)
		if err != nil {
			return
		}
		// With a known size the answer is of that; the bytes are those asked for, or all.
		if a.size < 0 || size >= 0 && a.size != size || a.Whole != (status != http.StatusPartialContent && status != http.StatusNoContent) || a.Whole && length >= 0 && length != a.size {
			t.Errorf("%+v, %d %q of %d bytes: %+v", s, status, header, length, a)
		}
		if !a.Whole && (s.all() || off >= a.size || length >= 0 && length != min(n, a.size-off)) {
			t.Errorf("%+v, %d %q of %d bytes: %+v", s, status, header, length, a)
		}
	})
}

// FuzzLocation holds where answers lead against what credentials and TLS are worth.
func FuzzLocation(f *testing.F) {
	for _, from := range []string{"", "https://cdn.example/x?sig=1", "http://cdn.example:80/"} {
		for _, to := range []string{"/x", "https://registry.example/y", "https://registry.example:443/y", "//REGISTRY.example/z", "http://registry.example/", "https://u:p@cdn.example/#f", "file:///x", "https:///x", "\x00", "?x", "https://[::1%25]/", "https://[fe80::1%25%1b[2J]/", "https://\u009b2J.example/"} {
			f.Add(from, to)
		}
	}
	var dialed []string
	r := secure(f, &dialed).Repository("a")
	f.Fuzz(func(t *testing.T, from, location string) {
		at := r.home("blobs/x")
		if from != "" {
			u, err := url.Parse(from)
			if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
				return
			}
			at = &place{url: u}
		}
		to, err := r.locate(at, location)
		switch {
		case err != nil:
			return
		case to.home && (!at.home || to.url.Host != "registry.example"):
			t.Errorf("%q leads home from %q, to %s", location, from, to.url)
		case !to.home && to.url.Scheme != "https" && (at.home || at.url.Scheme == "https"):
			t.Errorf("%q leads from HTTPS to %s", location, to.url)
		case !isPlain(to.url.Host), to.url.User != nil, to.url.Fragment != "", !to.home && to.url.Scheme != "https" && to.url.Scheme != "http":
			t.Errorf("%q leads to %s", location, to.url)
		}
	})
}

// FuzzPatience reads what registries say about how long they want to be left alone.
func FuzzPatience(f *testing.F) {
	for _, seed := range [][4]string{
		{"0;w=21600", "", "", ""},
		{"0", "60", "", ""},
		{"", "", `"hourly";r=0;t=1800`, ""},
		{"", "", `"a";r=5, "b";r=0`, "7"},
		{"0;w=999999999", "99999999999", ";r=0;t=999999999", "Fri, 31 Dec 9999 23:59:59 GMT"},
		{"-0", "-1", ";r=0", "2147483647"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], http.StatusTooManyRequests)
	}
	f.Fuzz(func(t *testing.T, remaining, reset, limit, after string, status int) {
		h := http.Header{}
		for name, value := range map[string]string{"RateLimit-Remaining": remaining, "RateLimit-Reset": reset, "RateLimit": limit, "Retry-After": after} {
			if value != "" {
				h.Set(name, value)
			}
		}
		now := time.Now()
		if wait, ok := exhausted(h); wait < 0 || ok && wait == 0 || !ok && wait != 0 {
			t.Errorf("%v: %v, %v", h, wait, ok)
		}
		if wait := retryAfter(after, now); wait < 0 {
			t.Errorf("Retry-After %q: %v", after, wait)
		}
		e := newEtiquette("registry.example")
		until := e.observe(&http.Response{StatusCode: status, Header: h})
		if !until.IsZero() && until.Before(now) {
			t.Errorf("%v: until %v", h, until)
		}
		if d := e.deferredUntil(); !d.IsZero() && time.Until(d) < 0 {
			t.Errorf("%v: deferred until %v", h, d)
		}
		if limit := e.pace.Limit(); limit < 1 || limit > e.fastest {
			t.Errorf("a pace of %v", limit)
		}
	})
}

// FuzzRefusal reads the errors of registries, of which little is kept, and nothing for a terminal.
func FuzzRefusal(f *testing.F) {
	for _, seed := range []string{
		`{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}`, `{"errors":[{"code":1}]}`, "{\"errors\":[{\"message\":\"\\u001b[2J\"}]}", `<Error><Code>ExpiredToken</Code></Error>`, `{"errors":[]}`,
	} {
		f.Add(seed, 429, "7")
		f.Add(seed, 403, "")
	}
	f.Fuzz(func(t *testing.T, body string, status int, after string) {
		answer := func() *http.Response {
			resp := responseWith(status, "Retry-After", after)
			resp.Body = io.NopCloser(strings.NewReader(body))
			return resp
		}
		e := refusal(answer())
		checkText(t, e)
		if e.RetryAfter < 0 {
			t.Errorf("%v", e.RetryAfter)
		}
		checkText(t, awayRefusal(answer()))
		_, err := tells(responseWith(http.StatusCreated, "Docker-Content-Digest", body), digest.FromString("x"))
		if err != nil {
			checkText(t, err)
		}
	})
}
