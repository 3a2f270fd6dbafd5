package registryclient_test

import (
	"net/http"
	"strings"
	"testing"

	"ecrmirror/internal/registryclient"
)

func TestWhereRedirectsMayLead(t *testing.T) {
	blob, d := content(chunk / 2)
	secure := startTLS(t, ranges(blob))
	plain := start(t, ranges(blob))
	for _, c := range []struct {
		name     string
		location func(registry *host) string
		sentAuth int // requests that the registry got with credentials
		err      string
	}{
		{"elsewhere", func(*host) string { return plain.URL + "/x" }, 1, ""},
		{"elsewhere, by TLS", func(*host) string { return secure.URL + "/x" }, 1, ""},
		{"relative", func(*host) string { return "/stored/x?y=1" }, 2, ""},
		{"absolute, to itself", func(h *host) string { return h.URL + "/stored/x" }, 2, ""},
		{"another port", func(*host) string { return plain.URL }, 1, ""},
		{"another name for itself", func(h *host) string {
			return strings.Replace(h.URL, "127.0.0.1", "localhost", 1) + "/stored/x"
		}, 1, "401"},
		{"round and round", func(*host) string { return blobPath(d) }, 6, "redirects"},
		{"nowhere", func(*host) string { return "" }, 1, "to nowhere"},
		{"a file", func(*host) string { return "file:///etc/passwd" }, 1, "not an HTTP URL"},
		{"no URL", func(*host) string { return "http://[::1" }, 1, "not a URL"},
		{"no host", func(*host) string { return "https:///x" }, 1, "not an HTTP URL"},
	} {
		registry := start(t, nil)
		registry.become(protected(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/stored/") {
				ranges(blob)(w, r)
				return
			}
			redirect(func() string { return c.location(registry) })(w, r)
		}))
		err := read(t, open(t, registry, robot), blob, int64(len(blob)))
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %v, want %q", c.name, err, c.err)
		}
		check(t, c.name, len(registry.sent("Authorization")), c.sentAuth)
	}
	for _, h := range []*host{secure, plain} {
		if got := h.sent("Authorization"); got != nil {
			t.Errorf("another host was sent %q", got)
		}
	}
}

func TestNoWayLeadsBackToCredentials(t *testing.T) {
	blob, _ := content(chunk / 2)
	registry := start(t, nil)
	away := start(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, registry.URL+"/stored", http.StatusFound)
	})
	registry.become(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/stored" {
			protected(redirect(func() string { return away.URL }))(w, r)
			return
		}
		if r.Header.Get("Authorization") != "" {
			t.Error("sent credentials")
		}
		ranges(blob)(w, r)
	})
	mustRead(t, open(t, registry, robot), blob, int64(len(blob)))
}

func TestRedirectsOfManifestsAreFollowedWithoutCredentials(t *testing.T) {
	other := start(t, hasImage)
	registry := start(t, protected(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL+r.URL.Path, http.StatusTemporaryRedirect)
	}))
	repo := open(t, registry, robot).Repository(repository)
	if d, err := repo.Digest(t.Context(), "1"); err != nil || d != someDigest {
		t.Errorf("%q, %v", d, err)
	}
	if _, _, err := repo.Manifest(t.Context(), "1"); err != nil {
		t.Error(err)
	}
	if got := strings.Join(other.asked(), ","); got != "HEAD /v2/team/app/manifests/1,GET /v2/team/app/manifests/1" {
		t.Errorf("asked %s", got)
	}
	if got := other.sent("Authorization"); got != nil {
		t.Errorf("sent %q", got)
	}
}

func TestTLSIsVerifiedUnlessTheRegistryIsInsecure(t *testing.T) {
	blob, _ := content(20 * chunk)
	plain := start(t, ranges(blob))
	verified := func(o *registryclient.Options) { o.Insecure = false }
	down := redirect(func() string { return plain.URL })
	for _, c := range []struct {
		name    string
		answer  http.HandlerFunc
		trusted bool
		change  func(*registryclient.Options)
		err     string
	}{
		{"trusted", ranges(blob), true, verified, ""},
		{"not trusted", ranges(blob), false, verified, "certificate"},
		{"insecure", ranges(blob), false, func(*registryclient.Options) {}, ""},
		{"sends to plain HTTP", down, true, verified, "from HTTPS to plain HTTP"},
		{"sends to plain HTTP, insecure", down, false, func(*registryclient.Options) {}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			registry := startTLS(t, c.answer)
			if c.trusted {
				trust(t, registry)
			}
			err := read(t, open(t, registry, c.change), blob, int64(len(blob)))
			if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("%v, want %q", err, c.err)
			}
		})
	}
}

func TestRangesHaveConnectionsOfTheirOwn(t *testing.T) {
	blob, _ := content(20 * chunk)
	registry := startTLS(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/manifests/") {
			hasImage(w, r)
			return
		}
		ranges(blob)(w, r)
	})
	r := open(t, registry)
	if _, err := r.Repository(repository).Digest(t.Context(), "1"); err != nil {
		t.Error(err)
	}
	mustRead(t, r, blob, int64(len(blob)))
	protocols := map[string]int{}
	registry.mu.Lock()
	defer registry.mu.Unlock()
	for _, r := range registry.seen {
		protocols[r.Proto]++
	}
	// That which finds out comes as the manifest's did.
	if protocols["HTTP/2.0"] != 2 || protocols["HTTP/1.1"] != chunks(blob)-1 {
		t.Errorf("asked by %v", protocols)
	}
}

func TestPlainHTTPIsForInsecureRegistriesOnly(t *testing.T) {
	registry := start(t, hasImage)
	_, err := open(t, registry, func(o *registryclient.Options) { o.Insecure = false }).Repository(
		repository).Digest(t.Context(), "1")
	if err == nil || len(registry.asked()) > 0 {
		t.Errorf("%v, asked %v", err, registry.asked())
	}
}
