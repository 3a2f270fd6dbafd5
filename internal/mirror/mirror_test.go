package mirror_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	ggcrtypes "github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"ecrmirror/internal/mirror"
	"ecrmirror/internal/mirror/stall"
)

func copier(w *world) *mirror.Copier {
	return mirror.New(w, mirror.Options{
		RetryDelay: time.Millisecond,
		Transient:  func(err error) bool { return unavailable.MatchString(err.Error()) },
	})
}

// unavailable matches the errors of go.podman.io/image for the status 503, and no port, digest or upload that has these
// digits.
var unavailable = regexp.MustCompile(`status:? 503 |StatusCode: 503\b`)

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
	report := copier(w).CopyImage(t.Context(), w.name(src), w.names(dsts...)...)
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
	report := copier(w).CopyImage(t.Context(), w.name("HOST/src:1"), w.names(oci)...)
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
	report := copier(w).CopyImage(ctx, w.name("HOST/src:1"), w.names("HOST/a:1")...)
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
			report := stalling.CopyImage(t.Context(), w.name("HOST/src:1"), w.names("HOST/a:1", "HOST/b:1")...)
			close(release)
			if states(report) != c.want || !errors.Is(report.Err(), stall.ErrStalled) {
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
	report := copier(w).CopyImage(t.Context(), w.name("HOST/src:1"), w.names("dir:"+dir, "HOST/a:1")...)
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
