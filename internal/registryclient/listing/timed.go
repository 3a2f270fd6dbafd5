package listing

import (
	"io"
	"time"
)

// A timed reads what a registry sends, for as long as waiting for it takes no more than left. What is done between
// reads does not count.
type timed struct {
	io.Reader
	late *time.Timer // ends the request
	left time.Duration
}

// Read implements [io.Reader].
func (t *timed) Read(p []byte) (int, error) {
	if t.left <= 0 {
		return 0, errLate
	}
	began := time.Now()
	t.late.Reset(t.left)
	defer func() {
		t.late.Stop()
		t.left -= time.Since(began)
	}()
	return t.Reader.Read(p)
}
