package mirror_test

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"ecrmirror/internal/mirror"
)

// What is wrong with one destination that holds the image is not wrong with the others, and is called what it is.
func TestLateArtifactsWhereDestinationsFail(t *testing.T) {
	isManifest := func(r *http.Request, method string) bool {
		return r.Method == method && strings.HasPrefix(r.URL.Path, "/v2/a/manifests/")
	}
	var once atomic.Bool
	for _, c := range []struct {
		name  string
		fault func(r *http.Request) bool
		want  string // how both end
		err   string // of the first
	}{
		{
			"its manifests can't be read", func(r *http.Request) bool { return isManifest(r, http.MethodGet) },
			"failed,copied", "reading manifest",
		},
		{
			"it does not say what it has", func(r *http.Request) bool { return isManifest(r, http.MethodHead) },
			"failed,copied", "reading digest",
		},
		{
			"it says what it has the second time",
			func(r *http.Request) bool { return isManifest(r, http.MethodHead) && once.CompareAndSwap(false, true) },
			"copied,copied", "",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			root := w.pushed(1)[0]
			copier := bringing(w, mirror.ArtifactOptions{})
			if err := copier.CopyImage(
				t.Context(), w.name("HOST/src:1"), w.name("HOST/a:1"), w.name("HOST/b:1")).Err(); err != nil {
				t.Fatal(err)
			}
			late := w.refer(root, "a/b", "late")
			w.breakWith(func(rw http.ResponseWriter, r *http.Request) bool {
				hit := c.fault(r)
				if hit {
					http.Error(rw, "not for you", http.StatusForbidden)
				}
				return hit
			})
			report := w.bring(copier, onlyArtifacts, "HOST/a:1", "HOST/b:1")
			err := report.Results[0].Err
			if got := states(report); got != c.want || errors.As(err, new(*mirror.ChangedError)) {
				t.Errorf("%s; %v", got, report.Err())
			}
			if c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
				t.Errorf("%v; want %s", err, c.err)
			}
			w.breakWith(nil)
			w.has(t, "b", late)
		})
	}
}
