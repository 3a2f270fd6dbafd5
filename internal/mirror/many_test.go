package mirror_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	ggcrtypes "github.com/google/go-containerregistry/pkg/v1/types"

	"ecrmirror/internal/mirror"
	"ecrmirror/internal/request"
	"ecrmirror/internal/transient"
)

// pushNeighbours pushes images 0 to n-1 of three layers each, of which they share two with the one before, and returns
// how many distinct blobs they have.
func (w *world) pushNeighbours(repository string, n int) (blobs int) {
	w.t.Helper()
	var layers []v1.Layer
	for range n + 2 {
		layer, err := random.Layer(20_000, ggcrtypes.DockerLayer)
		if err != nil {
			w.t.Fatal(err)
		}
		layers = append(layers, layer)
	}
	base, err := random.Image(10, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	for i := range n {
		image, err := mutate.AppendLayers(base, layers[i:i+3]...)
		if err == nil {
			err = remote.Write(w.ref(fmt.Sprintf("%s:%d", repository, i)).(name.Tag), image)
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
	return len(layers) + n // each has a configuration of its own
}

// several returns a request of images 0 to n-1.
func (w *world) several(repository string, n int, to ...string) request.Request {
	w.t.Helper()
	tags := make([]string, n)
	for i := range tags {
		tags[i] = fmt.Sprint(i)
	}
	for i := range to {
		to[i] = strings.ReplaceAll(to[i], "HOST", w.host)
	}
	r, err := request.Parse(strings.ReplaceAll(repository, "HOST", w.host)+":"+strings.Join(tags, ","), to...)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// copyAll copies the images of a request, and returns the reports by the sources' tags.
func copyAll(t *testing.T, c *mirror.Copier, r request.Request) map[string]*mirror.Report {
	t.Helper()
	reports := map[string]*mirror.Report{}
	c.Copy(t.Context(), r, func(_ int, report *mirror.Report) { reports[report.Source.Tag] = report })
	if len(reports) != len(r.Images) {
		t.Errorf("%d reports of %d images", len(reports), len(r.Images))
	}
	return reports
}

// Images of one repository share blobs: each is read once, and sent once to each place.
func TestABlobOfSeveralImagesIsReadOnce(t *testing.T) {
	w := newWorld(t)
	const images = 40
	blobs := w.pushNeighbours("HOST/src", images)
	w.breakWith(nil)
	reports := copyAll(t, copier(w), w.several("HOST/src", images, "HOST/a:*", "HOST/b:*"))
	var read int64
	for tag, report := range reports {
		if report.Err() != nil || w.digest("HOST/a:"+tag) != report.Digest.String() ||
			w.digest("HOST/b:"+tag) != w.digest("HOST/src:"+tag) {
			t.Errorf("%s: %v", tag, report.Err())
		}
		read += report.BytesRead
	}
	if got := w.count(http.MethodGet, "/v2/src/blobs/"); got != blobs {
		t.Errorf("%d blobs were read, %d times", blobs, got)
	}
	for _, place := range []string{"a", "b"} {
		if got := w.count(http.MethodPut, "/v2/"+place+"/blobs/"); got != blobs {
			t.Errorf("%s: %d blobs were sent, %d times", place, blobs, got)
		}
	}
	if read < (images+2)*20_000 || read > (images+3)*20_500 {
		t.Errorf("%d bytes were read", read)
	}
}

// Among several images, one that a destination lacks is read and not asked about before; one that is there is asked
// about and not read. One that is not at the source fails as it does alone.
func TestSeveralImagesTakeFewRequests(t *testing.T) {
	w := newWorld(t)
	const images = 10
	w.pushNeighbours("HOST/src", images)
	for _, c := range []struct {
		name         string
		asked        int // images of the request
		heads, reads int // requests for the source's manifests
	}{
		{"first", images, 0, images}, {"again", images, images, 0}, {"one is missing", images + 1, images + 1, 1},
	} {
		w.breakWith(nil)
		for tag, report := range copyAll(t, copier(w), w.several("HOST/src", c.asked, "HOST/a:*")) {
			if missing := tag == fmt.Sprint(images); errors.Is(report.Err(), mirror.ErrAbsent) != missing ||
				!missing && w.digest("HOST/a:"+tag) != report.Digest.String() {
				t.Errorf("%s: %s: %v", c.name, tag, report.Err())
			}
		}
		heads, reads := w.count(http.MethodHead, "/v2/src/manifests/"), w.count(http.MethodGet, "/v2/src/manifests/")
		if heads != c.heads || reads != c.reads {
			t.Errorf("%s: %d HEAD and %d GET of the source's manifests, want %d and %d", c.name, heads, reads, c.heads,
				c.reads)
		}
	}
}

// One image that fails fails alone, and what others were to get with it they get all the same.
func TestAnImageFailsAlone(t *testing.T) {
	w := newWorld(t)
	w.pushNeighbours("HOST/src", 12)
	gone := w.ref("HOST/src:5")
	image, err := remote.Image(gone)
	if err != nil {
		t.Fatal(err)
	}
	layers, err := image.Layers()
	if err != nil {
		t.Fatal(err)
	}
	config, err := image.ConfigName()
	if err != nil {
		t.Fatal(err)
	}
	shared, err := layers[1].Digest()
	if err != nil {
		t.Fatal(err)
	}
	refused := false
	w.breakWith(func(rw http.ResponseWriter, r *http.Request) bool {
		switch {
		case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, config.String()):
			http.Error(rw, "denied", http.StatusForbidden)
			return true
		case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, shared.String()) && !refused:
			refused = true
			http.Error(rw, "not now", http.StatusForbidden)
			return true
		}
		return false
	})
	one := mirror.New(w, mirror.Options{Images: 1})
	failed := 0
	for tag, report := range copyAll(t, one, w.several("HOST/src", 12, "HOST/a:*")) {
		if report.Err() == nil {
			if w.digest("HOST/a:"+tag) != report.Digest.String() {
				t.Errorf("%s is not there", tag)
			}
			continue
		}
		failed++
		if tag != "3" && tag != "4" && tag != "5" {
			t.Errorf("%s: %v", tag, report.Err())
		}
	}
	if failed < 1 || failed > 2 || !refused {
		t.Errorf("%d failed", failed)
	}
}

// An image whose manifests are too large to be read beside others is copied in its turn.
func TestImagesOfLargeManifestsTakeTurns(t *testing.T) {
	w := newWorld(t)
	layer, err := random.Layer(100, ggcrtypes.DockerLayer)
	if err != nil {
		t.Fatal(err)
	}
	sizes := []int{300 << 10, 3 << 19, 300 << 10, 3 << 19, 300 << 10, 90 << 10}
	for i, size := range sizes {
		oci := mutate.ConfigMediaType(mustImage(t), ggcrtypes.OCIConfigJSON)
		large := map[string]string{"note": strings.Repeat("x", size+i)}
		image, err := mutate.AppendLayers(mutate.Annotations(
			mutate.MediaType(oci, ggcrtypes.OCIManifestSchema1), large).(v1.Image), layer)
		if err == nil {
			err = remote.Write(w.ref(fmt.Sprintf("HOST/src:%d", i)).(name.Tag), image)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for tag, report := range copyAll(t, copier(w), w.several("HOST/src", len(sizes), "HOST/a:*")) {
		if report.Err() != nil || w.digest("HOST/a:"+tag) != w.digest("HOST/src:"+tag) {
			t.Errorf("%s: %v", tag, report.Err())
		}
	}
}

func mustImage(t *testing.T) v1.Image {
	t.Helper()
	image, err := random.Image(10, 1)
	if err != nil {
		t.Fatal(err)
	}
	return image
}

// Once its time is up no image is begun. What was begun is finished.
func TestImagesAreLeftOnceTheTimeIsUp(t *testing.T) {
	w := newWorld(t)
	w.pushNeighbours("HOST/src", 3)
	w.breakWith(nil)
	c := mirror.New(w, mirror.Options{Images: 1, BeginWithin: time.Nanosecond, Transient: transient.Is})
	left := 0
	for tag, report := range copyAll(t, c, w.several("HOST/src", 3, "HOST/a:*")) {
		if !errors.Is(report.Err(), mirror.ErrLeft) || !report.Results[0].Transient || w.digest("HOST/a:"+tag) != "" {
			t.Errorf("%s: %v", tag, report.Err())
		}
		var sided *mirror.Error // which says whose it is, where those of all images are told together
		if !errors.As(report.Err(), &sided) || sided.Name.Tag != tag {
			t.Errorf("%s: %v", tag, report.Err())
		}
		left++
	}
	if got := w.count(http.MethodGet, "/v2/src/"); left != 3 || got != 0 {
		t.Errorf("%d left, %d requests", left, got)
	}
}
