package mirror_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/mirror"
)

// What can't be had for good fails the image only if it may not come without; what can't be had for now fails it, and
// nothing is tagged.
func TestArtifactsThatCanNotBeHad(t *testing.T) {
	const blob = "its only layer"
	for _, c := range []struct {
		name     string
		fault    func(w *world, root digest.Digest)
		want     string // in what is said to be missing
		required bool
		err      string // "" = the image comes without
	}{
		{name: "blob that is not there", fault: loseBlob(blob, http.StatusNotFound), want: "reading blob"},
		{
			name:  "blob that is not there, of an image that may not come without",
			fault: loseBlob(blob, http.StatusNotFound), required: true, err: "may not come without its artifacts",
		},
		{name: "blob that is not to be had now", fault: loseBlob(blob, http.StatusServiceUnavailable), err: "503"},
		{name: "list for now", fault: func(w *world, _ digest.Digest) {
			w.listError = errors.New("status 503 ")
		}, err: "503"},
		{name: "list for good", fault: func(w *world, _ digest.Digest) {
			w.listError = artifacts.ErrNoList
		}, want: "can't be listed"},
		{
			name:  "list for good, of an image that may not come without",
			fault: func(w *world, _ digest.Digest) { w.listError = artifacts.ErrMany }, required: true, err: "too many",
		},
		{name: "another subject's", fault: func(w *world, root digest.Digest) {
			other := w.refer(digest.FromString("other"), "a/b", "x")
			w.listed["src"][root] = []artifacts.Artifact{{Digest: other}}
		}, want: "does not name the subject"},
		{name: "manifest that is not there", fault: func(w *world, root digest.Digest) {
			w.listed["src"][root] = []artifacts.Artifact{{Digest: digest.FromString("gone")}}
		}, want: digest.FromString("gone").String()},
		{
			name:  "none, of an image that may not come without",
			fault: func(w *world, _ digest.Digest) { w.listed = nil }, required: true, err: "has none that is asked for",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			root := w.pushed(1)[0]
			w.refer(root, "application/spdx+json", blob)
			c.fault(w, root)
			report := bringing(w, mirror.ArtifactOptions{Required: c.required}).CopyImage(
				t.Context(), w.name("HOST/src:1"), w.name("HOST/a:1"))
			tagged := w.digest("HOST/a:1")
			if c.err != "" {
				if err := report.Err(); err == nil || !strings.Contains(err.Error(), c.err) || tagged != "" {
					t.Errorf("%v, tagged %s; want %s", err, tagged, c.err)
				}
				return
			}
			missing := report.Artifacts.Missing
			if report.Err() != nil || tagged != root.String() || report.Artifacts.Brought != 0 || len(missing) == 0 ||
				!strings.Contains(missing[0].Error(), c.want) {
				t.Errorf("%v, tagged %s, %+v; want %s", report.Err(), tagged, missing, c.want)
			}
		})
	}
}

// loseBlob has a blob of the source answered with a status.
func loseBlob(content string, status int) func(*world, digest.Digest) {
	return func(w *world, _ digest.Digest) {
		w.breakWith(func(rw http.ResponseWriter, r *http.Request) bool {
			hit := r.Method == http.MethodGet && r.URL.Path == "/v2/src/blobs/"+digest.FromString(content).String()
			if hit {
				http.Error(rw, http.StatusText(status), status)
			}
			return hit
		})
	}
}

// An artifact is missing once, however many of its blobs can't be read.
func TestAnArtifactIsMissingOnce(t *testing.T) {
	w := newWorld(t)
	root := w.pushed(1)[0]
	lost := w.refer(root, "a/b", "x", "y")
	its := w.refer(lost, "a/signature", "of it")
	w.putBlob("a", "y") // so that each destination fails for another blob
	w.putBlob("b", "x")
	blobs := []string{digest.FromString("x").String(), digest.FromString("y").String()}
	w.breakWith(func(rw http.ResponseWriter, r *http.Request) bool {
		reference, is := strings.CutPrefix(r.URL.Path, "/v2/src/blobs/")
		if is = is && slices.Contains(blobs, reference); is {
			http.NotFound(rw, r)
		}
		return is
	})
	report := bringing(w, mirror.ArtifactOptions{}).CopyImage(
		t.Context(), w.name("HOST/src:1"), w.name("HOST/a:1"), w.name("HOST/b:1"))
	var missing []digest.Digest
	for _, m := range report.Artifacts.Missing {
		missing = append(missing, m.Artifact)
	}
	if report.Err() != nil || report.Artifacts.Brought != 0 || !slices.Equal(missing, []digest.Digest{lost, its}) {
		t.Errorf("%v, %d brought, missing %v", report.Err(), report.Artifacts.Brought, missing)
	}
}
