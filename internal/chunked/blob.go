package chunked

import (
	"io"
	"sync/atomic"
)

// A Blob is a blob that is being read, in order. It lends its bytes in chunks, or copies them. One goroutine reads.
type Blob interface {
	io.ReadCloser
	// Size returns the blob's size in bytes, or -1 if it is not known.
	Size() int64
	// Adopt has the chunks be in buffers of a share that the caller leaves when all is done. It comes before the first
	// Read or Next. Waits, if it is not nil, grows by one while Next waits for chunks to be released.
	Adopt(share *Share, waits *atomic.Int64)
	// Next returns the next bytes, at least one. It returns io.EOF itself at the end; any other error is final.
	Next() (*Chunk, error)
}

var (
	_ Blob = (*Reader)(nil)
	_ Blob = (*Sequential)(nil)
)

// A Chunk is a piece of a [Blob] that was lent, in a buffer of a budget.
type Chunk struct {
	data   []byte
	buf    []byte
	share  *Share
	lender interface{ returned() }
}

// Bytes returns the piece, which holds until Release.
func (c *Chunk) Bytes() []byte { return c.data }

// Release gives the buffer back. It is called once, from any goroutine, and may be called after the blob was closed.
func (c *Chunk) Release() {
	c.share.Put(c.buf)
	c.lender.returned()
}

// A Lender is a stream that gives its bytes without copying them, besides by Read. Where its blob
// has a digest, it has verified that when it returns io.EOF.
type Lender interface {
	io.Reader
	// Lend returns the stream's next bytes, at least one and at most so many. They stay as they are
	// until release is called. At the end of the stream it returns io.EOF itself.
	Lend(most int) (data []byte, release func(), err error)
}
