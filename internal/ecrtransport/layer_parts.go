package ecrtransport

import (
	"context"
	"fmt"
	"io"

	"ecrmirror/internal/chunked"
)

// A part is a piece of a blob in a buffer.
type part struct {
	off  int64
	data []byte
	last bool
}

// A partSender reads a stream into parts and sends them one after the other, each while the next is
// read. It has two buffers, or one where the budget is short: then reading and sending alternate.
type partSender struct {
	u       *upload
	share   *chunked.Share
	buffers int      // got from the budget
	free    [][]byte // of those, the ones not in use
	flight  *part    // being sent
	result  chan error
	first   *part // the first part that was sent
	sent    int64
}

func newPartSender(u *upload) *partSender {
	s := &partSender{u: u, share: u.budget.Join(), result: make(chan error, 1)}
	s.share.Want(2 * s.bufferSize())
	return s
}

// close gives the buffers back. No part is in flight.
func (s *partSender) close() {
	for _, buf := range s.free {
		s.share.Put(buf)
	}
	s.share.Leave()
}

// only returns the blob's only part, still in its buffer, or nil if it has more.
func (s *partSender) only() *part {
	if s.sent == 1 {
		return s.first
	}
	return nil
}

// sendAll sends the stream to its end and returns its length in bytes. The stream must be as long
// as the upload says, if it says.
func (s *partSender) sendAll(ctx context.Context, stream io.Reader) (size int64, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer func() {
		cancel()
		if waitErr := s.wait(); err == nil {
			err = waitErr
		}
	}()
	for off := int64(0); ; {
		buf, err := s.buffer()
		if err != nil {
			return 0, err
		}
		p, err := s.read(stream, buf, off)
		if err != nil {
			s.free = append(s.free, buf)
			return 0, err
		}
		if err := s.wait(); err != nil {
			s.free = append(s.free, buf)
			return 0, err
		}
		if len(p.data) == 0 && off > 0 {
			s.free = append(s.free, buf)
			return off, nil
		}
		if most := s.u.repo.limits.parts; s.sent == most {
			s.free = append(s.free, buf)
			return 0, fmt.Errorf("more than %d parts of %d bytes: %w", most, s.u.partSize, ErrLayerTooLarge)
		}
		s.start(ctx, p)
		off += int64(len(p.data))
		if p.last {
			return off, s.wait()
		}
	}
}

// bufferSize is the size of parts, or of a smaller blob.
func (s *partSender) bufferSize() int64 {
	if s.u.info.Size >= 0 {
		return min(s.u.partSize, s.u.info.Size)
	}
	return s.u.partSize
}

// buffer returns a buffer that is not in use. The first is always granted; where the budget has no
// second one, the part in flight has to arrive first.
func (s *partSender) buffer() ([]byte, error) {
	if len(s.free) == 0 && s.buffers == 0 {
		s.buffers++
		return s.share.Take(s.bufferSize()), nil
	}
	if len(s.free) == 0 && s.buffers == 1 {
		if buf := s.share.Try(s.bufferSize()); buf != nil {
			s.buffers++
			return buf, nil
		}
	}
	if len(s.free) == 0 {
		if err := s.wait(); err != nil {
			return nil, err
		}
	}
	buf := s.free[len(s.free)-1]
	s.free = s.free[:len(s.free)-1]
	return buf, nil
}

// read reads the part at off and notices when it is the last one.
func (s *partSender) read(stream io.Reader, buf []byte, off int64) (part, error) {
	known, size := s.u.info.Size >= 0, s.u.info.Size
	if known {
		buf = buf[:min(int64(len(buf)), size-off)]
	}
	n, err := fill(stream, buf)
	s.u.hash.Write(buf[:n])
	off += int64(n)
	p := part{off: off - int64(n), data: buf[:n]}
	switch {
	case err != nil:
		return part{}, fmt.Errorf("reading the stream: %w", err)
	case n < len(buf) && known:
		return part{}, fmt.Errorf("the stream ended after %d of %d bytes: %w", off, size, io.ErrUnexpectedEOF)
	case known && off == size:
		// The end is read too: it is where a stream that verifies itself may fail.
		var one [1]byte
		if extra, err := fill(stream, one[:]); err != nil {
			return part{}, fmt.Errorf("reading the stream: %w", err)
		} else if extra > 0 {
			return part{}, fmt.Errorf("the stream is longer than %d bytes", size)
		}
		p.last = true
	default:
		p.last = n < len(buf)
	}
	return p, nil
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

// start sends a part in the background; wait comes before the next one.
func (s *partSender) start(ctx context.Context, p part) {
	s.flight = &p
	if s.sent++; s.sent == 1 {
		s.first = &p
	}
	go func() { s.result <- s.u.send(ctx, p) }()
}

// wait waits for the part in flight, if there is one. Its buffer is free then, with the part still
// in it.
func (s *partSender) wait() error {
	if s.flight == nil {
		return nil
	}
	err := <-s.result
	s.free = append(s.free, s.flight.data[:cap(s.flight.data)])
	s.flight = nil
	return err
}
