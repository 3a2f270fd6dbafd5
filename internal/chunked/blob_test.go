package chunked

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// quick are options with small chunks and short pauses.
var quick = Options{ChunkSize: 100, Parallelism: 4, Attempts: 3, Backoff: time.Millisecond, Stall: 20 * time.Second}

func randomBytes(n int) []byte {
	content := make([]byte, n)
	r := rand.NewChaCha8([32]byte{1, byte(n)})
	_, _ = r.Read(content)
	return content
}

// A blob is a source of ranges held in memory. Tests wrap its fetch to make it fail.
type blob struct {
	content []byte
	whole   bool // send the whole blob whatever is asked

	mu     sync.Mutex
	asked  [][2]int64 // off, n
	opened int
	closed int
}

func newBlob(size int) *blob { return &blob{content: randomBytes(size)} }

func (b *blob) fetch(_ context.Context, off, n int64) (Body, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked = append(b.asked, [2]int64{off, n})
	b.opened++
	if b.whole {
		off, n = 0, int64(len(b.content))
	}
	return Body{ReadCloser: &tracked{Reader: bytes.NewReader(b.content[off : off+n]), blob: b}, Whole: b.whole}, nil
}

func (b *blob) requests() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.asked)
}

// open returns how many bodies are not closed.
func (b *blob) open() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.opened - b.closed
}

type tracked struct {
	io.Reader
	blob *blob
	once sync.Once
}

func (t *tracked) Close() error {
	t.once.Do(func() {
		t.blob.mu.Lock()
		defer t.blob.mu.Unlock()
		t.blob.closed++
	})
	return nil
}

// with replaces the reader of a body.
func with(b Body, r io.Reader) Body {
	type body struct {
		io.Reader
		io.Closer
	}
	b.ReadCloser = body{r, b.ReadCloser}
	return b
}

var errFault = errors.New("injected fault")

// cut delivers n bytes and then err.
func cut(r io.Reader, n int64, err error) io.Reader {
	return io.MultiReader(io.LimitReader(r, n), errReader{err})
}

type errReader struct{ err error }

func (e errReader) Read([]byte) (int, error) { return 0, e.err }

// readAll reads everything, closes the reader, and checks that nothing is left behind.
func readAll(t *testing.T, b *blob, budget *Budget, fetch Fetch, opts Options) ([]byte, error) {
	t.Helper()
	r := NewReader(t.Context(), budget, int64(len(b.content)), fetch, opts)
	got, err := io.ReadAll(r)
	if held := budget.Held(); held != 0 {
		t.Errorf("%d bytes of the budget held after the end", held)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if n := b.open(); n != 0 {
		t.Errorf("%d bodies left open", n)
	}
	return got, err
}

// checkLeaks fails the test if goroutines of this package are left when it ends.
func checkLeaks(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		var stacks string
		for range 200 {
			buf := make([]byte, 1<<20)
			stacks = string(buf[:runtime.Stack(buf, true)])
			if !strings.Contains(stacks, "chunked.(*Reader).") && !strings.Contains(stacks, "chunked.openGuarded") {
				return
			}
			runtime.Gosched()
		}
		t.Errorf("goroutines left behind:\n%s", stacks)
	})
}
