package jsonstream

import (
	"errors"
	"fmt"
	"io"

	"ecrmirror/internal/transient"
)

// maxToken is how many bytes a text, a number or white space may have.
const maxToken = 64 << 10

// ErrTooLong says that a document has more bytes than it may have, or something in it.
var ErrTooLong = transient.Final("the answer is too long")

// Bounded returns a reader of a document of at most so many bytes, in which no text, number or white space has more
// than 64 KiB: what decodes it keeps as much of it at a time. What has more is [ErrTooLong].
func Bounded(r io.Reader, most int64) io.Reader { return &bounded{Reader: r, most: most, left: most} }

type bounded struct {
	io.Reader
	most, left int64 // bytes that the document may have, and may have yet
	err        error // with which it ended

	token           int // bytes since the last delimiter
	inText, escaped bool
}

// Read implements [io.Reader].
func (b *bounded) Read(p []byte) (n int, err error) {
	if b.err != nil { // who decodes may ask again
		return 0, b.err
	}
	n, b.err = b.Reader.Read(p)
	if b.left -= int64(n); b.left < 0 {
		b.err = fmt.Errorf("%w: it has more than %d MiB", ErrTooLong, b.most>>20)
	}
	for _, c := range p[:n] {
		if b.token++; b.token > maxToken {
			b.err = fmt.Errorf("%w: something in it has more than %d KiB", ErrTooLong, maxToken>>10)
			break
		}
		b.see(c)
	}
	if errors.Is(b.err, ErrTooLong) {
		return 0, b.err
	}
	return n, b.err
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
