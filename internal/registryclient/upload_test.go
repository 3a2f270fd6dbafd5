package registryclient_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/registryclient"
	"ecrmirror/testkit/registrytest"
)

const uploads = "/v2/team/app/blobs/uploads/"

// keeping is a registry that keeps what it gets.
func keeping() http.HandlerFunc {
	return registrytest.New().ServeHTTP
}

// patching is a registry that takes bytes by PATCH only.
func patching(h http.HandlerFunc, status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut && r.ContentLength != 0 && strings.Contains(r.URL.Path, "/uploads/") {
			w.WriteHeader(status)
			return
		}
		h(w, r)
	}
}

func writable(t *testing.T, h *host, change ...func(*registryclient.Options)) *registryclient.Repository {
	t.Helper()
	return open(t, h, change...).WritableRepository(repository)
}

func has(t *testing.T, r *registryclient.Repository, d digest.Digest) bool {
	t.Helper()
	has, _, err := r.HasBlob(t.Context(), d)
	if err != nil {
		t.Error(err)
	}
	return has
}

// methods returns what was asked so far and forgets it, as methods alone.
func (h *host) methods() string {
	var methods []string
	for _, line := range h.take() {
		method, _, _ := strings.Cut(line, " ")
		methods = append(methods, method)
	}
	return strings.Join(methods, " ")
}

func checkText(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %s, want %s", what, got, want)
	}
}

func TestBlobCostsThreeRequests(t *testing.T) {
	checkLeaks(t)
	for way, connections := range map[string]int{"TLS": 1, "without TLS": 2} { // of which the first spoke TLS
		t.Run(way, func(t *testing.T) { checkRequestsOfABlob(t, ways[way], connections) })
	}
}

func checkRequestsOfABlob(t *testing.T, start func(*testing.T, http.HandlerFunc) *host, connections int) {
	t.Helper()
	for _, c := range []struct {
		name   string
		blob   int
		sized  bool
		reader func(io.Reader) io.Reader
	}{
		{"empty", 0, true, iotest.HalfReader},
		{"empty, of unknown size", 0, false, iotest.HalfReader},
		{"small", 10, true, iotest.DataErrReader},
		{"byte by byte", 1000, true, iotest.OneByteReader},
		{"many, byte by byte", 100_000, true, iotest.OneByteReader},
		{"large", 3 << 20, true, func(r io.Reader) io.Reader { return r }},
		{"large, by halves", 3 << 20, true, iotest.HalfReader},
		{"large, of unknown size", 3 << 20, false, iotest.DataErrReader},
	} {
		registry := start(t, keeping())
		repo := writable(t, registry)
		blob, d := content(c.blob)
		size := int64(-1)
		if c.sized {
			size = int64(c.blob)
		}
		if has(t, repo, d) {
			t.Errorf("%s: is there", c.name)
		}
		if err := repo.PutBlob(t.Context(), lend(c.reader(bytes.NewReader(blob))), d, size); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		put := registry.seen[len(registry.seen)-1]
		if got := put.Header.Get("Content-Type"); got != "application/octet-stream" || put.ContentLength != size ||
			put.URL.Query().Get("digest") != d.String() {
			t.Errorf("%s: PUT %s of %d bytes of %s", c.name, put.URL, put.ContentLength, got)
		}
		checkText(t, c.name, registry.methods(), "HEAD POST PUT")
		if there, size, err := repo.HasBlob(t.Context(), d); !there || size != int64(c.blob) || err != nil {
			t.Errorf("%s: %v, %d bytes, %v", c.name, there, size, err)
		}
		checkText(t, c.name+", once more", registry.methods(), "HEAD")
		check(t, c.name+": connections", int(registry.connections.Load()), connections)
	}
}

func TestBlobsAreUploadedAtTheSameTime(t *testing.T) {
	checkLeaks(t)
	registry := start(t, keeping())
	repo := writable(t, registry)
	var puts sync.WaitGroup
	for i := range 16 {
		puts.Go(func() {
			blob, d := content(100_000 + i)
			if err := repo.PutBlob(t.Context(), lend(bytes.NewReader(blob)), d, int64(len(blob))); err != nil {
				t.Error(err)
			}
			if !has(t, repo, d) {
				t.Error("blob is not there")
			}
		})
	}
	puts.Wait()
	check(t, "requests", len(registry.asked()), 3*16)
}

