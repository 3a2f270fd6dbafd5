package mirror

import (
	"context"
	"io"
	"sync/atomic"
	"time"

	"go.podman.io/image/v5/types"

	"ecrmirror/internal/chunked"
)

// isEnd reports whether err is the clean end of a stream. An io.EOF inside another
// error is not: that stream broke.
func isEnd(err error) bool {
	return err == io.EOF //nolint:errorlint // see above
}

// newStream returns the blob's bytes as pieces in buffers of the share, lent by the reader itself
// where it can. It counts in while it waits for pieces to be freed.
func newStream(
	ctx context.Context, body io.Reader, share *chunked.Share, stall time.Duration, stalled context.CancelCauseFunc, waits *atomic.Int64,
) stream {
	if r, ok := body.(*chunked.Reader); ok {
		r.Adopt(share)
		r.CountWaits(waits)
		return lending{r}
	}
	return &copying{ctx: ctx, r: body, share: share, stall: stall, stalled: stalled, waits: waits, freed: make(chan struct{}, 1)}
}

// lending is the stream of a reader that lends its chunks. It watches over its source by itself.
type lending struct{ r *chunked.Reader }

func (l lending) next() (piece, error) {
	c, err := l.r.Next()
	if err != nil {
		return piece{}, err
	}
	return piece{data: c.Bytes(), free: c.Release}, nil
}

// copying is the stream of any other reader. It calls stalled when that gives nothing for the stall
// time-out.
type copying struct {
	ctx     context.Context
	r       io.Reader
	share   *chunked.Share
	stall   time.Duration
	stalled context.CancelCauseFunc
	waits   *atomic.Int64
	out     atomic.Int64 // pieces that are not freed
	freed   chan struct{}
	err     error // comes after the last piece
}

// copiedSize is the size of a copied stream's pieces in bytes.
const copiedSize = 256 << 10

func (c *copying) next() (piece, error) {
	if c.err != nil {
		return piece{}, c.err
	}
	buf, err := c.buffer()
	if err != nil {
		return piece{}, err
	}
	n := 0
	for n < len(buf) && c.err == nil {
		watch := time.AfterFunc(c.stall, func() { c.stalled(ErrStalled) })
		var read int
		read, c.err = c.r.Read(buf[n:])
		watch.Stop()
		n += read
	}
	if n == 0 {
		c.share.Put(buf)
		return piece{}, c.err
	}
	c.out.Add(1)
	return piece{data: buf[:n], free: func() { c.free(buf) }}, nil
}

// buffer returns a buffer, if need be one that was freed: what is reserved lets those who hold on to
// some go on.
func (c *copying) buffer() ([]byte, error) {
	for {
		if buf := c.share.Try(copiedSize); buf != nil {
			return buf, nil
		}
		if c.out.Load() == 0 {
			return c.share.Take(copiedSize), nil
		}
		if err := c.waitForFreed(); err != nil {
			return nil, err
		}
	}
}

func (c *copying) waitForFreed() error {
	c.waits.Add(1)
	defer c.waits.Add(-1)
	select {
	case <-c.freed:
		return nil
	case <-c.ctx.Done():
		return context.Cause(c.ctx)
	}
}

func (c *copying) free(buf []byte) {
	c.share.Put(buf)
	c.out.Add(-1)
	select {
	case c.freed <- struct{}{}:
	default:
	}
}

// verified passes a blob's stream through and ends in an error, not in io.EOF, unless the blob has
// the size and the digest of its descriptor.
type verified struct {
	stream
	check *verifier
}

func (v *verified) next() (piece, error) {
	p, err := v.stream.next()
	if isEnd(err) {
		return piece{}, v.check.end()
	}
	if err != nil {
		return piece{}, err
	}
	if err := v.check.add(p.data); err != nil {
		p.free()
		return piece{}, err
	}
	return p, nil
}

func verify(s stream, want types.BlobInfo, read func(n int64)) *verified {
	return &verified{stream: s, check: newVerifier(want, read)}
}
