package mirror_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/request"
)

// undigested are images of which nobody is told the source's digest in time.
type undigested struct{ *world }

var errMute = errors.New("no answer in time")

func (u undigested) Digest(ctx context.Context, name imagename.Name) (digest.Digest, error) {
	if name.Repository == "src" {
		return "", errMute
	}
	return u.world.Digest(ctx, name)
}

func TestASourceMayBeSlowToTellItsDigest(t *testing.T) {
	w := newWorld(t)
	want, _ := w.pushIndex("HOST/src:1", 1).Digest()
	old := w.pushIndex("HOST/b:1", 1) // one destination has another image, one the same, one none
	mustCopy(t, w, "HOST/src:1", "HOST/c:1")
	report := mirror.New(undigested{w}, mirror.Options{}).Copy(t.Context(),
		request.New(w.name("HOST/src:1"), w.names("HOST/a:1", "HOST/b:1", "HOST/c:1")...))
	if states(report) != "copied,copied,current" || report.Digest.String() != want.String() ||
		w.digest("HOST/b:1") != want.String() {
		t.Errorf("%s of %v, %v, not %v", states(report), report.Digest, report.Err(), old)
	}
	report = mirror.New(undigested{w}, mirror.Options{}).Copy(t.Context(),
		request.New(w.name("HOST/src:none"), w.names("HOST/a:1")...))
	if err := report.Err(); err == nil || !strings.Contains(err.Error(), "manifest unknown") &&
		!strings.Contains(err.Error(), "MANIFEST_UNKNOWN") {
		t.Errorf("%v", err)
	}
}

// A tag that HEAD tells of wrongly, or that moves between being asked for and being read, is asked for again.
func TestATagMovesBetweenTwoQuestions(t *testing.T) {
	gone := digest.FromString("gone").String()
	for _, c := range []struct {
		name  string
		wrong int32 // HEADs that tell of an image that is gone
	}{{"once", 1}, {"always, as a cache does", 1000}} {
		s := serve(ociManifest, imageOf(descriptor("blob", 4)), nil)
		var heads atomic.Int32
		s.oddly = func(w http.ResponseWriter, r *http.Request) bool {
			hit := r.Method == http.MethodHead && r.URL.Path == "/v2/src/manifests/1" && heads.Add(1) <= c.wrong
			if hit {
				w.Header().Set("Docker-Content-Digest", gone)
			}
			return hit
		}
		if result := newBench(t).copy(t, s); result.State != mirror.Copied ||
			result.Digest != digest.FromBytes(s.served["1"].content) {
			t.Errorf("%s: %+v", c.name, result)
		}
	}
	// It has not moved: what is read of it, by its digest and by its tag, is wrong.
	s := serve(ociManifest, imageOf(descriptor("blob", 4)), nil)
	s.oddly = func(w http.ResponseWriter, r *http.Request) bool {
		hit := r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/v2/src/manifests/")
		if hit {
			w.Header().Set("Content-Type", ociManifest)
			_, _ = fmt.Fprint(w, strings.Replace(string(s.served["1"].content), `"size":4`, `"size":5`, 1))
		}
		return hit
	}
	var mismatch *content.DigestMismatchError
	if result := newBench(t).copy(t, s); result.State != mirror.Failed || !errors.As(result.Err, &mismatch) {
		t.Errorf("%+v", result)
	}
	// It moves for ever: each time it is read, its image is gone.
	s = serve(ociManifest, "", nil)
	var reads atomic.Int32
	s.oddly = func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasPrefix(r.URL.Path, "/v2/src/") {
			return false
		}
		root := indexOf(typed(ociManifest, fmt.Sprint("gone", reads.Load())))
		if r.Method == http.MethodGet {
			root = indexOf(typed(ociManifest, fmt.Sprint("gone", reads.Add(1))))
		}
		if r.URL.Path != "/v2/src/manifests/1" {
			w.WriteHeader(http.StatusNotFound)
			return true
		}
		w.Header().Set("Content-Type", ociIndex)
		w.Header().Set("Docker-Content-Digest", digest.FromString(root).String())
		_, _ = fmt.Fprint(w, root)
		return true
	}
	if result := newBench(t).copy(t, s); result.State != mirror.Failed || !strings.Contains(result.Err.Error(),
		"404") || s.asked.Load() > 40 {
		t.Errorf("%+v after %d requests", result, s.asked.Load())
	}
}
