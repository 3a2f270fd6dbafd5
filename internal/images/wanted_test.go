package images_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images"
	"ecrmirror/internal/platforms"
	"ecrmirror/internal/transient"
)

// shelf is a registry of manifests and blobs by their digests. It knows what it was asked for.
type shelf struct {
	there map[string][]byte // by digest
	mu    sync.Mutex
	asked []string // METHOD and what follows the repository
}

func (s *shelf) put(text string) digest.Digest {
	d := digest.FromString(text)
	s.there[d.String()] = []byte(text)
	return d
}

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, what, is := strings.Cut(r.URL.Path, "/app/")
	if is {
		s.mu.Lock()
		s.asked = append(s.asked, r.Method+" "+what[:strings.Index(what, "/")])
		s.mu.Unlock()
	}
	content, is := s.there[what[strings.LastIndexByte(what, '/')+1:]]
	if !is {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if text := string(content); strings.Contains(text, `"manifests"`) {
		w.Header().Set("Content-Type", "application/vnd.oci.image.index.v1+json")
	} else if strings.Contains(text, `"layers"`) {
		w.Header().Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
	}
	_, _ = w.Write(content)
}

const platformIndex = `{"schemaVersion":2,"manifests":[` +
	`{"digest":"sha256:5861314d7fccb39c2192173240eab44fa35ca66426201ca2acd0630a6258dd51",` +
	`"platform":{"os":"linux","architecture":"amd64"}},` +
	`{"digest":"sha256:f69162950f235e3cdbbad33f1f912d1a504be90d8a37d002c735d6f3e3882265",` +
	`"platform":{"os":"linux","architecture":"arm64"}}]}`

func (s *shelf) single(config string) digest.Digest {
	return s.put(fmt.Sprintf(`{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json",`+
		`"digest":%q,"size":%d},"layers":[]}`, s.put(config), len(config)))
}

// What is left of an index takes a GET of the index, and of an image that is none one of its configuration beside.
func TestWhatIsLeftIsLookedUp(t *testing.T) {
	s := &shelf{there: map[string][]byte{}}
	index, single := s.put(platformIndex), s.single(`{"os":"linux","architecture":"arm64"}`)
	empty := s.single(`{"os":"linux"}`) // whose configuration is not there
	delete(s.there, digest.FromString(`{"os":"linux"}`).String())
	wrong := digest.FromString("wrong")
	s.there[wrong.String()] = []byte(platformIndex)
	server := httptest.NewServer(s)
	defer server.Close()
	filter := func(text string) platforms.Filter {
		f, err := platforms.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	arm := filter("linux/arm64")
	trimmed, err := arm.Trim([]byte(platformIndex))
	if err != nil {
		t.Fatal(err)
	}
	r := images.New(images.Options{})
	var names []imagename.Name
	var filters []platforms.Filter
	cases := []struct {
		digest    digest.Digest
		platforms string
		want      digest.Digest
		err       string
		asks      string
	}{
		{index, "linux/arm64", trimmed.Digest, "", "GET manifests"},
		{single, "linux/arm64", single, "", "GET manifests,GET blobs"},
		{index, "linux/s390x", "", "no instance for linux/s390x: there is linux/amd64, linux/arm64", "GET manifests"},
		{single, "linux/s390x", "", "no instance for linux/s390x: there is linux/arm64", "GET manifests,GET blobs"},
		{digest.FromString("none"), "linux/arm64", "", "", "GET manifests"},
		{wrong, "linux/arm64", "", "digest is", "GET manifests"},
		{empty, "linux/arm64", "", "404 Not Found", "GET manifests,GET blobs"},
	}
	for _, c := range cases {
		names = append(names, parse(t, fmt.Sprintf("%s/app@%s", server.Listener.Addr(), c.digest)))
		filters = append(filters, filter(c.platforms))
	}
	for i, c := range cases {
		s.asked = nil
		r.LookUpWanted(t.Context(), names[i:i+1], filters[i:i+1], func(int) bool { return true },
			func(_ int, d digest.Digest, err error) {
				if d != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
					t.Errorf("%s for %s: %s, %v", c.digest, c.platforms, d, err)
				}
				var none *platforms.NoneError
				if is := strings.HasPrefix(c.err, "no instance"); errors.As(err, &none) != is || is && transient.Is(err) {
					t.Errorf("%v", err)
				}
			})
		if asked := strings.Join(s.asked, ","); asked != c.asks {
			t.Errorf("%s for %s: it was asked %s", c.digest, c.platforms, asked)
		}
		image, err := r.Wanted(t.Context(), names[i], filters[i])
		if c.want != "" && (err != nil || image.Root.Digest != c.want || image.Source != c.digest) {
			t.Errorf("%s for %s: %+v, %v", c.digest, c.platforms, image, err)
		}
	}
	var found sync.Map
	r.LookUpWanted(t.Context(), names, filters, func(i int) bool { return i != 1 },
		func(i int, d digest.Digest, _ error) { found.Store(i, d) })
	for i := range cases {
		if _, is := found.Load(i); is == (i == 1) {
			t.Errorf("%d is found: %v", i, is)
		}
	}
}

// A registry that is rate-limited is not asked on.
func TestARateLimitHoldsForReading(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/manifests/") {
			asked++
		}
		w.Header().Set("Retry-After", "600")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer server.Close()
	r := images.New(images.Options{})
	filter, err := platforms.Parse("linux/amd64")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		name := parse(t, fmt.Sprintf("%s/app@%s", server.Listener.Addr(), digest.FromString(fmt.Sprint(i))))
		r.LookUpWanted(t.Context(), []imagename.Name{name}, []platforms.Filter{filter}, func(int) bool { return true },
			func(_ int, _ digest.Digest, err error) {
				var put interface{ DeferredUntil() time.Time }
				if !errors.As(err, &put) || time.Until(put.DeferredUntil()) < 9*time.Minute || !transient.Is(err) {
					t.Errorf("%d: %v", i, err)
				}
			})
	}
	if asked > 1 {
		t.Errorf("it was asked %d times", asked)
	}
}
