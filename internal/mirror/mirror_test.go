package mirror_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	ggcrtypes "github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"ecrmirror/internal/mirror"
)

func copier(w *world) *mirror.Copier {
	return mirror.New(w, mirror.Options{
		RetryDelay: time.Millisecond,
		Transient:  func(err error) bool { return strings.Contains(err.Error(), "503") },
	})
}

// states returns the report's states in order, "," between them.
func states(r *mirror.Report) string {
	var s []string
	for _, result := range r.Results {
		s = append(s, string(result.State))
	}
	return strings.Join(s, ",")
}

func mustCopy(t *testing.T, w *world, src string, dsts ...string) *mirror.Report {
	t.Helper()
	report := copier(w).Copy(t.Context(), w.name(src), w.names(dsts...))
	if err := report.Err(); err != nil {
		t.Fatal(err)
	}
	return report
}

func TestCopyIsExact(t *testing.T) {
	w := newWorld(t)
	idx := w.pushIndex("HOST/src:1", 3)
	want, _ := idx.Digest()
	mustCopy(t, w, "HOST/src:1", "HOST/a:1", "HOST/b:1")
	for _, dst := range []string{"HOST/a:1", "HOST/b:1"} {
		got, err := remote.Index(w.ref(dst))
		if err != nil {
			t.Fatal(err)
		}
		if d, _ := got.Digest(); d != want {
			t.Errorf("%s: digest %s, want %s", dst, d, want)
		}
		if err := validate.Index(got); err != nil { // every instance, every layer
			t.Errorf("%s: %v", dst, err)
		}
	}
}

func TestCopyThroughFiles(t *testing.T) {
	w := newWorld(t)
	dir := t.TempDir()
	idx := w.pushIndex("HOST/src:1", 2)
	want, _ := idx.Digest()
	oci, plain := "oci:"+filepath.Join(dir, "oci")+":1", "dir:"+filepath.Join(dir, "dir")
	mustCopy(t, w, "HOST/src:1", plain)
	mustCopy(t, w, plain, "HOST/fromdir:1")
	if got := w.digest("HOST/fromdir:1"); got != want.String() {
		t.Errorf("through dir: %s, want %s", got, want)
	}
	// The index of this test is a Docker manifest list inside an OCI layout only if converted.
	report := copier(w).Copy(t.Context(), w.name("HOST/src:1"), w.names(oci))
	if err := report.Err(); err == nil || !strings.Contains(err.Error(), "can't hold manifests of type") {
		t.Errorf("Docker manifests into an OCI layout: %v", err)
	}
}

