package mirror_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ecrmirror/internal/mirror"
)

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
		report := copier(w).CopyImage(t.Context(), w.name("HOST/src:1"), w.names("HOST/a:1", "HOST/bad:1", "HOST/b:1")...)
		if states(report) != "copied,failed,copied" {
			t.Errorf("%s: %s: %v", c.name, states(report), report.Err())
		}
		if err := report.Err(); err == nil || !strings.Contains(err.Error(), w.host+"/bad:1") ||
			strings.Contains(err.Error(), "\n") {
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
		report := copier(w).CopyImage(t.Context(), w.name("HOST/src:1"), w.names("HOST/a:1", "HOST/b:1")...)
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
		report := copier(w).CopyImage(t.Context(), w.name("HOST/src:1"), w.names("HOST/a:1", "HOST/b:1")...)
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
			hit := r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/v2/src/blobs/") &&
				strings.HasSuffix(r.URL.Path, victim)
			if hit {
				lie(rw, append([]byte(nil), bytes...))
			}
			return hit
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		report := copier(w).CopyImage(ctx, w.name("HOST/src:1"), w.names("HOST/a:1", "HOST/b:1")...)
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
		hit := r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, victim) &&
			changed.CompareAndSwap(false, true)
		if hit {
			wrong := append([]byte{bytes[0] ^ 1}, bytes[1:]...)
			_, _ = rw.Write(wrong)
		}
		return hit
	})
	report := copier(w).CopyImage(t.Context(), w.name("HOST/src:1"), w.names("HOST/a:1", "HOST/b:1")...)
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
		report := copier(w).CopyImage(t.Context(), w.name(c.src), w.names(c.dst)...)
		if states(report) != c.want {
			t.Errorf("%s: %s, %v", c.name, states(report), report.Err())
		}
		if c.want == "failed" && w.count("PUT", "")+w.count("POST", "") > 0 {
			t.Errorf("%s: something was written", c.name)
		}
	}
}
