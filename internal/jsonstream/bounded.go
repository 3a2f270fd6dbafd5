package jsonstream

import (
	"bytes"
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
		return 0, b.err
	}
	for rest := p[:n]; len(rest) > 0; {
		seen, begins := b.see(rest)
		if rest, b.token = rest[seen:], b.token+seen; b.token > maxToken {
			b.err = fmt.Errorf("%w: something in it has more than %d KiB", ErrTooLong, maxToken>>10)
			return 0, b.err
		}
		if begins {
			b.token = 0
		}
	}
	return n, b.err
}

// see looks at the next bytes, and returns how many it has seen, and whether something else begins after them. It
// follows where texts begin and end.
func (b *bounded) see(next []byte) (seen int, begins bool) {
	switch {
	case b.escaped:
		b.escaped = false
		return 1, false
	case b.inText:
		end := bytes.IndexByte(next, '"')
		if end < 0 {
			end = len(next)
		}
		if escape := bytes.IndexByte(next[:end], '\\'); escape >= 0 {
			b.escaped = true
			return escape + 1, false
		}
		b.inText = end == len(next)
		return min(end+1, len(next)), !b.inText
	}
	switch next[0] {
	case '"':
		b.inText = true
		return 1, true
	case ',', ':', '[', ']', '{', '}':
		return 1, true
	}
	return 1, false
}