// Registries hold OCI layers in Docker manifests; a mirror has no opinion on it.
func TestMixedMediaTypesAreCopiedAsTheyAre(t *testing.T) {
	w := newWorld(t)
	idx := w.pushIndexOf("HOST/src:1", 1, ggcrtypes.OCILayer, 300_000)
	want, _ := idx.Digest()
	mustCopy(t, w, "HOST/src:1", "HOST/a:1")
	if got := w.digest("HOST/a:1"); got != want.String() {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestSourceIsReadOnce(t *testing.T) {
	w := newWorld(t)
	idx := w.pushIndex("HOST/src:1", 3)
	w.breakWith(nil)
	report := mustCopy(t, w, "HOST/src:1", "HOST/a:1", "HOST/b:1", "HOST/c:1", "HOST/c:2")
	if report.BytesRead != report.Size {
		t.Errorf("%d bytes read of an image of %d", report.BytesRead, report.Size)
	}
	manifest, _ := idx.IndexManifest()
	for _, desc := range manifest.Manifests {
		img, _ := idx.Image(desc.Digest)
		if n := w.count("GET", "/v2/src/manifests/"+desc.Digest.String()); n != 1 {
			t.Errorf("instance %s read %d times", desc.Digest, n)
		}
		layers, _ := img.Layers()
		for _, layer := range layers {
			d, _ := layer.Digest()
			if n := w.count("GET", "/v2/src/blobs/"+d.String()); n != 1 {
				t.Errorf("layer %s read %d times", d, n)
			}
		}
	}
	if n := w.count("PUT", "/v2/c/blobs/uploads"); n != report.Blobs {
		t.Errorf("repository of two destinations got %d blobs, want %d", n, report.Blobs)
	}
}

func TestNothingIsReadWhereAllIsCurrent(t *testing.T) {
	w := newWorld(t)
	w.pushIndex("HOST/src:1", 2)
	mustCopy(t, w, "HOST/src:1", "HOST/a:1")
	w.breakWith(nil)
	if report := mustCopy(t, w, "HOST/src:1", "HOST/a:1"); states(report) != "current" {
		t.Errorf("states %s", states(report))
	}
	if n := w.count("GET", "manifests") + w.count("GET", "blobs") + w.count("PUT", ""); n != 0 {
		t.Errorf("%d reads and writes for a current image", n)
	}
	mustCopy(t, w, "HOST/src:1", "HOST/a:2") // another tag beside it
	if n := w.count("GET", "/v2/src/blobs"); n != 0 {
		t.Errorf("%d blobs read that the destination has", n)
	}
}

func TestOneDestinationsFailureIsItsOwn(t *testing.T) {
	for _, c := range []struct {
		name   string
		method string
		part   string
	}{
		{"asking for blobs", "HEAD", "/v2/bad/blobs"},
		{"starting uploads", "POST", "/v2/bad/blobs"},
		{"uploading", "PATCH", "/v2/bad/blobs"},
		{"instances", "PUT", "/v2/bad/manifests/sha256"},
		{"the tag", "PUT", "/v2/bad/manifests/1"},
	} {
		w := newWorld(t)
		idx := w.pushIndex("HOST/src:1", 2)
		want, _ := idx.Digest()
		w.breakWith(func(rw http.ResponseWriter, r *http.Request) bool {
			hit := r.Method == c.method && strings.Contains(r.URL.Path, c.part)
			if hit {
				http.Error(rw, "no", http.StatusForbidden)
			}
			return hit
		})
		report := copier(w).Copy(t.Context(), w.name("HOST/src:1"), w.names("HOST/a:1", "HOST/bad:1", "HOST/b:1"))
		if states(report) != "copied,failed,copied" {
			t.Errorf("%s: %s: %v", c.name, states(report), report.Err())
		}
		if err := report.Err(); err == nil || !strings.Contains(err.Error(), w.host+"/bad:1") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want one error that names bad:1", c.name, err)
		}
		if w.digest("HOST/a:1") != want.String() || w.digest("HOST/b:1") != want.String() {
			t.Errorf("%s: a healthy destination is not exact", c.name)
		}
		if w.digest("HOST/bad:1") != "" {
			t.Errorf("%s: the failed destination has a tag", c.name)
		}
		if report.BytesRead != report.Size {
			t.Errorf("%s: %d bytes read of %d", c.name, report.BytesRead, report.Size)
		}
	}
}

func TestTransientFailureIsTriedOnceMore(t *testing.T) {
	for _, c := range []struct {
		failures int32
		want     string
	}{
		{1, "copied,copied"},
		{2, "copied,failed"},
	} {
		w := newWorld(t)
		w.pushIndex("HOST/src:1", 1)
		w.busyFor(c.failures, "/v2/b/manifests/1")
		report := copier(w).Copy(t.Context(), w.name("HOST/src:1"), w.names("HOST/a:1", "HOST/b:1"))
		if states(report) != c.want {
			t.Errorf("%d failures: %s, %v", c.failures, states(report), report.Err())
		}
		if n := w.count("PUT", "/v2/a/manifests/1"); n != 1 {
			t.Errorf("%d failures: the healthy destination was written %d times", c.failures, n)
		}
	}
}

// A destination that refuses a blob for now gets it again, and the others only once.
func TestBlobThatIsNotTakenForNowIsSentAgain(t *testing.T) {
	for _, c := range []struct {
		failures int32
		want     string
	}{
		{1, "copied,copied"},
		{3, "copied,copied"},
		{1000, "copied,failed"},
	} {
		w := newWorld(t)
		w.pushIndex("HOST/src:1", 1)
		w.busyFor(c.failures, "/v2/b/blobs/uploads/")
		report := copier(w).Copy(t.Context(), w.name("HOST/src:1"), w.names("HOST/a:1", "HOST/b:1"))
		if states(report) != c.want {
			t.Errorf("%d failures: %s, %v", c.failures, states(report), report.Err())
		}
		if n := w.count("PUT", "/v2/a/blobs/"); n != report.Blobs {
			t.Errorf("%d failures: the healthy destination was sent %d blobs of %d", c.failures, n, report.Blobs)
		}
		if n := w.count("GET", "/v2/src/blobs/"); c.failures < 10 && n != report.Blobs+int(c.failures) {
			t.Errorf("%d failures: blobs were read %d times, %d of them", c.failures, n, report.Blobs)
		}
	}
}

// Whatever a source does to a blob, no destination shows the image.
func TestBrokenSourceLeavesNoTag(t *testing.T) {
	for name, lie := range map[string]func(http.ResponseWriter, []byte){
		"truncated": func(w http.ResponseWriter, b []byte) {
			_, _ = w.Write(b[:len(b)/2])
			panic(http.ErrAbortHandler)
		},
		"short":   func(w http.ResponseWriter, b []byte) { _, _ = w.Write(b[:len(b)-1]) },
		"long":    func(w http.ResponseWriter, b []byte) { _, _ = w.Write(append(b, 0)) },
		"altered": func(w http.ResponseWriter, b []byte) { b[0] ^= 1; _, _ = w.Write(b) },
		"refused": func(w http.ResponseWriter, _ []byte) { http.Error(w, "no", http.StatusForbidden) },
	} {
		w := newWorld(t)
		idx := w.pushIndex("HOST/src:1", 1)
		victim, bytes := largestLayer(t, idx)
		w.breakWith(func(rw http.ResponseWriter, r *http.Request) bool {
			hit := r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/v2/src/blobs/") && strings.HasSuffix(r.URL.Path, victim)
			if hit {
				lie(rw, append([]byte(nil), bytes...))
			}
			return hit
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		report := copier(w).Copy(ctx, w.name("HOST/src:1"), w.names("HOST/a:1", "HOST/b:1"))
		cancel()
		if states(report) != "failed,failed" {
			t.Errorf("%s: %s", name, states(report))
		}
		var e *mirror.Error
		if !errors.As(report.Err(), &e) || e.Side != mirror.Source || !strings.Contains(e.Op, victim) {
			t.Errorf("%s: %v, want an error of the source that names the blob", name, report.Err())
		}
		if w.digest("HOST/a:1") != "" || w.digest("HOST/b:1") != "" {
			t.Errorf("%s: a destination has the tag", name)
		}
	}
}

// A source that sends wrong bytes is wrong, or something on the way is, once.
func TestBytesThatChangedOnTheWayAreReadAgain(t *testing.T) {
	w := newWorld(t)
	idx := w.pushIndex("HOST/src:1", 1)
	victim, bytes := largestLayer(t, idx)
	var changed atomic.Bool
	w.breakWith(func(rw http.ResponseWriter, r *http.Request) bool {
		hit := r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, victim) && changed.CompareAndSwap(false, true)
		if hit {
			wrong := append([]byte{bytes[0] ^ 1}, bytes[1:]...)
			_, _ = rw.Write(wrong)
		}
		return hit
	})
	report := copier(w).Copy(t.Context(), w.name("HOST/src:1"), w.names("HOST/a:1", "HOST/b:1"))
	if states(report) != "copied,copied" || !changed.Load() {
		t.Errorf("%s: %v", states(report), report.Err())
	}
}

func TestWrongDigestsAreRefusedBeforeAnythingIsWritten(t *testing.T) {
	w := newWorld(t)
	idx := w.pushIndex("HOST/src:1", 1)
	d, _ := idx.Digest()
	other := "sha256:" + strings.Repeat("0", 64)
	for _, c := range []struct{ name, src, dst, want string }{
		{"source pinned", "HOST/src@" + d.String(), "HOST/a:1", "copied"},
		{"destination pinned right", "HOST/src:1", "HOST/b@" + d.String(), "copied"},
		{"destination pinned wrong", "HOST/src:1", "HOST/c:1@" + other, "failed"},
		{"source absent", "HOST/src:nope", "HOST/d:1", "failed"},
		{"destination is the source", "HOST/src:1", "HOST/src:1", "failed"},
	} {
		w.breakWith(nil)
		report := copier(w).Copy(t.Context(), w.name(c.src), w.names(c.dst))
		if states(report) != c.want {
			t.Errorf("%s: %s, %v", c.name, states(report), report.Err())
		}
		if c.want == "failed" && w.count("PUT", "")+w.count("POST", "") > 0 {
			t.Errorf("%s: something was written", c.name)
		}
	}
}

func TestCopyEndsWithItsContext(t *testing.T) {
	w := newWorld(t)
	w.pushIndex("HOST/src:1", 1)
	ctx, cancel := context.WithCancel(t.Context())
	w.breakWith(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPost {
			cancel()
		}
		return false
	})
	report := copier(w).Copy(ctx, w.name("HOST/src:1"), w.names("HOST/a:1"))
	if states(report) != "failed" || !errors.Is(report.Err(), context.Canceled) {
		t.Errorf("%s, %v", states(report), report.Err())
	}
}

func TestStalledEndsAreGivenUp(t *testing.T) {
	for _, c := range []struct{ name, method, path, want string }{
		{"source's manifest", "GET", "/v2/src/manifests/sha256", "failed,failed"},
		{"source's blob", "GET", "/v2/src/blobs/", "failed,failed"},
		{"destination's blob", "PATCH", "/v2/b/blobs/uploads/", "copied,failed"},
		{"destination's manifest", "PUT", "/v2/b/manifests/", "copied,failed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel() // each waits for the time-out
			w := newWorld(t)
			w.pushIndex("HOST/src:1", 1)
			release := make(chan struct{})
			w.breakWith(func(_ http.ResponseWriter, r *http.Request) bool {
				hit := r.Method == c.method && strings.HasPrefix(r.URL.Path, c.path)
				if hit {
					select {
					case <-release:
					case <-r.Context().Done():
					}
				}
				return hit
			})
			// Long enough that no healthy end is taken for a stalled one.
			stalling := mirror.New(w, mirror.Options{StallTimeout: 2 * time.Second})
			report := stalling.Copy(t.Context(), w.name("HOST/src:1"), w.names("HOST/a:1", "HOST/b:1"))
			close(release)
			if states(report) != c.want || !errors.Is(report.Err(), mirror.ErrStalled) {
				t.Errorf("%s, %v", states(report), report.Err())
			}
		})
	}
}

func TestCopyIntoADirectoryThatIsNone(t *testing.T) {
	w := newWorld(t)
	w.pushIndex("HOST/src:1", 1)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "precious"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	report := copier(w).Copy(t.Context(), w.name("HOST/src:1"), w.names("dir:"+dir, "HOST/a:1"))
	if states(report) != "failed,copied" {
		t.Errorf("%s, %v", states(report), report.Err())
	}
	if _, err := os.Stat(filepath.Join(dir, "precious")); err != nil {
		t.Error("a file of the user is gone")
	}
}

// largestLayer returns the digest and the content of the largest layer of the index's first image.
func largestLayer(t *testing.T, idx v1.ImageIndex) (string, []byte) {
	t.Helper()
	manifest, err := idx.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	img, err := idx.Image(manifest.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	layers, err := img.Layers()
	if err != nil {
		t.Fatal(err)
	}
	layer := layers[len(layers)-1]
	d, _ := layer.Digest()
	rc, err := layer.Compressed()
	if err != nil {
		t.Fatal(err)
	}
	defer rc.Close()
	content, err := io.ReadAll(rc)
	if err != nil {
		t.Fatal(err)
	}
	return d.String(), content
}
