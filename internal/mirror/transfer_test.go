package mirror

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/port"
)

// Each of the sizes at which a blob just fills a piece, a chunk, what may be ahead, or a part.
func TestTransfersOfAnySizeInAnyBudget(t *testing.T) {
	sizes := []int{0, 1, mib - 1, mib, mib + 1, 3 * mib / 2, 3*mib + 1, 4 * mib, 9 * mib}
	for _, lends := range []bool{true, false} {
		for _, total := range []int64{0, 4 * mib, 16 * mib} {
			for name, dests := range map[string][]port.Destination{
				"a registry":             {put{do: readThrough}},
				"one that sends parts":   {parts(3 * mib)},
				"parts that cut chunks":  {parts(3*mib + 7)},
				"several and a registry": {parts(3 * mib), parts(2 * mib), put{do: readThrough}},
			} {
				t.Run(fmt.Sprintf("lent %v, budget %d, %s", lends, total, name), func(t *testing.T) {
					l := newLaboratory(t, total, lends, Options{})
					places := l.places(dests...)
					var most atomic.Int64
					l.attempt.opts.Progress = watcher{read: func() { most.Store(max(most.Load(), l.budget.Held())) }}
					blobs := make([]content.Blob, len(sizes))
					for i, size := range sizes {
						blobs[i] = l.blob(size, byte(i))
					}
					l.moveAll(blobs, places)
					for _, place := range places {
						if err := place.failure(); err != nil || place.blobs != len(sizes) {
							t.Errorf("%d of %d blobs arrived, %v", place.blobs, len(sizes), err)
						}
					}
					// Beyond a budget that is too small for what one place holds at a time, there is that.
					if limit := max(total, 3*mib+7+2*mib+chunked.SequentialSize); most.Load() > limit {
						t.Errorf("%d bytes held, want at most %d", most.Load(), limit)
					}
					if l.budget.Held() != 0 {
						t.Errorf("%d bytes held in the end", l.budget.Held())
					}
				})
			}
		}
	}
}

// watcher is a Progress that is called when something was read.
type watcher struct {
	unwatched
	read func()
}

func (w watcher) BlobRead(digest.Digest, int64) { w.read() }

// Many blobs of a bit more than whole chunks, each sent as one part, where not all are let in: each of
// them gets its last chunk, too.
func TestManyTransfersAtOnceGetTheirLastChunks(t *testing.T) {
	l := newLaboratory(t, 16*mib, true, Options{})
	places := l.places(parts(10 * mib))
	blobs := make([]content.Blob, 40)
	for i := range blobs {
		blobs[i] = l.blob(3*mib/2, byte(i))
	}
	l.moveAll(blobs, places)
	if err := places[0].failure(); err != nil || places[0].blobs != 40 {
		t.Errorf("%d blobs arrived, %v", places[0].blobs, err)
	}
}

func TestTransferNeeds(t *testing.T) {
	for _, tt := range []struct{ size, part, want int64 }{
		{0, 0, 0},
		{100, 0, 100},
		{mib, 0, mib},
		{mib + 1, 0, mib},
		{1 << 40, 0, mib},
		{-1, 0, mib},
		{100, 10 * mib, 100},
		{mib + 1, 10 * mib, 2 * mib},
		{10 * mib, 10 * mib, 10 * mib},
		{11*mib + 1, 10 * mib, 12 * mib},
		{1 << 40, 10 * mib, 12 * mib},
		{1<<63 - 1, 10 * mib, 12 * mib},
		{-1, 10 * mib, 12 * mib},
		{-5, 10 * mib, 12 * mib},
		{1 << 40, 0, mib},
	} {
		if got := needed(tt.size, tt.part); got != tt.want+chunked.SequentialSize {
			t.Errorf("blob of %d in parts of %d: %d, want %d and a piece", tt.size, tt.part, got, tt.want)
		}
		if tt.part > 0 && ahead(tt.size, tt.part, 3) < needed(tt.size, tt.part) {
			t.Errorf("blob of %d in parts of %d: %d ahead", tt.size, tt.part, ahead(tt.size, tt.part, 3))
		}
	}
}

