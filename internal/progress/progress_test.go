package progress

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opencontainers/go-digest"
)

const mib = 1 << 20

// engine is what the copy engine knows of a Reporter.
type engine interface {
	Image(source string, destinations, manifests, blobs int, size int64)
	BlobStarted(d digest.Digest, size int64, destinations int)
	BlobRead(d digest.Digest, n int64)
	BlobDone(d digest.Digest, size int64, err error)
	SetAside(destination string)
	Manifest(destination string, d digest.Digest)
	Done(destination string, err error)
}

var _ engine = (*Reporter)(nil)

var errBroken = errors.New("destination r.io/b:1: writing blob: connection refused")

func blobOf(name string) digest.Digest { return digest.FromString(name) }

func noEnv(string) string { return "" }

// pass lets the fake clock of a synctest bubble go on.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// recorded collects what is written. The Reporter's goroutine writes, the test reads.
type recorded struct {
	mu     sync.Mutex
	buf    bytes.Buffer
	writes int
	err    error // what each Write answers, if not nil
}

func (o *recorded) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.writes++
	if o.err != nil {
		return 0, o.err
	}
	return o.buf.Write(p)
}

// take returns what was written since it was called last.
func (o *recorded) take() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	defer o.buf.Reset()
	return o.buf.String()
}

func lines(text ...string) string {
	if len(text) == 0 {
		return ""
	}
	return strings.Join(text, "\n") + "\n"
}

// TestNobodyLearnsOfErrorsOfTheOutput also shows, as each test in a synctest bubble, that
// no goroutine is left after Close.
func TestNobodyLearnsOfErrorsOfTheOutput(t *testing.T) {
	for name, view := range map[string]func(*recorded) view{
		"plain":    func(o *recorded) view { return newPlain(o) },
		"json":     func(o *recorded) view { return newJSONLines(o) },
		"terminal": func(o *recorded) view { return newTestTerminal(o, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := &recorded{err: errBroken}
				r := start(t.Context(), view(o))
				r.Image("src", 2, 1, 2, 2*mib)
				for _, b := range []digest.Digest{blobOf("a"), blobOf("b")} {
					r.BlobStarted(b, mib, 2)
					for range 40 {
						r.BlobRead(b, mib/40)
						pass(time.Second)
					}
					r.BlobDone(b, mib, nil)
				}
				r.Done("r.io/a:1", nil)
				r.Done("r.io/b:1", errBroken)
				r.Close()
				r.Close()
				r.BlobRead(blobOf("a"), 1) // too late, and no harm
				r.BlobDone(blobOf("a"), 1, nil)
				if o.writes == 0 {
					t.Error("nothing was written")
				}
			})
		})
	}
}

func TestConcurrentUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := watch(t.Context(), t, 80, 24, true)
		r.Image("src", 1, 1, 40, 40*mib)
		var all sync.WaitGroup
		for i := range 40 {
			all.Go(func() {
				b := blobOf(string(rune('A' + i)))
				r.BlobStarted(b, mib, 1)
				for range 16 {
					r.BlobRead(b, mib/16)
					<-time.After(time.Duration(i+1) * time.Millisecond)
				}
				r.BlobDone(b, mib, nil)
			})
		}
		all.Wait()
		r.Manifest("r.io/a:1", blobOf("manifest"))
		r.Done("r.io/a:1", nil)
		r.Close()
		if got := r.all(); strings.Count(got, " done\n") != 40 || !strings.Contains(got,
			"copied 40 of 40 blobs, 40.0 MiB in ") {
			t.Errorf("screen:\n%s", got)
		}
	})
}

func TestNoneWritesNothing(t *testing.T) {
	o := &recorded{}
	r := New(t.Context(), None, o, noEnv)
	r.Image("src", 1, 1, 1, mib)
	r.BlobStarted(blobOf("a"), mib, 1)
	r.BlobRead(blobOf("a"), mib)
	r.BlobDone(blobOf("a"), mib, nil)
	r.Done("r.io/a:1", nil)
	r.Close()
	if o.writes > 0 || len(r.events) > 0 {
		t.Errorf("%d writes, %d events kept", o.writes, len(r.events))
	}
}
