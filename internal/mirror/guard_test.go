package mirror_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror"
)

// A guard is a function that is a mirror.Guard.
type guard func(imagename.Name) error

func (g guard) BeforeTag(_ context.Context, name imagename.Name) error { return g(name) }

func free(imagename.Name) error { return nil }

// guarded copies HOST/src:1 to destinations, with a guard.
func guarded(t *testing.T, w *world, g guard, destinations ...string) *mirror.Report {
	return mirror.New(w, mirror.Options{
		RetryDelay: 1, Guard: g, Transient: func(err error) bool { return unavailable.MatchString(err.Error()) },
	}).CopyImage(t.Context(), w.name("HOST/src:1"), w.names(destinations...)...)
}

// An image that is held stays as it is; others are copied.
func TestAHeldTagStays(t *testing.T) {
	w := newWorld(t)
	want, _ := w.pushIndex("HOST/src:1", 2).Digest()
	was, _ := w.pushIndex("HOST/a:1", 1).Digest()
	errHeld, dir := errors.New("held"), "dir:"+t.TempDir()+"/d"
	mustCopy(t, w, "HOST/a:1", dir)
	report := guarded(t, w, func(n imagename.Name) error {
		if n == w.name("HOST/a:1") || n == w.name("HOST/b:1") {
			return errHeld
		}
		return nil
	}, "HOST/a:1", "HOST/a:2", "HOST/b:1", "HOST/c:1", dir)
	if got := states(report); got != "failed,copied,failed,copied,copied" {
		t.Errorf("%s: %v", got, report.Err())
	}
	var e *mirror.Error
	if err := report.Results[0].Err; !errors.Is(err, errHeld) || !errors.As(err, &e) || e.Side != mirror.Destination {
		t.Errorf("%v", err)
	}
	for image, digest := range map[string]string{
		"HOST/a:1": was.String(), "HOST/a:2": want.String(), "HOST/b:1": "", "HOST/c:1": want.String(),
	} {
		if got := w.digest(image); got != digest {
			t.Errorf("%s is %q, want %q", image, got, digest)
		}
	}
}

// A tag that somebody else moves while the copy is under way is left where they moved it.
func TestATagThatAnotherMovesIsLeft(t *testing.T) {
	for _, c := range []struct {
		what, before string
		after        func(w *world, want string) string // what another does; it returns what the tag is then
		state        mirror.State
	}{
		{"moved", "HOST/a:1", func(w *world, _ string) string { return push(w, "HOST/a:1") }, mirror.Failed},
		{"made", "", func(w *world, _ string) string { return push(w, "HOST/a:1") }, mirror.Failed},
		{"removed", "HOST/a:1", func(w *world, _ string) string { return w.remove("HOST/a:1") }, mirror.Failed},
		{"moved to the same", "HOST/a:1", func(w *world, want string) string {
			mustCopy(w.t, w, "HOST/src:1", "HOST/a:1")
			return want
		}, mirror.Copied},
		{"another tag moved", "HOST/a:1", func(w *world, want string) string {
			push(w, "HOST/a:2")
			return want
		}, mirror.Copied},
	} {
		w := newWorld(t)
		want, _ := w.pushIndex("HOST/src:1", 2).Digest()
		var had, now string
		if c.before != "" {
			had = push(w, c.before)
		}
		result := guarded(t, w, func(imagename.Name) error {
			now = c.after(w, want.String())
			return nil
		}, "HOST/a:1").Results[0]
		if result.State != c.state || w.digest("HOST/a:1") != now {
			t.Errorf("%s: %s, %v; it is %s, want %s", c.what, result.State, result.Err, w.digest("HOST/a:1"), now)
		}
		if c.state != mirror.Failed {
			continue
		}
		var changed *mirror.ChangedError
		if !errors.As(result.Err, &changed) || changed.Had.String() != had || changed.Has.String() != now ||
			changed.Transient() {
			t.Errorf("%s: %v, want %s, %s", c.what, result.Err, had, now)
		}
	}
}

