package mirror

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/sleep"
)

// A paced is a destination that takes so many bytes a second, of all blobs together, from the moment
// that it was begun. It may send parts.
type paced struct {
	put
	rate    float64
	answers time.Duration // how long it takes to say that it lacks a blob
	pause   time.Duration // that it makes once for each MiB
	fails   int64         // bytes after which it does; 0 for never

	line chan struct{} // who is in it sends
	sent int64         // bytes, also of what was given up

	mu   sync.Mutex
	done time.Time // when it had the last blob
}

var errBoom = errors.New("boom")

func (p *paced) HasBlob(ctx context.Context, _ digest.Digest) (bool, int64, error) {
	return false, 0, sleep.For(ctx, p.answers)
}

// send waits for its turn on the line, and until that has taken so many bytes.
func (p *paced) send(ctx context.Context, n int) error {
	select {
	case p.line <- struct{}{}:
		defer func() { <-p.line }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	takes := time.Duration(float64(n) / p.rate * float64(time.Second))
	if p.sent/mib != (p.sent+int64(n))/mib {
		takes += p.pause
	}
	if p.sent += int64(n); p.fails > 0 && p.sent >= p.fails {
		return errBoom
	}
	return sleep.For(ctx, takes)
}

func (p *paced) PutBlob(ctx context.Context, blob content.Blob, stream chunked.Lender) error {
	if p.part > 0 {
		return p.putParts(ctx, blob, stream)
	}
	hash := digest.SHA256.Digester()
	buf := make([]byte, 64<<10)
	for {
		n, err := stream.Read(buf)
		_, _ = hash.Hash().Write(buf[:n])
		if sent := p.send(ctx, n); sent != nil {
			return sent
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	if got := hash.Digest(); got != blob.Digest {
		return fmt.Errorf("got %s", got)
	}
	p.ended()
	return nil
}

// putParts borrows parts, and releases them when they were sent.
func (p *paced) putParts(ctx context.Context, blob content.Blob, stream chunked.Lender) error {
	for off := int64(0); off < blob.Size; {
		n, err := p.sendPart(ctx, stream, min(p.part, blob.Size-off))
		if off += n; err != nil {
			return err
		}
	}
	if _, _, err := stream.Lend(1); err != io.EOF {
		return fmt.Errorf("no end: %w", err)
	}
	p.ended()
	return nil
}

func (p *paced) ended() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done = time.Now()
}

func (p *paced) sendPart(ctx context.Context, stream chunked.Lender, size int64) (n int64, err error) {
	for n < size {
		data, release, err := stream.Lend(int(size - n))
		if err != nil {
			return n, err
		}
		defer release()
		n += int64(len(data))
	}
	return n, p.send(ctx, int(n))
}

// A journey is an attempt at paced destinations, on a fake clock.
type journey struct {
	budget int64
	opts   Options
	blobs  []int // sizes
	parts  int   // size of the parts that destinations send; 0 if they do not
	rates  []float64
	pause  time.Duration
	change func(i int, p *paced)

	dests  []*paced
	places []*place
	read   int64 // bytes
	again  int64
	begun  time.Time
}

// travel copies, and notes when each had all.
func (j *journey) travel(t *testing.T) {
	t.Helper()
	if j.budget == 0 {
		j.budget = 64 * mib
	}
	l := newLaboratory(t, j.budget, true, j.opts)
	for i, size := range j.blobs {
		l.attempt.graph.Blobs = append(l.attempt.graph.Blobs, l.blob(size, byte(i)))
	}
	j.begun = time.Now()
	var dests []port.Destination
	j.dests = nil
	for i, rate := range j.rates {
		p := &paced{put: put{part: int64(j.parts)}, rate: rate, pause: j.pause, line: make(chan struct{}, 1)}
		if j.change != nil {
			j.change(i, p)
		}
		j.dests, dests = append(j.dests, p), append(dests, p)
	}
	j.places = l.places(dests...)
	l.attempt.newPass(t.Context(), j.places, nil).run(t.Context())
	l.attempt.passes.Wait()
	j.read, j.again = l.attempt.report.reading.sums()
	if l.budget.Held() != 0 {
		t.Errorf("%d bytes held in the end", l.budget.Held())
	}
	for i, place := range j.places {
		if !place.HasFailed() && (place.LacksBlobs() || place.blobs != len(j.blobs)) {
			t.Errorf("%d: %d blobs sent of %d, lacks some: %v", i, place.blobs, len(j.blobs), place.LacksBlobs())
		}
	}
}

// took returns how long it took until a destination had all.
func (j *journey) took(i int) time.Duration { return j.dests[i].done.Sub(j.begun) }

// alone returns how long a destination takes for all by itself.
func (j *journey) alone(i int) time.Duration {
	total := 0
	for _, size := range j.blobs {
		total += size
	}
	return time.Duration(float64(total)/j.rates[i]*float64(time.Second)) + j.dests[i].answers
}

const (
	kb = 1000
	mb = 1000 * kb
)