func TestRegistryThatHasTheBlobDoesNotGetIt(t *testing.T) {
	blob, d := content(10)
	_, other := content(11)
	for said, want := range map[digest.Digest]string{"": "", d: "", other: "stored " + other.String()} {
		registry := start(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Docker-Content-Digest", said.String())
			w.WriteHeader(http.StatusCreated)
		})
		stream := bytes.NewReader(blob)
		err := writable(t, registry).PutBlob(t.Context(), lend(stream), d, 10)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", said, err)
		}
		check(t, "bytes left", stream.Len(), 10)
		want = "POST"
		if said == "" { // then it is asked, and does not say either
			want = "POST HEAD"
		}
		checkText(t, "requests", registry.methods(), want)
	}
}

// elsewhere answers POST with a Location.
func elsewhere(location string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.Header().Set("Location", location)
			w.WriteHeader(http.StatusAccepted)
			return
		}
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Docker-Content-Digest", r.URL.Query().Get("digest"))
		w.WriteHeader(http.StatusCreated)
	}
}

func TestUploadGoesWhereTheRegistryWantsIt(t *testing.T) {
	blob, d := content(10)
	away := start(t, elsewhere(""))
	for _, c := range []struct{ name, location, home, away string }{
		{"path", "/some/where", "/some/where?digest=", ""},
		{"relative", "session", uploads + "session?digest=", ""},
		{"query", "/some/where?_state=a%2Fb&b=+", "/some/where?_state=a%2Fb&b=+&digest=", ""},
		{"absolute", "HOME/x", "/x?digest=", ""},
		{"user", strings.Replace(away.URL, "://", "://a:b@", 1) + "/x?sig=1#f", "", "/x?sig=1&digest="},
		{"away", away.URL + "/x", "", "/x?digest="},
	} {
		registry := start(t, nil)
		registry.become(protected(elsewhere(strings.Replace(c.location, "HOME", registry.URL, 1))))
		if err := writable(t, registry, robot).PutBlob(t.Context(), lend(bytes.NewReader(blob)), d, 10); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		for h, want := range map[*host]string{registry: c.home, away: c.away} {
			var got string
			for _, r := range h.seen {
				if r.Method == http.MethodPut {
					got = r.URL.String()
				}
			}
			if want != "" {
				want += url.QueryEscape(d.String())
			}
			checkText(t, c.name, got, want)
			h.take()
		}
	}
	if got := append(away.sent("Authorization"), away.sent("Cookie")...); len(got) > 0 {
		t.Errorf("another host got %q", got)
	}
}

func TestUploadIsNotSentAnywhere(t *testing.T) {
	blob, d := content(10)
	registry := startTLS(t, nil)
	trust(t, registry)
	away := start(t, elsewhere(""))
	for location, want := range map[string]string{
		"": "to nowhere", "file:///etc/passwd": "not an HTTP URL", "http://[": "not a URL",
		away.URL + "/x?secret": "from HTTPS to plain HTTP", strings.Replace(registry.URL, "https", "http",
			1): "from HTTPS to plain HTTP",
	} {
		registry.become(elsewhere(location))
		err := writable(t, registry, func(o *registryclient.Options) { o.Insecure = false }).PutBlob(t.Context(),
			lend(bytes.NewReader(blob)), d, 10)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", location, err)
		}
	}
	check(t, "requests elsewhere", len(away.asked()), 0)
}

func TestUploadsGoByPatchWhereOnePutIsNotTaken(t *testing.T) {
	checkLeaks(t)
	for _, status := range []int{400, 403, 404, 405, 411, 415, 416, 422, 501} {
		registry := start(t, patching(keeping(), status))
		repo := writable(t, registry)
		blob, d := content(100_000)
		err := repo.PutBlob(t.Context(), lend(bytes.NewReader(blob)), d, int64(len(blob)))
		if !errors.Is(err, registryclient.ErrByPatch) || has(t, repo, d) {
			t.Errorf("%d: %v", status, err)
		}
		checkText(t, "first try", registry.methods(), "POST PUT HEAD")
		for _, n := range []int{100_000, 0} {
			blob, d := content(n)
			err := repo.PutBlob(t.Context(), lend(bytes.NewReader(blob)), d, int64(n))
			if err != nil || !has(t, repo, d) {
				t.Errorf("%d: %v", status, err)
			}
			want := "POST PATCH PUT HEAD"
			if n == 0 {
				want = "POST PUT HEAD"
			}
			checkText(t, "next try", registry.methods(), want)
		}
	}
}
