package mirror_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	ggcrtypes "github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/port"
)

// Where the source's name has both a tag and a digest, the digest decides, also about what is current.
func TestPinnedSourceIsNotItsTag(t *testing.T) {
	w := newWorld(t)
	old, _ := w.pushIndex("HOST/src:1", 1).Digest()
	mustCopy(t, w, "HOST/src:1", "HOST/old:1")
	w.pushIndex("HOST/src:1", 1)
	mustCopy(t, w, "HOST/src:1", "HOST/new:1")
	report := mustCopy(t, w, "HOST/src:1@"+old.String(), "HOST/old:1", "HOST/new:1")
	if states(report) != "current,copied" || report.Digest != report.Results[1].Digest {
		t.Errorf("%s, digest %s", states(report), report.Digest)
	}
	if got := w.digest("HOST/new:1"); got != old.String() {
		t.Errorf("%s, want %s", got, old)
	}
}

// A tag that moves while it is mirrored does not make two images of one report.
func TestSourcesTagMovesMeanwhile(t *testing.T) {
	w := newWorld(t)
	was, _ := w.pushIndex("HOST/src:1", 1).Digest()
	mustCopy(t, w, "HOST/src:1", "HOST/a:1")
	next := w.pushIndex("HOST/next:1", 1)
	var moved atomic.Bool
	w.breakWith(func(_ http.ResponseWriter, r *http.Request) bool {
		// It moves once its digest has been read.
		if r.Method == http.MethodHead && r.URL.Path == "/v2/b/manifests/1" && !moved.Swap(true) {
			if err := remote.WriteIndex(w.ref("HOST/src:1"), next); err != nil {
				t.Error(err)
			}
		}
		return false
	})
	report := mustCopy(t, w, "HOST/src:1", "HOST/a:1", "HOST/b:1@"+was.String())
	if states(report) != "current,copied" || !moved.Load() {
		t.Errorf("%s", states(report))
	}
	for _, dst := range []string{"HOST/a:1", "HOST/b:1"} {
		if got := w.digest(dst); got != was.String() {
			t.Errorf("%s: %s, want %s", dst, got, was)
		}
	}
}

// asked are images whose source moves once, when its digest has been asked for.
type asked struct {
	port.Images
	source imagename.Name
	move   func()
	once   sync.Once
}

func (a *asked) Digest(ctx context.Context, name imagename.Name) (digest.Digest, error) {
	d, err := a.Images.Digest(ctx, name)
	if name == a.source {
		a.once.Do(a.move)
	}
	return d, err
}

// pushOCI pushes an image that an OCI layout can hold.
func pushOCI(t *testing.T, w *world, s string) v1.Image {
	t.Helper()
	img, err := random.Image(1000, 1)
	if err == nil {
		img = mutate.MediaType(img, ggcrtypes.OCIManifestSchema1)
		err = remote.Write(w.ref(s), img)
	}
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// Images in files have no name that does not move: the image is the one that is read.
func TestASourceInFilesMovesMeanwhile(t *testing.T) {
	w := newWorld(t)
	dir := t.TempDir()
	pushOCI(t, w, "HOST/src:1")
	next, _ := pushOCI(t, w, "HOST/next:1").Digest()
	for _, source := range []string{"oci:" + dir + "/layout:1", "dir:" + dir + "/plain"} {
		mustCopy(t, w, "HOST/src:1", source)
		images := &asked{Images: w, source: w.name(source), move: func() { mustCopy(t, w, "HOST/next:1", source) }}
		pushOCI(t, w, "HOST/to:1") // else the source is read while its digest is asked for
		report := mirror.New(images, mirror.Options{}).CopyImage(t.Context(), w.name(source), w.names("HOST/to:1")...)
		if states(report) != "copied" || report.Digest.String() != next.String() {
			t.Errorf("%s: %s, digest %s, %v", source, states(report), report.Digest, report.Err())
		}
	}
}

// Opening a directory erases it, so one named twice must not be opened twice.
func TestOneDirectoryByTwoNames(t *testing.T) {
	w := newWorld(t)
	w.pushIndex("HOST/src:1", 1)
	dir := filepath.Join(t.TempDir(), "image")
	report := mustCopy(t, w, "HOST/src:1", "dir:"+dir, "dir:"+dir+"/")
	if states(report) != "copied,copied" {
		t.Errorf("%s", states(report))
	}
	mustCopy(t, w, "dir:"+dir, "HOST/back:1")
}

// A directory that was begun is refused when it is opened again, which would hide what really failed.
func TestBegunDirectoryIsNotTriedAgain(t *testing.T) {
	w := newWorld(t)
	idx := w.pushIndex("HOST/src:1", 1)
	victim, _ := largestLayer(t, idx)
	w.breakWith(func(rw http.ResponseWriter, r *http.Request) bool {
		hit := r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, victim)
		if hit {
			http.Error(rw, "busy", http.StatusServiceUnavailable)
		}
		return hit
	})
	dir := filepath.Join(t.TempDir(), "image")
	report := copier(w).CopyImage(t.Context(), w.name("HOST/src:1"), w.names("dir:"+dir)...)
	if r := report.Results[0]; r.State != mirror.Failed || !r.Transient || !strings.Contains(r.Err.Error(), "503") {
		t.Errorf("%+v", r)
	}
}

