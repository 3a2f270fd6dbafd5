package mirror_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror"
)

// A gate refuses names that hold a word, and images if it is told to.
type gate struct {
	source, destination string
	image               error

	mu    sync.Mutex
	asked [][]digest.Digest // about images
}

var errRefused = errors.New("refused")

func refuse(name imagename.Name, word string) error {
	if word != "" && strings.Contains(name.String(), word) {
		return errRefused
	}
	return nil
}

func (g *gate) Source(_ context.Context, name imagename.Name) error { return refuse(name, g.source) }

func (g *gate) Destination(name imagename.Name) error { return refuse(name, g.destination) }

func (g *gate) Image(_ context.Context, _ imagename.Name, manifests []digest.Digest) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked = append(g.asked, manifests)
	return g.image
}

// Artifacts that are elsewhere are read only where that may be read, too.
func TestTheGateJudgesWhereArtifactsAre(t *testing.T) {
	w := newWorld(t)
	w.pushed(1)
	w.breakWith(nil)
	report := w.bring(mirror.New(w, mirror.Options{Gate: &gate{source: "attestations"}}),
		`{"artifactsFrom":"`+w.host+`/attestations"}`, "HOST/a:1")
	err := report.Err()
	if !errors.Is(err, errRefused) || !strings.Contains(err.Error(), "/attestations: checking") {
		t.Error(err)
	}
	if n := w.count("", ""); n > 0 {
		t.Errorf("%d requests", n)
	}
}

func TestWhatTheGateRefusesByNameIsNotAskedFor(t *testing.T) {
	w := newWorld(t)
	idx := w.pushIndex("HOST/src:1", 2)
	want, _ := idx.Digest()
	for _, c := range []struct {
		gate   *gate
		states string
		asked  string // where there were requests
	}{
		{&gate{source: "src"}, "failed,failed", ""},
		{&gate{destination: "/"}, "failed,failed", ""},
		{&gate{destination: "/a:"}, "failed,copied", "src,b"},
		{&gate{}, "copied,current", "src,a,b"}, // b is there by now
	} {
		w.breakWith(nil)
		report := mirror.New(w, mirror.Options{Gate: c.gate}).CopyImage(t.Context(), w.name("HOST/src:1"),
			w.names("HOST/a:1", "HOST/b:1")...)
		if got := states(report); got != c.states {
			t.Errorf("%s, want %s: %v", got, c.states, report.Err())
		}
		for _, repository := range []string{"src", "a", "b"} {
			n := w.count("GET", "/v2/"+repository+"/") + w.count("HEAD", "/v2/"+repository+"/")
			if asked := slices.Contains(strings.Split(c.asked, ","), repository); asked != (n > 0) {
				t.Errorf("%s: %d requests to %s, want some: %v", c.states, n, repository, asked)
			}
		}
		var e *mirror.Error
		if err := report.Err(); err != nil && (!errors.Is(err, errRefused) || !errors.As(err, &e) ||
			e.Op != "checking") {
			t.Errorf("%s: %v", c.states, err)
		}
	}
	if got := w.digest("HOST/b:1"); got != want.String() {
		t.Errorf("b is %s, want %s", got, want)
	}
}

// TestNothingIsWrittenBeforeTheGateHasSeenTheImage counts the requests that write anything.
func TestNothingIsWrittenBeforeTheGateHasSeenTheImage(t *testing.T) {
	w := newWorld(t)
	idx := w.pushIndex("HOST/src:1", 3)
	want, _ := idx.Digest()
	closed := &gate{image: errRefused}
	w.breakWith(nil)
	report := mirror.New(w, mirror.Options{Gate: closed}).CopyImage(t.Context(), w.name("HOST/src:1"),
		w.names("HOST/a:1", "HOST/b:1", "dir:"+t.TempDir()+"/d")...)
	if states(report) != "failed,failed,failed" || !errors.Is(report.Err(), errRefused) {
		t.Fatalf("%s: %v", states(report), report.Err())
	}
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE"} {
		if n := w.count(method, ""); n > 0 {
			t.Errorf("%d times %s", n, method)
		}
	}
	if n := w.count("GET", "/blobs/"); n > 0 {
		t.Errorf("%d blobs read", n)
	}
	if len(closed.asked) != 1 || len(closed.asked[0]) != 4 || closed.asked[0][3].String() != want.String() {
		t.Errorf("it was asked about %v, want 3 instances and the index last", closed.asked)
	}

	passing := &gate{}
	report = mirror.New(w, mirror.Options{Gate: passing}).CopyImage(t.Context(), w.name("HOST/src:1"),
		w.names("HOST/a:1")...)
	if err := report.Err(); err != nil {
		t.Fatal(err)
	}
	if got := w.digest("HOST/a:1"); got != want.String() || len(passing.asked) != 1 || !slices.Equal(passing.asked[0],
		closed.asked[0]) {
		t.Errorf("a is %s, want %s; asked about %v", got, want, passing.asked)
	}
}
