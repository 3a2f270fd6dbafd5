package mirror

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"testing"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/chunked"
)

// Each of the sizes at which a blob just fills a piece, a chunk, what may be ahead, or a part.
func TestTransfersOfAnySizeInAnyBudget(t *testing.T) {
	sizes := []int{0, 1, mib - 1, mib, mib + 1, 3 * mib / 2, 3*mib + 1, 4 * mib, 9 * mib}
	for _, lends := range []bool{true, false} {
		for _, total := range []int64{0, 4 * mib, 16 * mib} {
			for name, dests := range map[string][]types.ImageDestination{
				"a registry":             {put{do: readThrough}},
				"one that sends parts":   {parts{put{do: takeParts(3 * mib)}, 3 * mib}},
				"parts that cut chunks":  {parts{put{do: takeParts(3*mib + 7)}, 3*mib + 7}},
				"several and a registry": {parts{put{do: takeParts(3 * mib)}, 3 * mib}, parts{put{do: takeParts(2 * mib)}, 2 * mib}, put{do: readThrough}},
			} {
				t.Run(fmt.Sprintf("lent %v, budget %d, %s", lends, total, name), func(t *testing.T) {
					l := newLaboratory(t, total, lends)
					targets := l.targets(dests...)
					var most atomic.Int64
					l.run.opts.Progress = watcher{read: func() { most.Store(max(most.Load(), l.budget.Held())) }}
					blobs := make([]types.BlobInfo, len(sizes))
					for i, size := range sizes {
						blobs[i] = l.blob(size, byte(i))
					}
					l.moveAll(blobs, targets)
					for _, target := range targets {
						if err := target.failed(); err != nil || target.blobs != len(sizes) {
							t.Errorf("%d of %d blobs arrived, %v", target.blobs, len(sizes), err)
						}
					}
					// Beyond a budget that is too small for what one target holds at a time, there is that.
					if limit := max(total, 3*mib+7+2*mib+copiedSize); most.Load() > limit {
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
	l := newLaboratory(t, 16*mib, true)
	targets := l.targets(parts{put{do: takeParts(10 * mib)}, 10 * mib})
	blobs := make([]types.BlobInfo, 40)
	for i := range blobs {
		blobs[i] = l.blob(3*mib/2, byte(i))
	}
	l.moveAll(blobs, targets)
	if err := targets[0].failed(); err != nil || targets[0].blobs != 40 {
		t.Errorf("%d blobs arrived, %v", targets[0].blobs, err)
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
		{1 << 40, -1, mib},
		{1 << 40, 0, mib},
	} {
		l := newLaboratory(t, 0, true)
		targets := l.targets(put{}, parts{size: 1}, parts{size: tt.part})
		if tt.part == 0 {
			targets = targets[:1]
		}
		x := newTransfer(t.Context(), l.pass(targets), types.BlobInfo{Size: tt.size}, targets)
		want := tt.want
		if tt.part < 0 {
			want = 1 + 2*mib // that of the other target
		}
		if got := x.need(); got != want+copiedSize {
			t.Errorf("blob of %d in parts of %d: %d, want %d and a piece", tt.size, tt.part, got, want)
		}
		if tt.part > 0 && x.ahead() < x.need() {
			t.Errorf("blob of %d in parts of %d: %d ahead", tt.size, tt.part, x.ahead())
		}
	}
}

// A target that finds out that it has the blob, and does not read, is no victim of the source; nor is
// it waited for.
func TestTransferToOneWhoHasTheBlob(t *testing.T) {
	broken := errors.New("broken")
	l := newLaboratory(t, 16*mib, true)
	blob := l.blob(100, 1)
	has := make(chan struct{})
	targets := l.targets(
		put{do: func(context.Context, io.Reader, types.BlobInfo) error { return nil }},
		put{do: func(ctx context.Context, stream io.Reader, info types.BlobInfo) error {
			<-has
			return readThrough(ctx, stream, info)
		}})
	x := newTransfer(t.Context(), l.pass(targets), blob, targets)
	l.run.src = waiting{l.source, func() { // until the first target is served
		for served := false; !served; {
			x.mu.Lock()
			served = x.have[targets[0]]
			x.mu.Unlock()
		}
		close(has)
	}}
	l.source.err = broken
	x.move()
	if err := targets[0].failed(); err != nil {
		t.Errorf("one who has the blob: %v", err)
	}
	var e *Error
	if err := targets[1].failed(); !errors.Is(err, broken) || !errors.As(err, &e) || e.Side != Source {
		t.Errorf("one who needs it: %v, want the source's error", err)
	}
	if targets[0].blobs != 0 || l.budget.Held() != 0 {
		t.Errorf("%d blobs counted, %d bytes held", targets[0].blobs, l.budget.Held())
	}
}

// waiting is a source that does something before it gives a blob.
type waiting struct {
	*memory
	first func()
}

func (w waiting) GetBlob(ctx context.Context, info types.BlobInfo, cache types.BlobInfoCache) (io.ReadCloser, int64, error) {
	w.first()
	return w.memory.GetBlob(ctx, info, cache)
}

// Where no target reads, the source is stopped; it is asked for no more than what may be ahead.
func TestTransferThatNobodyReads(t *testing.T) {
	l := newLaboratory(t, 16*mib, true)
	blob := l.blob(64*mib, 1)
	has := func(context.Context, io.Reader, types.BlobInfo) error { return nil }
	targets := l.targets(put{do: has}, parts{put{do: has}, 10 * mib})
	newTransfer(t.Context(), l.pass(targets), blob, targets).move()
	for _, target := range targets {
		if target.failed() != nil || target.blobs != 0 || target.bytes != 0 {
			t.Errorf("%v, %d blobs counted", target.failed(), target.blobs)
		}
	}
	if n := l.source.asked.Load(); n > 40 {
		t.Errorf("%d chunks of 64 were asked for", n)
	}
	if l.budget.Held() != 0 {
		t.Errorf("%d bytes held", l.budget.Held())
	}
}

// A target that fails in the middle, holding on to what it borrowed until it returns, stops no other.
func TestTransferGoesOnWithoutATargetThatFails(t *testing.T) {
	boom := errors.New("boom")
	for _, at := range []int{0, 1, mib, 5*mib + 3} {
		l := newLaboratory(t, 6*mib, true)
		blob := l.blob(20*mib, 1)
		fails := func(_ context.Context, stream io.Reader, _ types.BlobInfo) error {
			for n := 0; n < at; {
				data, release, err := stream.(chunked.Lender).Lend(min(at-n, 3*mib))
				if err != nil {
					return err
				}
				n += len(data)
				release()
			}
			return boom
		}
		targets := l.targets(parts{put{do: fails}, 3 * mib}, parts{put{do: takeParts(3 * mib)}, 3 * mib}, put{do: readThrough})
		newTransfer(t.Context(), l.pass(targets), blob, targets).move()
		var e *Error
		if err := targets[0].failed(); !errors.Is(err, boom) || !errors.As(err, &e) || e.Side != Destination {
			t.Errorf("at %d: %v", at, err)
		}
		for _, target := range targets[1:] {
			if target.failed() != nil || target.bytes != 20*mib {
				t.Errorf("at %d: another got %d bytes, %v", at, target.bytes, target.failed())
			}
		}
		if l.budget.Held() != 0 {
			t.Errorf("at %d: %d bytes held", at, l.budget.Held())
		}
	}
}
