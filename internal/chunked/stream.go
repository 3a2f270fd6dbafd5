package chunked

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"time"

	"ecrmirror/internal/sleep"
)

// A stream reads bytes [off, end) of a blob in order. When a request fails it asks again for what
// is missing. It is used by one goroutine at a time.
type stream struct {
	fetch     Fetch
	opts      Options
	pace      *Pace
	off, end  int64
	blobSize  int64
	takeWhole bool // turn to reading to the blob's end when the server sends the whole blob

	whole    bool // that has happened
	body     *guardedBody
	err      error // why the last request failed, until there is a new one
	failures int   // since mark
	stalls   int   // of those, requests that delivered nothing for too long
	mark     int64 // offset at which failures were last forgiven

	plain    bool          // to the blob's end, for want of a reason to read by chunks
	measured int64         // bytes read since it was last looked at
	waited   time.Duration // while reading them
	requests int           // made so far
	slow     int           // of those, given up as slow
	begun    time.Time     // when the last request was
	latency  time.Duration // of it, to its headers
}

// read reads like an io.Reader. It returns io.EOF once off is end, and never bytes beside an error.
func (s *stream) read(ctx context.Context, p []byte) (int, error) {
	for s.off < s.end {
		if s.err != nil {
			if err := s.pause(ctx); err != nil {
				return 0, err
			}
		}
		n, err := s.attempt(ctx, p)
		s.off += int64(n)
		if err == nil && s.off == s.end {
			err = s.finish()
		}
		if err != nil {
			s.close()
			s.err = err
		}
		if n > 0 {
			return n, nil
		}
	}
	// The end of the last body may have been wrong; the bytes were all there, but a body that is
	// too long is not the one asked for.
	if s.err != nil {
		return 0, s.giveUp()
	}
	return 0, io.EOF
}

// attempt opens a body if there is none and reads from it once.
func (s *stream) attempt(ctx context.Context, p []byte) (int, error) {
	if s.body == nil {
		if err := s.open(ctx); err != nil {
			return 0, err
		}
	}
	n, err := s.body.Read(p[:min(int64(len(p)), s.end-s.off)])
	if err != nil && n > 0 && s.off+int64(n) == s.end {
		s.body.atEOF = true // or broken off there, which does no harm: finish
		return n, nil
	}
	return n, short(err)
}

// openAhead makes the first request, before anything is read. If that fails, reading tries again.
func (s *stream) openAhead(ctx context.Context) { s.err = s.open(ctx) }

// open asks for what is missing.
func (s *stream) open(ctx context.Context) error {
	s.requests++
	s.begun = time.Now()
	body, err := openGuarded(ctx, s.opts.Stall<<min(s.stalls, maxStalls), s.patience, s.trickles,
		func(ctx context.Context) (Body, error) {
			return s.fetch(ctx, s.off, s.end-s.off)
		})
	if err != nil {
		return err
	}
	s.latency = time.Since(s.begun)
	s.body = body
	if s.plain {
		s.pace.streaming(1)
	}
	if !body.whole || s.off == 0 && s.end == s.blobSize {
		return nil
	}
	if !s.takeWhole {
		s.close()
		return Permanent(errWhole)
	}
	s.whole, s.end = true, s.blobSize
	if _, err := io.CopyN(io.Discard, body, s.off); err != nil {
		return short(err)
	}
	return nil
}

// teach tells the pace what a chunk took that one request delivered in full.
func (s *stream) teach(n int64) {
	if s.requests == 1 && !s.whole && !s.plain {
		s.pace.learn(n, s.latency, time.Since(s.begun)-s.latency)
	}
}

// patience is how long the request may deliver nothing before it is made again because it is slow.
// It doubles each time, so that all may get slow. A body that can't be had from its middle is left
// alone.
func (s *stream) patience() time.Duration {
	if s.whole {
		return 0
	}
	patience := s.pace.patience(s.opts.ChunkSize) << min(s.slow, 8)
	if s.plain {
		patience *= 4 // there is nothing beside it to be slower than
	}
	return patience
}

// trickles reports whether a request has delivered so little, in as long as one may deliver nothing, that
// another is likely to do better; and whether it was long enough to tell. That doubles each time, too.
func (s *stream) trickles(n int64, waited time.Duration) (tooFew, anew bool) {
	const requests = 8 // that deliver the least rate together, as a rule
	if s.whole || waited < s.opts.Stall<<min(s.slow, maxStalls) {
		return false, false
	}
	return float64(n) < waited.Seconds()*float64(s.opts.LeastRate.BytesPerSecond)/requests, true
}

// finish checks that the body ends where the range does. That the end did not arrive does no harm
// once all bytes have.
func (s *stream) finish() error {
	defer s.close()
	if s.body.atEOF {
		return nil
	}
	var one [1]byte
	if n, _ := s.body.Read(one[:]); n > 0 {
		return Permanent(ErrTooLong)
	}
	return nil
}

// maxStalls bounds how often the time for a request is doubled.
const maxStalls = 4

// pause returns nil after waiting if another attempt is due, and the error to give up with if not.
// A long stream is forgiven its earlier failures for each chunk's worth of progress, so that it has
// no fewer attempts than chunks would.
func (s *stream) pause(ctx context.Context) error {
	if s.off-s.mark >= s.opts.ChunkSize {
		s.failures, s.stalls, s.mark = 0, 0, s.off
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if errors.Is(s.err, errSlow) {
		s.pace.unanswered(s.patience())
		s.slow++
		s.err = nil
		return nil
	}
	s.failures++
	if errors.Is(s.err, ErrStalled) {
		// The next gets twice the time, in the place of two: some servers fetch a blob before they send
		// it, and begin anew when they are asked anew.
		s.failures += 1<<min(s.stalls, maxStalls) - 1
		s.stalls++
	}
	if isThrottled(s.err) {
		s.pace.slower()
	}
	if IsPermanent(s.err) || s.failures >= s.opts.Attempts {
		return s.giveUp()
	}
	if err := sleep.For(ctx, backoff(s.opts.Backoff, s.failures)); err != nil {
		return err
	}
	s.err = nil
	return nil
}

// giveUp returns the error to end with. Nowhere in it is io.EOF, as a connection that closed gives,
// so that nobody takes it for the end.
func (s *stream) giveUp() error {
	err := s.err
	if errors.Is(err, io.EOF) {
		ended := fmt.Errorf("%v: %w", err, io.ErrUnexpectedEOF) //nolint:errorlint // on purpose, see above
		if IsPermanent(err) {
			ended = Permanent(ended)
		}
		err = ended
	}
	return &rangeError{s.off, s.end, s.failures, err}
}

func (s *stream) close() {
	if s.body != nil && s.plain {
		s.pace.streaming(-1)
	}
	if s.body != nil {
		s.body.Close()
		s.body = nil
	}
}

// isThrottled reports whether the server asks for fewer requests: by 429, or by the 503 of S3's
// SlowDown.
func isThrottled(err error) bool {
	var status *StatusError
	return errors.As(err, &status) &&
		(status.Status == http.StatusTooManyRequests || status.Status == http.StatusServiceUnavailable)
}

// backoff returns the pause after so many failures: at random, so that chunks which failed together
// don't come back together, between half of a bound and the bound, which doubles each time.
func backoff(first time.Duration, failures int) time.Duration {
	bound := first << min(failures-1, 5)
	return bound/2 + rand.N(bound/2+1)
}