// The parts that count are the largest.
func TestTransferNeedsTheLargestPart(t *testing.T) {
	l := newLaboratory(t, 0, true, Options{})
	places := l.places(put{}, put{part: 1}, put{part: 10 * mib}, put{part: 3})
	if x := l.transfer(content.Blob{Size: 1 << 40}, places); x.part != 10*mib {
		t.Errorf("parts of %d", x.part)
	}
}

// A place that finds out that it has the blob, and does not read, is no victim of the source; nor is
// it waited for.
func TestTransferToOneWhoHasTheBlob(t *testing.T) {
	broken := errors.New("broken")
	l := newLaboratory(t, 16*mib, true, Options{})
	blob := l.blob(100, 1)
	has := make(chan struct{})
	places := l.places(
		put{do: func(context.Context, chunked.Lender, content.Blob) error { return nil }},
		put{do: func(ctx context.Context, stream chunked.Lender, info content.Blob) error {
			<-has
			return readThrough(ctx, stream, info)
		}})
	x := l.transfer(blob, places)
	l.attempt.origin.source = waiting{l.source, func() { // until the first place is served
		for served := false; !served; {
			x.mu.Lock()
			served = x.have[x.members[0]]
			x.mu.Unlock()
		}
		close(has)
	}}
	l.source.err = broken
	x.move()
	if err := places[0].failure(); err != nil {
		t.Errorf("one who has the blob: %v", err)
	}
	var e *Error
	if err := places[1].failure(); !errors.Is(err, broken) || !errors.As(err, &e) || e.Side != Source {
		t.Errorf("one who needs it: %v, want the source's error", err)
	}
	if places[0].blobs != 0 || l.budget.Held() != 0 {
		t.Errorf("%d blobs counted, %d bytes held", places[0].blobs, l.budget.Held())
	}
}

// waiting is a source that does something before it gives a blob.
type waiting struct {
	*memory
	first func()
}

func (w waiting) Blob(ctx context.Context, blob content.Blob) (chunked.Blob, error) {
	w.first()
	return w.memory.Blob(ctx, blob)
}

// Where no place reads, the source is stopped; it is asked for no more than what may be ahead.
func TestTransferThatNobodyReads(t *testing.T) {
	l := newLaboratory(t, 16*mib, true, Options{})
	blob := l.blob(64*mib, 1)
	has := func(context.Context, chunked.Lender, content.Blob) error { return nil }
	places := l.places(put{do: has}, put{do: has, part: 10 * mib})
	l.transfer(blob, places).move()
	for _, place := range places {
		if place.failure() != nil || place.blobs != 0 || place.bytes != 0 {
			t.Errorf("%v, %d blobs counted", place.failure(), place.blobs)
		}
	}
	if n := l.source.asked.Load(); n > 40 {
		t.Errorf("%d chunks of 64 were asked for", n)
	}
	if l.budget.Held() != 0 {
		t.Errorf("%d bytes held", l.budget.Held())
	}
}

// A place that fails in the middle, holding on to what it borrowed until it returns, stops no other.
func TestTransferGoesOnWithoutATargetThatFails(t *testing.T) {
	boom := errors.New("boom")
	for _, at := range []int{0, 1, mib, 5*mib + 3} {
		l := newLaboratory(t, 6*mib, true, Options{})
		blob := l.blob(20*mib, 1)
		fails := func(_ context.Context, stream chunked.Lender, _ content.Blob) error {
			for n := 0; n < at; {
				data, release, err := stream.Lend(min(at-n, 3*mib))
				if err != nil {
					return err
				}
				n += len(data)
				release()
			}
			return boom
		}
		places := l.places(put{do: fails, part: 3 * mib}, parts(3*mib), put{do: readThrough})
		l.transfer(blob, places).move()
		var e *Error
		if err := places[0].failure(); !errors.Is(err, boom) || !errors.As(err, &e) || e.Side != Destination {
			t.Errorf("at %d: %v", at, err)
		}
		for _, place := range places[1:] {
			if place.failure() != nil || place.bytes != 20*mib {
				t.Errorf("at %d: another got %d bytes, %v", at, place.bytes, place.failure())
			}
		}
		if l.budget.Held() != 0 {
			t.Errorf("at %d: %d bytes held", at, l.budget.Held())
		}
	}
}
