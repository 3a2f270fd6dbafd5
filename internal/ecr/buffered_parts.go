package ecr

import (
	"fmt"
	"hash"
	"io"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/chunked"
)

// bufferedParts makes parts of a plain stream, in two buffers of the budget, or in one where that is
// short: then reading and sending alternate.
type bufferedParts struct {
	stream   io.Reader
	size     int64 // of the stream, in bytes; -1 if it is not known
	partSize int64 // in bytes
	hash     hash.Hash
	share    *chunked.Share
	buffers  int         // got from the budget
	unused   chan []byte // of those, the ones not in use
}

func newBufferedParts(stream io.Reader, size, partSize int64, budget *chunked.Budget) *bufferedParts {
	b := &bufferedParts{
		stream: stream, size: size, partSize: partSize,
		hash: digest.SHA256.Hash(), share: budget.Join(), unused: make(chan []byte, 2),
	}
	b.share.Want(2 * b.bufferSize())
	return b
}

func (b *bufferedParts) close() {
	for range len(b.unused) {
		b.share.Put(<-b.unused)
	}
	b.share.Leave()
}

func (b *bufferedParts) digest() digest.Digest { return digest.NewDigest(digest.SHA256, b.hash) }

// bufferSize is the size of parts, or of a smaller blob.
func (b *bufferedParts) bufferSize() int64 {
	if b.size >= 0 {
		return min(b.partSize, b.size)
	}
	return b.partSize
}

// buffer returns a buffer that is not in use. The first is always granted; where the budget has no
// second one, the part that is being sent has to arrive first.
func (b *bufferedParts) buffer() []byte {
	switch b.buffers {
	case 0:
		b.buffers++
		return b.share.Take(b.bufferSize())
	case 1:
		if len(b.unused) == 0 {
			if buf := b.share.Try(b.bufferSize()); buf != nil {
				b.buffers++
				return buf
			}
		}
	}
	return <-b.unused
}

// gather notices when the part at off is the last one.
func (b *bufferedParts) gather(off int64) (part, error) {
	buf := b.buffer()
	p := part{off: off, free: func() { b.unused <- buf[:cap(buf)] }}
	data := buf
	known := b.size >= 0
	if known {
		data = data[:min(int64(len(data)), b.size-off)]
	}
	n, err := fill(b.stream, data)
	b.hash.Write(data[:n])
	if n > 0 {
		p.data = pieces{data[:n]}
	}
	off += int64(n)
	switch {
	case err != nil:
		err = fmt.Errorf("reading the stream: %w", err)
	case n < len(data) && known:
		err = fmt.Errorf("the stream ended after %d of %d bytes: %w", off, b.size, io.ErrUnexpectedEOF)
	case known && off == b.size:
		p.last, err = true, b.end()
	default:
		p.last = n < len(data)
	}
	if err != nil {
		p.free()
		return part{}, err
	}
	return p, nil
}

// end reads the stream's end, which is where a stream that verifies itself may fail.
func (b *bufferedParts) end() error {
	var one [1]byte
	if extra, err := fill(b.stream, one[:]); err != nil {
		return fmt.Errorf("reading the stream: %w", err)
	} else if extra > 0 {
		return fmt.Errorf("the stream is longer than %d bytes", b.size)
	}
	return nil
}

// fill reads until buf is full or the stream ends, which is no error. It differs from io.ReadFull
// in that a stream that breaks off with io.ErrUnexpectedEOF, as HTTP bodies do, has not ended.
func fill(stream io.Reader, buf []byte) (n int, err error) {
	for n < len(buf) && err == nil {
		var read int
		read, err = stream.Read(buf[n:])
		n += read
	}
	if err == io.EOF { // an error that wraps io.EOF is not the end
		err = nil
	}
	return n, err
}
