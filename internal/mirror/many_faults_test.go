package mirror_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	ggcrtypes "github.com/google/go-containerregistry/pkg/v1/types"

	"ecrmirror/internal/mirror"
)

// pushLarge pushes an index whose manifest has more bytes than one may have beside others, and returns its instance.
func (w *world) pushLarge(s string) (instance string) {
	w.t.Helper()
	image := mustImage(w.t)
	idx := mutate.IndexMediaType(empty.Index, ggcrtypes.OCIImageIndex)
	idx = mutate.AppendManifests(idx, mutate.IndexAddendum{Add: image})
	idx = mutate.Annotations(idx, map[string]string{"note": strings.Repeat("x", 300<<10)}).(v1.ImageIndex)
	if err := remote.WriteIndex(w.ref(s).(name.Tag), idx); err != nil {
		w.t.Fatal(err)
	}
	d, err := image.Digest()
	if err != nil {
		w.t.Fatal(err)
	}
	return d.String()
}

// An image of large manifests whose tag moves while it is read keeps its turn.
func TestALargeImageThatMovesKeepsItsTurn(t *testing.T) {
	w := newWorld(t)
	gone := w.pushLarge("HOST/src:0")
	w.pushNeighbours("HOST/other", 1)
	var move sync.Once
	w.breakWith(func(rw http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodGet || !strings.HasSuffix(r.URL.Path, "/manifests/"+gone) {
			return false
		}
		move.Do(func() { w.pushLarge("HOST/src:0") })
		http.NotFound(rw, r)
		return true
	})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	r := w.several("HOST/src", 2, "HOST/a:*") // of which the second is not there
	reports := map[string]*mirror.Report{}
	copier(w).Copy(ctx, r, func(_ int, report *mirror.Report) { reports[report.Source.Tag] = report })
	if err := reports["0"].Err(); err != nil || w.digest("HOST/a:0") != w.digest("HOST/src:0") {
		t.Errorf("%v", err)
	}
}
