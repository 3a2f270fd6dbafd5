package registryclient_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/registryclient"
)

func TestDigestNeedsAnAnswerWithADigest(t *testing.T) {
	for _, c := range []struct {
		name    string
		answer  http.HandlerFunc
		want    string
		missing bool
		err     string
		methods string
	}{
		{"has one", hasImage, someDigest, false, "", "HEAD"},
		{"says none", only("HEAD", status(200)), ofManifest, false, "", "HEAD GET"},
		{
			"says nonsense",
			only("HEAD", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Docker-Content-Digest", "x") }),
			ofManifest, false, "", "HEAD GET",
		},
		{"says a SHA-512", only("HEAD", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Docker-Content-Digest", digest.SHA512.FromString("{}").String())
		}), ofManifest, false, "", "HEAD GET"},
		{
			"204", only("HEAD", func(w http.ResponseWriter, r *http.Request) { hasImage(w, r); w.WriteHeader(204) }),
			someDigest, false, "", "HEAD",
		},
		{"knows no HEAD, 405", only("HEAD", status(405)), ofManifest, false, "", "HEAD GET"},
		{"knows no HEAD, 501", only("HEAD", status(501)), ofManifest, false, "", "HEAD GET"},
		{"knows no HEAD, 400", only("HEAD", status(400)), ofManifest, false, "", "HEAD GET"},
		{"knows no HEAD, 403", only("HEAD", status(403)), ofManifest, false, "", "HEAD GET GET"}, // one is of /v2/
		{"knows no HEAD, 404", only("HEAD", status(404)), ofManifest, false, "", "HEAD GET GET"},
		{"knows no HEAD, 406", only("HEAD", status(406)), ofManifest, false, "", "HEAD GET"},
		{"no registry", status(200), "", false, "not a manifest", "HEAD GET"},
		{"not found", http.NotFound, "", true, "404", "HEAD GET GET"},
		{"forbidden", status(403), "", false, "403", "HEAD GET GET"},
		{"broken HEAD", only("HEAD", status(500)), "", false, "500", "HEAD HEAD HEAD HEAD HEAD"},
	} {
		registry := start(t, c.answer)
		d, err := open(t, registry).Repository(repository).Digest(t.Context(), "1")
		if d.String() != c.want || isNotFound(err) != c.missing || (err == nil) != (c.err == "") {
			t.Errorf("%s: %q, %v", c.name, d, err)
		}
		if err != nil && (!strings.Contains(err.Error(), c.err) || !strings.Contains(err.Error(),
			registry.addr()+"/team/app: ")) {
			t.Errorf("%s: %v", c.name, err)
		}
		checkText(t, c.name, registry.methods(), c.methods)
	}
}

const aManifest = `{"schemaVersion":2,"mediaType":"` + manifestType + `","config":{},"layers":[]}`

var ofManifest = digest.FromString(aManifest).String()

// only answers a method, and others as a registry of one manifest without a digest.
func only(method string, h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == method {
			h(w, r)
			return
		}
		w.Header().Set("Content-Type", manifestType)
		fmt.Fprint(w, aManifest)
	}
}

// A limit that reading meets is one of asking, too.
func TestALimitOnReadingDefersTheImage(t *testing.T) {
	registry := start(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			http.NotFound(w, r)
			return
		}
		w.WriteHeader(http.StatusTooManyRequests)
	})
	_, err := open(t, registry).Repository(repository).Digest(t.Context(), "1")
	var put *registryclient.DeferredError
	if !errors.As(err, &put) || isNotFound(err) {
		t.Errorf("%v", err)
	}
}

// Once HEAD has told a digest, its 404 is believed.
func TestARegistryThatKnowsHeadIsNotAskedByGet(t *testing.T) {
	registry := start(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/there") {
			hasImage(w, r)
			return
		}
		http.NotFound(w, r)
	})
	repo := open(t, registry).Repository(repository)
	if _, err := repo.Digest(t.Context(), "there"); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"HEAD HEAD GET", "HEAD"} { // GET /v2/, once
		if _, err := repo.Digest(t.Context(), "absent"); !isNotFound(err) {
			t.Error(err)
		}
		checkText(t, "requests", registry.methods(), want)
	}
}