// A tag that somebody else moves while other images of a request are copied is left where they moved it: it is compared
// with what it was when all began, not when its turn came.
func TestATagThatAnotherMovesBeforeItsTurnIsLeft(t *testing.T) {
	w := newWorld(t)
	w.pushNeighbours("HOST/src", 5)
	had := push(w, "HOST/a:3")
	looked := make(chan struct{})
	var looks atomic.Int32
	w.breakWith(func(rw http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodHead || !strings.HasPrefix(r.URL.Path, "/v2/a/manifests/") {
			return false
		}
		w.repository(r.URL.Path).ServeHTTP(rw, r)
		if looks.Add(1) == 5 {
			close(looked) // all of them have told, the first one in its turn
		}
		return true
	})
	var pushed string
	first := guard(func(n imagename.Name) error {
		if n.Tag == "0" {
			<-looked
			pushed = push(w, "HOST/a:3")
			mustCopy(t, w, "HOST/src:4", "HOST/a:4")
		}
		return nil
	})
	reports := copyAll(t, mirror.New(w, mirror.Options{Images: 1, Guard: first}), w.several("HOST/src", 5, "HOST/a:*"))
	for tag, report := range reports {
		state, want := mirror.Copied, w.digest("HOST/src:"+tag)
		switch tag {
		case "3":
			state, want = mirror.Failed, pushed
			var changed *mirror.ChangedError
			if !errors.As(report.Err(), &changed) || changed.Had.String() != had || changed.Has.String() != pushed {
				t.Errorf("%v, want %s, %s", report.Err(), had, pushed)
			}
		case "4": // it has the same by now
			state = mirror.Current
		}
		if got := w.digest("HOST/a:" + tag); got != want || report.Results[0].State != state {
			t.Errorf("%s: %s, %s, %v; want %s, %s", tag, got, report.Results[0].State, report.Err(), want, state)
		}
	}
}

// push pushes another image, and returns its digest.
func push(w *world, image string) string {
	d, _ := w.pushIndex(image, 1).Digest()
	return d.String()
}

// remove removes a tag, and returns what it is then: nothing.
func (w *world) remove(image string) string {
	if err := remote.Delete(w.ref(image).(name.Tag)); err != nil {
		w.t.Fatal(err)
	}
	return ""
}

// A tag that this copy has moved itself, though the reply was lost, is not another's.
func TestWhatACopyWroteItselfIsNoChange(t *testing.T) {
	w := newWorld(t)
	w.pushIndex("HOST/src:1", 2)
	push(w, "HOST/a:1")
	var lost atomic.Bool
	w.breakWith(func(rw http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPut || r.URL.Path != "/v2/a/manifests/1" || lost.Swap(true) {
			return false
		}
		w.repository(r.URL.Path).ServeHTTP(discarded{header: http.Header{}}, r)
		http.Error(rw, "busy", http.StatusServiceUnavailable)
		return true
	})
	if r := guarded(t, w, free, "HOST/a:1").Results[0]; r.State != mirror.Copied || !lost.Load() {
		t.Errorf("%+v, lost: %v", r, lost.Load())
	}
}

// discarded is an answer that nobody gets.
type discarded struct{ header http.Header }

func (d discarded) Header() http.Header         { return d.header }
func (d discarded) Write(p []byte) (int, error) { return len(p), nil }
func (d discarded) WriteHeader(int)             {}

// What can't be asked for is not taken for unchanged, and without a guard nothing more is asked.
func TestADestinationIsAskedAgainForAGuardAlone(t *testing.T) {
	w := newWorld(t)
	w.pushIndex("HOST/src:1", 2)
	was := push(w, "HOST/a:1")
	var heads atomic.Int32
	w.breakWith(func(rw http.ResponseWriter, r *http.Request) bool {
		second := r.URL.Path == "/v2/a/manifests/1" && r.Method == http.MethodHead && heads.Add(1) > 1
		if second {
			http.Error(rw, "denied", http.StatusForbidden)
		}
		return second
	})
	r := guarded(t, w, free, "HOST/a:1").Results[0]
	w.breakWith(nil)
	if r.State != mirror.Failed || !strings.Contains(r.Err.Error(), "checking before its tag moves") ||
		w.digest("HOST/a:1") != was {
		t.Errorf("%+v", r)
	}
	w.breakWith(nil)
	mustCopy(t, w, "HOST/src:1", "HOST/a:1")
	if n := w.count("HEAD", "/v2/a/manifests/1"); n != 1 {
		t.Errorf("%d times asked", n)
	}
}
