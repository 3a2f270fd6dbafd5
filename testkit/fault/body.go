package fault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"ecrmirror/testkit/pause"
)

// errBroken is what a handler gets that writes on after its answer was broken.
var errBroken = errors.New("the answer is broken on purpose")

// A bodyBreaker breaks the body of an answer after some bytes.
type bodyBreaker struct {
	http.ResponseWriter
	ctx   context.Context //nolint:containedctx // the request's
	rule  Rule
	broke func()

	left  int64 // 0 before the first write if half the body is meant
	begun bool
	done  bool // it has been broken
}

// Unwrap lets http.ResponseController reach the connection.
func (b *bodyBreaker) Unwrap() http.ResponseWriter { return b.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (b *bodyBreaker) WriteHeader(status int) {
	b.begin()
	b.ResponseWriter.WriteHeader(status)
}

// begin looks at the declared length, which one whose body is to be short does not declare.
func (b *bodyBreaker) begin() {
	if b.begun {
		return
	}
	b.begun = true
	if b.left == 0 {
		length, _ := strconv.ParseInt(b.Header().Get("Content-Length"), 10, 64)
		b.left = length / 2
	}
	if b.rule.Kind == Short {
		b.Header().Del("Content-Length")
	}
}

// Write implements http.ResponseWriter.
func (b *bodyBreaker) Write(p []byte) (int, error) {
	b.begin()
	if b.done && (b.rule.Kind == Stall || b.rule.Kind == Corrupt) {
		return b.ResponseWriter.Write(p)
	}
	if b.done {
		return 0, errBroken
	}
	if int64(len(p)) <= b.left {
		n, err := b.ResponseWriter.Write(p)
		b.left -= int64(n)
		return n, err
	}
	n, err := b.ResponseWriter.Write(p[:b.left])
	if err != nil {
		return n, err
	}
	b.done = true
	b.broke()
	m, err := b.breakAt(p[n:])
	return n + m, err
}

// breakAt breaks the body where p, which is not empty, would follow.
func (b *bodyBreaker) breakAt(p []byte) (int, error) {
	switch b.rule.Kind {
	case Corrupt:
		wrong := append([]byte{p[0] ^ 1}, p[1:]...)
		return b.ResponseWriter.Write(wrong)
	case Stall:
		_ = http.NewResponseController(b.ResponseWriter).Flush()
		if !b.stall() {
			return 0, errBroken
		}
		return b.ResponseWriter.Write(p)
	case Cut:
		_ = http.NewResponseController(b.ResponseWriter).Flush()
		reset(b.ResponseWriter)
	case Short: // of a small body that ends before anything was sent the server declares the length
		_ = http.NewResponseController(b.ResponseWriter).Flush()
	}
	return 0, errBroken
}

// stall waits, and returns whether the client is still there.
func (b *bodyBreaker) stall() bool {
	if b.rule.Delay == 0 {
		<-b.ctx.Done()
		return false
	}
	return pause.For(b.ctx, b.rule.Delay)
}

// otherRange returns the request as one for all, or for other bytes of the same number; itself
// if it is not for a range.
func (r Rule) otherRange(req *http.Request) *http.Request {
	var off, last int64
	if _, err := fmt.Sscanf(req.Header.Get("Range"), "bytes=%d-%d", &off, &last); err != nil {
		return req
	}
	req = req.Clone(req.Context())
	req.Header.Del("Range")
	if r.Kind == Whole {
		return req
	}
	by := int64(1)
	if off > 0 {
		by = -1
	}
	req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", off+by, last+by))
	return req
}

// slowStep is for how long a slow reader reads before it waits: shorter waits would take longer than they should.
const slowStep = 20 * time.Millisecond

// A slowBody is a request's body that is read slowly.
type slowBody struct {
	io.ReadCloser
	ctx   context.Context //nolint:containedctx // the request's
	speed int64           // bytes a second
	ahead time.Duration   // what was read has taken so much less than it should
	last  time.Time       // when that was found out
}

// Read implements io.Reader.
func (b *slowBody) Read(p []byte) (int, error) {
	most := max(1, int(float64(b.speed)*slowStep.Seconds()))
	n, err := b.ReadCloser.Read(p[:min(len(p), most)])
	now := time.Now()
	if !b.last.IsZero() {
		b.ahead = max(0, b.ahead-now.Sub(b.last))
	}
	b.last = now
	b.ahead += time.Duration(float64(n) / float64(b.speed) * float64(time.Second))
	if b.ahead >= slowStep && !pause.For(b.ctx, b.ahead) {
		return 0, context.Cause(b.ctx)
	}
	return n, err
}
