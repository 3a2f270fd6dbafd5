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
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/chunked"
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

func (p *paced) HasThreadSafePutBlob() bool { return true }

func (p *paced) TryReusingBlob(ctx context.Context, _ types.BlobInfo, _ types.BlobInfoCache, _ bool) (bool, types.BlobInfo, error) {
	return false, types.BlobInfo{}, chunked.Sleep(ctx, p.answers)
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
	return chunked.Sleep(ctx, takes)
}

func (p *paced) PutBlob(ctx context.Context, stream io.Reader, info types.BlobInfo, _ types.BlobInfoCache, _ bool) (types.BlobInfo, error) {
	hash := digest.SHA256.Digester()
	buf := make([]byte, 64<<10)
	for {
		n, err := stream.Read(buf)
		_, _ = hash.Hash().Write(buf[:n])
		if sent := p.send(ctx, n); sent != nil {
			return info, sent
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return info, err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done = time.Now()
	info.Digest = hash.Digest()
	return info, nil
}

// A pacedParts is one that borrows parts, and releases them when they were sent.
type pacedParts struct {
	*paced
	size int
}

func (p pacedParts) PartSize(int64) int64 { return int64(p.size) }

func (p pacedParts) PutBlob(ctx context.Context, stream io.Reader, info types.BlobInfo, _ types.BlobInfoCache, _ bool) (types.BlobInfo, error) {
	for off := int64(0); off < info.Size; {
		n, err := p.sendPart(ctx, stream.(chunked.Lender), min(int64(p.size), info.Size-off))
		if off += n; err != nil {
			return info, err
		}
	}
	if _, _, err := stream.(chunked.Lender).Lend(1); err != io.EOF {
		return info, fmt.Errorf("no end: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done = time.Now()
	return info, nil
}

func (p pacedParts) sendPart(ctx context.Context, stream chunked.Lender, size int64) (n int64, err error) {
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

// A journey is a run to paced destinations, on a fake clock.
type journey struct {
	budget int64
	opts   Options
	blobs  []int // sizes
	parts  int   // size of the parts that destinations send; 0 if they do not
	rates  []float64
	pause  time.Duration
	change func(i int, p *paced)

	dests   []*paced
	targets []*target
	read    int64 // bytes
	again   int64
	begun   time.Time
}

// travel copies, and notes when each had all.
func (j *journey) travel(t *testing.T) {
	t.Helper()
	if j.budget == 0 {
		j.budget = 64 * mib
	}
	l := newLaboratory(t, j.budget, true)
	j.opts.Budget = l.budget
	l.run.Copier = New(nil, j.opts)
	for i, size := range j.blobs {
		l.run.img.blobs = append(l.run.img.blobs, l.blob(size, byte(i)))
	}
	j.begun = time.Now()
	var dests []types.ImageDestination
	j.dests = nil
	for i, rate := range j.rates {
		p := &paced{rate: rate, pause: j.pause, line: make(chan struct{}, 1)}
		if j.change != nil {
			j.change(i, p)
		}
		j.dests = append(j.dests, p)
		if j.parts > 0 {
			dests = append(dests, pacedParts{p, j.parts})
		} else {
			dests = append(dests, p)
		}
	}
	j.targets = l.targets(dests...)
	l.run.targets = j.targets
	for _, target := range j.targets {
		target.expect(l.run.img, j.opts.LeastRate)
		target.isOpen = true
	}
	l.run.newPass(t.Context(), j.targets, nil).do(t.Context())
	l.run.passes.Wait()
	j.read, j.again = l.run.reading.sums()
	if l.budget.Held() != 0 {
		t.Errorf("%d bytes held in the end", l.budget.Held())
	}
	for i, target := range j.targets {
		if target.failed() == nil && (len(target.arrived) != len(j.blobs) || target.blobs != len(j.blobs)) {
			t.Errorf("%d: %d blobs arrived, %d sent, of %d", i, len(target.arrived), target.blobs, len(j.blobs))
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
