package listing

import (
	"fmt"
	"io"
	"time"

	"ecrmirror/internal/transient"
)

const (
	// maxPage is how many bytes one page may have. Docker Hub and Google list all tags in one; Google tells some 400
	// bytes of each image besides.
	maxPage = 64 << 20
	// maxToken is how many bytes a name, a number or white space may have in a page.
	maxToken = 64 << 10
	// pageTime is how long the reading of one page may wait for the registry, in all.
	pageTime = 2 * time.Minute
)

var (
	errLongPage  = transient.Final(fmt.Sprintf("a page of the list has more than %d MiB", maxPage>>20))
	errLongToken = transient.Final(fmt.Sprintf("something in the list has more than %d KiB", maxToken>>10))
)

// A bounded reads a page of JSON of at most so many bytes, in which nothing by itself has more than maxToken: what
// decodes it keeps as much of it at a time.
type bounded struct {
	io.Reader
	left int64 // bytes that the page may have yet

	token           int // bytes since the last delimiter
	inText, escaped bool
}

// Read implements [io.Reader].
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errLongPage
	}
	for _, c := range p[:n] {
		if b.token++; b.token > maxToken {
			return 0, errLongToken
		}
		b.see(c)
	}
	return n, err
}

// see follows where texts begin and end, and forgets the length of what is before a delimiter.
func (b *bounded) see(c byte) {
	switch {
	case b.escaped:
		b.escaped = false
	case b.inText && c == '\\':
		b.escaped = true
	case c == '"':
		b.inText, b.token = !b.inText, 0
	case b.inText:
	case c == ',' || c == ':' || c == '[' || c == ']' || c == '{' || c == '}':
		b.token = 0
	}
}

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