// Registries redirect to URLs that carry signatures.
func TestErrorsHoldNoSignedURL(t *testing.T) {
	w := newWorld(t)
	w.pushIndex("HOST/src:1", 1)
	for name, fault := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"source's blob": func(rw http.ResponseWriter, r *http.Request) bool {
			hit := r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/v2/src/blobs/")
			if hit {
				http.Redirect(rw, r, "http://127.0.0.1:1/blob?X-Amz-Signature=SECRET", http.StatusTemporaryRedirect)
			}
			return hit
		},
		"destination's upload": func(rw http.ResponseWriter, r *http.Request) bool {
			hit := r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/v2/a/blobs/")
			if hit {
				rw.Header().Set("Location", "http://127.0.0.1:1/upload?_state=SECRET")
				rw.WriteHeader(http.StatusAccepted)
			}
			return hit
		},
	} {
		w.breakWith(fault)
		report := copier(w).CopyImage(t.Context(), w.name("HOST/src:1"), w.names("HOST/a:1")...)
		err := report.Err()
		if err == nil || strings.Contains(err.Error(), "SECRET") || !strings.Contains(err.Error(), "127.0.0.1:1") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// With its last target a copy ends, though the source gives nothing and one who waits for that does not look at
// the context.
func TestNobodyWaitsForAFailedTargetsBlobs(t *testing.T) {
	w := newWorld(t)
	victim, bytes := largestLayer(t, w.pushIndexOf("HOST/src:1", 1, ggcrtypes.DockerLayer, 1<<20))
	w.breakWith(func(rw http.ResponseWriter, r *http.Request) bool {
		hit := r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, victim)
		if hit {
			_, _ = rw.Write(bytes[:len(bytes)/2])
			_ = http.NewResponseController(rw).Flush()
			<-r.Context().Done()
		}
		return hit
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	images := &heedless{world: w, begun: make(chan struct{})}
	report := mirror.New(images, mirror.Options{}).CopyImage(ctx, w.name("HOST/src:1"), w.names("HOST/a:1")...)
	if err := report.Err(); !errors.Is(err, errNoSpace) || ctx.Err() != nil {
		t.Errorf("%v, want the first failure", err)
	}
}

var errNoSpace = errors.New("no space")

// heedless opens a destination that reads the largest blob whatever happens, and has no space for another.
type heedless struct {
	*world
	begun chan struct{} // closed when the largest blob's first byte was read
}

func (h *heedless) Destination(ctx context.Context, n imagename.Name) (port.Destination, error) {
	dest, err := h.world.Destination(ctx, n)
	return heedlessPlace{dest, h.begun}, err
}

type heedlessPlace struct {
	port.Destination
	begun chan struct{}
}

func (h heedlessPlace) PutBlob(_ context.Context, blob content.Blob, stream chunked.Lender) error {
	if blob.Size < 1<<20 {
		<-h.begun
		return errNoSpace
	}
	_, err := io.ReadFull(stream, make([]byte, 1))
	close(h.begun)
	if err == nil {
		_, err = io.Copy(io.Discard, stream)
	}
	return err
}
