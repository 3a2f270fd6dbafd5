package batch

import (
	"bytes"
	"fmt"
	"sync"
)

// A tail keeps the last limit bytes written to it. It is safe for concurrent use.
type tail struct {
	limit int

	mu      sync.Mutex
	kept    []byte
	dropped int64
}

// Write never fails.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p...)
	if over := len(t.kept) - t.limit; over > t.limit { // seldom, to move each byte a few times at most
		t.trim(over)
	}
	return len(p), nil
}

// bytes returns what is kept, from the start of a line on, after a line that says so if something is missing.
func (t *tail) bytes() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	if over := len(t.kept) - t.limit; over > 0 {
		t.trim(over)
	}
	if t.dropped == 0 {
		return bytes.Clone(t.kept)
	}
	lines, missing := t.kept, t.dropped
	if i := bytes.IndexByte(lines, '\n'); i >= 0 {
		lines, missing = lines[i+1:], missing+int64(i+1)
	}
	return append(fmt.Appendf(nil, "[%d bytes left out]\n", missing), lines...)
}

func (t *tail) trim(n int) {
	t.kept = append(t.kept[:0], t.kept[n:]...)
	t.dropped += int64(n)
}
