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
	u       *upload
	stream  io.Reader
	hash    hash.Hash
	share   *chunked.Share
	buffers int         // got from the budget
	free    chan []byte // of those, the ones not in use
}

func newBufferedParts(u *upload, stream io.Reader) *bufferedParts {
	b := &bufferedParts{
		u:      u,
		stream: stream,
		hash:   digest.SHA256.Hash(),
		share:  u.dest.budget.Join(),
		free:   make(chan []byte, 2),
	}
	b.share.Want(2 * b.bufferSize())
	return b
}

func (b *bufferedParts) close() {
	for range len(b.free) {
		b.share.Put(<-b.free)
	}
	b.share.Leave()
}

func (b *bufferedParts) digest() digest.Digest { return digest.NewDigest(digest.SHA256, b.hash) }

// bufferSize is the size of parts, or of a smaller blob.
func (b *bufferedParts) bufferSize() int64 {
	if b.u.blob.Size >= 0 {
		return min(b.u.partSize, b.u.blob.Size)
	}
	return b.u.partSize
}

// buffer returns a buffer that is not in use. The first is always granted; where the budget has no
// second one, the part that is being sent has to arrive first.
func (b *bufferedParts) buffer() []byte {
	switch b.buffers {
	case 0:
		b.buffers++
		return b.share.Take(b.bufferSize())
	case 1:
		if len(b.free) == 0 {
			if buf := b.share.Try(b.bufferSize()); buf != nil {
				b.buffers++
				return buf
			}
		}
	}
	return <-b.free
}

// gather notices when the part at off is the last one.
func (b *bufferedParts) gather(off int64) (part, error) {
	buf := b.buffer()
	p := part{off: off, free: func() { b.free <- buf[:cap(buf)] }}
	data := buf
	known, size := b.u.blob.Size >= 0, b.u.blob.Size
	if known {
		data = data[:min(int64(len(data)), size-off)]
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
		err = fmt.Errorf("the stream ended after %d of %d bytes: %w", off, size, io.ErrUnexpectedEOF)
	case known && off == size:
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
		return fmt.Errorf("the stream is longer than %d bytes", b.u.blob.Size)
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
