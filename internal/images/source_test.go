package images_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/manifest"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/images"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/transient"
	"ecrmirror/localstack/store"
)

// asked notes the requests to a handler, each as its method and what for.
type asked struct {
	mu       sync.Mutex
	requests []string
}

func (a *asked) by(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind := "ping"
		for _, k := range []string{"manifests", "blobs"} {
			if strings.Contains(r.URL.Path, "/"+k+"/") {
				kind = k
			}
		}
		a.mu.Lock()
		a.requests = append(a.requests, r.Method+" "+kind)
		a.mu.Unlock()
		h.ServeHTTP(w, r)
	})
}

// take returns what was noted, and forgets it.
func (a *asked) take() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	requests := a.requests
	a.requests = nil
	return requests
}

func (a *asked) check(t *testing.T, what string, want ...string) {
	t.Helper()
	got := a.take()
	if !slices.Equal(got, want) {
		t.Errorf("%s: asked %v, want %v", what, got, want)
	}
}

func TestImageIsReadWithTheFewestRequests(t *testing.T) {
	registry, err := store.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for kind, wrap := range map[string]func(http.Handler) http.Handler{
		"ggcr":         func(h http.Handler) http.Handler { return h },
		"distribution": func(http.Handler) http.Handler { return registry },
	} {
		var a asked
		host := serve(t, func(h http.Handler) http.Handler { return a.by(wrap(h)) })
		want := push(t, host+"/team/app:1")
		a.take()
		r := images.New(images.Options{})
		defer r.Close()
		name := parse(t, host+"/team/app:1")
		for range 2 {
			if got, err := r.Digest(t.Context(), name); err != nil || got.String() != want {
				t.Errorf("%s: %q, %v", kind, got, err)
			}
			a.check(t, kind+": an unchanged image", "HEAD manifests")
		}
		src, err := r.Source(t.Context(), name)
		if err != nil {
			t.Fatal(kind, err)
		}
		defer src.Close()
		a.check(t, kind+": opening")
		root, mediaType, err := src.Manifest(t.Context(), "")
		if err != nil || digest.FromBytes(root).String() != want {
			t.Errorf("%s: %s, %v", kind, root, err)
		}
		a.check(t, kind+": the root", "GET manifests")
		m, err := manifest.FromBlob(root, mediaType)
		if err != nil {
			t.Fatal(kind, err)
		}
		blobs := []content.Blob{{Digest: m.ConfigInfo().Digest, Size: m.ConfigInfo().Size}}
		for _, layer := range m.LayerInfos() {
			blobs = append(blobs, content.Blob{Digest: layer.Digest, Size: layer.Size})
		}
		for _, blob := range blobs {
			if got := readBlob(t, src, blob); digest.FromBytes(got) != blob.Digest {
				t.Errorf("%s: blob is another", kind)
			}
			a.check(t, kind+": a blob", "GET blobs")
		}
	}
}

func readBlob(t *testing.T, src port.Source, blob content.Blob) []byte {
	t.Helper()
	body, err := src.Blob(t.Context(), blob)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	got, err := io.ReadAll(body)
	if err != nil || int64(len(got)) != body.Size() {
		t.Errorf("%d of %d bytes, %v", len(got), body.Size(), err)
	}
	return got
}

func TestMissingImageIsReadWithAnError(t *testing.T) {
	var a asked
	host := serve(t, a.by)
	r := images.New(images.Options{})
	defer r.Close()
	src, err := r.Source(t.Context(), parse(t, host+"/none:1"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err = src.Manifest(t.Context(), ""); err == nil || transient.Is(err) || !strings.Contains(err.Error(),
		host+"/none: 404") {
		t.Errorf("manifest: %v", err)
	}
	other := digest.Digest("sha256:../../x")
	if _, _, err = src.Manifest(t.Context(), other.String()); !errors.Is(err, digest.ErrDigestInvalidLength) {
		t.Errorf("instance: %v", err)
	}
	if _, err = src.Blob(t.Context(), content.Blob{Digest: other, Size: 1}); !errors.Is(err,
		digest.ErrDigestInvalidLength) {
		t.Errorf("blob: %v", err)
	}
	a.check(t, "in all", "GET manifests", "GET ping")
}

func TestLoginOfTheUserIsUsed(t *testing.T) {
	host := serve(t, protected)
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", "")
	home := t.TempDir()
	t.Setenv("HOME", home)
	for _, there := range []bool{false, true} {
		if there {
			auths := fmt.Appendf(nil, `{"auths":{%q:{"auth":"cm9ib3Q6czNjcmV0"}}}`, host)
			if err := errors.Join(os.Mkdir(filepath.Join(home, ".docker"), 0o700),
				os.WriteFile(filepath.Join(home, ".docker/config.json"), auths, 0o600)); err != nil {
				t.Fatal(err)
			}
		}
		r := images.New(images.Options{})
		d, err := r.Digest(t.Context(), parse(t, host+"/none:1"))
		if (err == nil) != there {
			t.Errorf("%v: %q, %v", there, d, err)
		}
		r.Close()
	}
}

func TestWhichFailuresOfBlobsAreTransient(t *testing.T) {
	for code, want := range map[int]bool{503: true, 429: true, 404: false, 401: false} {
		host := serve(t, func(http.Handler) http.Handler { return status(code) })
		budget := chunked.NewBudget(1 << 20)
		r := images.New(images.Options{Budget: budget, Chunks: chunked.Options{Backoff: time.Millisecond}})
		defer r.Close()
		src, err := r.Source(t.Context(), parse(t, host+"/app:1"))
		if err != nil {
			t.Fatal(err)
		}
		body, err := src.Blob(t.Context(), content.Blob{Digest: digest.FromString("x"), Size: 1})
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.ReadAll(body)
		if err == nil || transient.Is(err) != want || !strings.Contains(err.Error(), fmt.Sprint(code)) {
			t.Errorf("%d: transient %v: %v", code, transient.Is(err), err)
		}
		body.Close()
		if held := budget.Held(); held != 0 {
			t.Errorf("%d: %d bytes of the budget held", code, held)
		}
	}
}
