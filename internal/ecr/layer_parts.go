package ecr

import (
	"context"
	"fmt"
)

// A partSender sends the parts of a stream one after the other. While one is sent, the next is read and
// its request made ready, which takes as long: all of it is encoded and hashed to be signed.
type partSender struct {
	u           *upload
	source      partSource
	outstanding int           // parts that were begun and not waited for, 2 at most
	arrived     chan struct{} // closed when the latest of them, and so all, have arrived
	result      chan error
	sent        int64
	final       *part // the last part, once it was begun; its memory is still in use
	stop        context.CancelFunc
}

func newPartSender(u *upload, source partSource) *partSender {
	return &partSender{u: u, source: source, result: make(chan error, 2)}
}

// close gives all memory back. No part is being sent.
func (s *partSender) close() {
	if s.final != nil {
		s.final.free()
	}
	s.source.close()
}

// only returns the blob's only part, still in memory, or nil if it has more.
func (s *partSender) only() *part {
	if s.sent == 1 {
		return s.final
	}
	return nil
}

// sendAll sends the stream to its end and returns its length in bytes.
func (s *partSender) sendAll(ctx context.Context) (size int64, err error) {
	ctx, s.stop = context.WithCancel(ctx)
	defer func() {
		s.stop()
		_ = s.wait() // after an error, or for nothing
	}()
	for off := int64(0); ; {
		p, err := s.source.gather(off)
		if err != nil {
			return 0, err
		}
		n := p.data.size()
		if n == 0 && off > 0 {
			p.free()
			return off, s.wait()
		}
		if err := s.next(ctx, p); err != nil {
			return 0, err
		}
		if off += n; p.last {
			return off, s.wait()
		}
	}
}

// next begins to send a part.
func (s *partSender) next(ctx context.Context, p part) error {
	var err error
	if s.outstanding == 2 {
		err = s.waitOne()
	}
	if most := s.u.limits.parts; err == nil && s.sent == most {
		err = fmt.Errorf("more than %d parts of %d bytes: %w", most, s.u.partSize, ErrLayerTooLarge)
	}
	if err != nil {
		p.free()
		return err
	}
	s.sent++
	s.outstanding++
	if p.last {
		s.final = &p
	}
	turn, arrived := s.arrived, make(chan struct{})
	s.arrived = arrived
	go func() {
		err := s.u.send(ctx, p, turn)
		if err == nil {
			close(arrived)
		}
		if !p.last {
			p.free() // at once: the next part may wait for its memory
		}
		s.result <- err
		if err != nil {
			// The next part waits for this one, and whoever gathers parts may wait for its memory.
			s.stop()
		}
	}()
	return nil
}

// wait waits for the parts that are being sent, and returns the first error.
func (s *partSender) wait() (err error) {
	for s.outstanding > 0 {
		if one := s.waitOne(); err == nil {
			err = one
		}
	}
	return err
}

func (s *partSender) waitOne() error {
	s.outstanding--
	return <-s.result
}