func TestThrottlingAndFailuresAreWaitedFor(t *testing.T) {
	for _, c := range []struct {
		name     string
		answer   http.HandlerFunc
		requests int
		waits    time.Duration // at least
		works    bool
	}{
		{"429", throttle("", 2), 3, 0, true},
		{"429 with seconds", throttle("1", 1), 2, time.Second, true},
		{"429 for longer than there is patience", throttle("3600", 1), 1, 0, false},
		{"500 for ever", status(500), 5, 0, false},
		{"501", status(501), 2, 0, false}, // by GET, too
		{"400", status(400), 2, 0, false},
		{"reset", func() http.HandlerFunc {
			var n atomic.Int32
			return func(w http.ResponseWriter, r *http.Request) {
				if n.Add(1) < 3 {
					panic(http.ErrAbortHandler)
				}
				hasImage(w, r)
			}
		}(), 3, 0, true},
	} {
		registry := start(t, c.answer)
		began := time.Now()
		_, err := open(t, registry).Repository(repository).Digest(t.Context(), "1")
		if (err == nil) != c.works || time.Since(began) < c.waits {
			t.Errorf("%s: %v after %v", c.name, err, time.Since(began))
		}
		var answer *registryclient.StatusError
		if wantsTemporary := strings.HasPrefix(c.name, "429") || strings.HasPrefix(c.name, "500"); errors.As(err,
			&answer) && answer.Transient() != wantsTemporary {
			t.Errorf("%s: temporary is %v", c.name, answer.Transient())
		}
		check(t, c.name+": requests", len(registry.asked()), c.requests)
	}
}

func throttle(after string, times int32) http.HandlerFunc {
	var n atomic.Int32
	return func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) > times {
			hasImage(w, r)
			return
		}
		w.Header().Set("Retry-After", after)
		w.WriteHeader(http.StatusTooManyRequests)
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func TestManifestIsReadWithItsMediaType(t *testing.T) {
	huge := strings.Repeat("x", 4<<20)
	for _, c := range []struct {
		name, mediaType, body, want, err string
		status                           int
	}{
		{"plain", "application/vnd.oci.image.index.v1+json", "{}", "application/vnd.oci.image.index.v1+json", "", 200},
		{"with parameters", "application/json; charset=utf-8", "{}", "application/json", "", 200},
		{"as large as it may be", "a/b", huge, "a/b", "", 200},
		{"too large", "a/b", huge + "x", "", "more than 4194304 bytes", 200},
		{
			"refused", "application/json", `{"errors":[{"code":"DENIED","message":"go \u001b[2J away"}]}`, "",
			"403 Forbidden (DENIED: go ?[2J away)", 403,
		},
		{
			"unknown", "application/json", `{"errors":[{"code":"NAME_UNKNOWN"}]}`, "",
			"404 Not Found (NAME_UNKNOWN)", 404,
		},
	} {
		registry := start(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", c.mediaType)
			w.WriteHeader(c.status)
			fmt.Fprint(w, c.body)
		})
		raw, mediaType, err := open(t, registry).Repository(repository).Manifest(t.Context(), someDigest)
		if c.err == "" && (err != nil || string(raw) != c.body || mediaType != c.want) {
			t.Errorf("%s: %d bytes of %s, %v", c.name, len(raw), mediaType, err)
		}
		if c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
			t.Errorf("%s: %v", c.name, err)
		}
		check(t, c.name, registry.count("GET /v2/team/app/manifests/"+someDigest), 1)
		if got := registry.sent("Accept")[0]; strings.Count(got, "application/vnd.") < 5 {
			t.Errorf("%s: accepts %s", c.name, got)
		}
	}
}

func TestManifestThatBreaksOffIsReadAgain(t *testing.T) {
	var n atomic.Int32
	registry := start(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "4")
		fmt.Fprint(w, "{}")
		if n.Add(1) == 1 {
			panic(http.ErrAbortHandler)
		}
		fmt.Fprint(w, "\n\n")
	})
	raw, _, err := open(t, registry).Repository(repository).Manifest(t.Context(), "1")
	if err != nil || string(raw) != "{}\n\n" {
		t.Errorf("%q, %v", raw, err)
	}
}

func TestNobodyListensIsSaidAtOnce(t *testing.T) {
	registry := start(t, hasImage)
	r := open(t, registry, func(o *registryclient.Options) { o.Backoff = time.Hour })
	registry.Close()
	if _, err := r.Repository(repository).Digest(t.Context(), "1"); err == nil {
		t.Error("no error")
	}
}

// A manifest that is read by its tag is the one whose digest its answer tells. By a digest the caller checks it.
func TestAManifestHasTheDigestThatItsAnswerTells(t *testing.T) {
	const manifest = `{"schemaVersion":2}`
	right, wrong := digest.FromString(manifest).String(), digest.FromString("other").String()
	for _, c := range []struct {
		reference, said string
		good            bool
	}{
		{"1", right, true},
		{"1", wrong, false},
		{"1", "", true},
		{"1", "x", true},
		{"1", digest.SHA512.FromString("other").String(), true},
		{right, wrong, true},
	} {
		registry := start(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Docker-Content-Digest", c.said)
			_, _ = w.Write([]byte(manifest))
		})
		raw, _, err := open(t, registry).Repository(repository).Manifest(t.Context(), c.reference)
		if c.good && (err != nil || string(raw) != manifest) || !c.good && (err == nil ||
			!strings.Contains(err.Error(), "the manifest's digest is "+right+", not "+wrong)) {
			t.Errorf("%s, said to be %q: %q, %v", c.reference, c.said, raw, err)
		}
	}
}
