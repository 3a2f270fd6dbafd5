package chunked

import (
	"context"
	"io"
	"sync/atomic"
	"time"
)

// SequentialSize is the size in bytes of the chunks of a [Sequential].
const SequentialSize = 256 << 10

// A Sequential is a [Blob] over a stream that has no ranges, such as a file.
type Sequential struct {
	ctx   context.Context // of the stream
	stop  context.CancelCauseFunc
	body  io.ReadCloser
	size  int64
	stall Stall
	share *Share
	waits *atomic.Int64
	lent  atomic.Int64 // chunks that are not released
	freed chan struct{}
	err   error // comes after the last chunk
}

// A Stall says when a stream is given up. The zero value says never.
type Stall struct {
	After time.Duration // how long one Read may take
	Err   error         // the error of the blob then
}

// OpenSequential opens a stream, whose size is -1 if it is not known. The context that open gets ends when the blob is
// closed, or when the stream stalls.
func OpenSequential(
	ctx context.Context, stall Stall, open func(context.Context) (io.ReadCloser, int64, error),
) (*Sequential, error) {
	s := &Sequential{stall: stall, freed: make(chan struct{}, 1)}
	s.ctx, s.stop = context.WithCancelCause(ctx)
	var err error
	if s.body, s.size, err = open(s.ctx); err != nil {
		s.stop(nil)
		return nil, err
	}
	return s, nil
}

// Size implements [Blob].
func (s *Sequential) Size() int64 { return s.size }

// Adopt implements [Blob].
func (s *Sequential) Adopt(share *Share, waits *atomic.Int64) { s.share, s.waits = share, waits }

// Close implements [Blob].
func (s *Sequential) Close() error {
	s.stop(nil)
	return s.body.Close()
}

// Read implements [io.Reader]. It needs no share.
func (s *Sequential) Read(p []byte) (n int, err error) {
	if s.stall.After > 0 {
		defer time.AfterFunc(s.stall.After, func() { s.stop(s.stall.Err) }).Stop()
	}
	if n, err = s.body.Read(p); s.ctx.Err() != nil {
		err = context.Cause(s.ctx)
	}
	return n, err
}

// Next implements [Blob]. The blob must have a share.
func (s *Sequential) Next() (*Chunk, error) {
	if s.err != nil {
		return nil, s.err
	}
	buf, err := s.buffer()
	if err != nil {
		return nil, err
	}
	n := 0
	for n < len(buf) && s.err == nil {
		var read int
		read, s.err = s.Read(buf[n:])
		n += read
	}
	if n == 0 {
		s.share.Put(buf)
		return nil, s.err
	}
	s.lent.Add(1)
	return &Chunk{data: buf[:n], buf: buf, share: s.share, lender: s}, nil
}

// buffer returns a buffer, if need be one that was released: what is reserved lets those who hold on to some go on.
func (s *Sequential) buffer() ([]byte, error) {
	for {
		if buf := s.share.Try(SequentialSize); buf != nil {
			return buf, nil
		}
		if s.lent.Load() == 0 {
			return s.share.Take(SequentialSize), nil
		}
		if err := s.waitForFreed(); err != nil {
			return nil, err
		}
	}
}

func (s *Sequential) waitForFreed() error {
	if s.waits != nil {
		s.waits.Add(1)
		defer s.waits.Add(-1)
	}
	select {
	case <-s.freed:
		return nil
	case <-s.ctx.Done():
		return context.Cause(s.ctx)
	}
}

// returned notes that a chunk was released.
func (s *Sequential) returned() {
	s.lent.Add(-1)
	select {
	case s.freed <- struct{}{}:
	default:
	}
}
