package mirror

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/graph"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/mirror/stall"
)

// of returns an attempt at another image of the same batch, which has these blobs.
func (l *laboratory) of(blobs ...content.Blob) *laboratory {
	other := *l
	a := l.attempt
	other.attempt = &attempt{
		images: a.images, opts: a.opts, report: newReport(a.report.Source, nil), origin: a.origin,
		graph: &graph.Graph{Blobs: blobs}, batch: a.batch, large: a.large,
	}
	return &other
}

// Two images bring what they share to a slow place, apart from the others, in parts for which there is not enough
// memory until nobody else needs it: none of the two waits for the other.
func TestSlowPassesOfTwoImagesDoNotWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
		defer cancel()
		lab := newLaboratory(t, 8*mib, true, Options{LeastRate: anyRate})
		large, shared := lab.blob(24*mib, 1), lab.blob(6*mib, 2)
		dests := func() (d []port.Destination) {
			for _, rate := range []float64{mb, 60 * kb} {
				d = append(d, &paced{put: put{part: 5 * mib}, rate: rate, line: make(chan struct{}, 1)})
			}
			return d
		}
		first, second := lab.of(large, shared), lab.of(shared)
		var images sync.WaitGroup
		copied := func(l *laboratory) (places []*place) {
			places = l.places(dests()...)
			images.Go(func() {
				l.attempt.run(ctx, places)
				l.attempt.passes.Wait()
			})
			return places
		}
		all := copied(first)
		time.Sleep(8 * time.Second) // the slow place is aside by now
		all = append(all, copied(second)...)
		images.Wait()
		for i, p := range all {
			if p.failure() != nil || p.LacksBlobs() {
				t.Errorf("%d: lacks blobs: %v, %v", i, p.LacksBlobs(), p.failure())
			}
		}
	})
}

// A stuck destination takes no byte, or does not even say whether it has a blob.
type stuck struct {
	paced
	silent bool
}

func (s *stuck) HasBlob(ctx context.Context, _ digest.Digest) (bool, int64, error) {
	if s.silent {
		<-ctx.Done()
	}
	return false, 0, ctx.Err()
}

func (*stuck) PutBlob(ctx context.Context, _ content.Blob, _ chunked.Lender) error {
	<-ctx.Done()
	return ctx.Err()
}

// Where a place takes nothing, images that share a blob don't find that out one after the other.
func TestImagesDoNotQueueAtAStuckPlace(t *testing.T) {
	for _, silent := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			lab, began := newLaboratory(t, 64*mib, true, Options{LeastRate: anyRate}), time.Now()
			shared := lab.blob(mib, 1)
			var images sync.WaitGroup
			for range 20 {
				images.Go(func() {
					l := lab.of(shared)
					places := l.places(&stuck{silent: silent})
					l.attempt.run(t.Context(), places)
					if !errors.Is(places[0].failure(), stall.ErrStalled) {
						t.Errorf("%v", places[0].failure())
					}
				})
			}
			images.Wait()
			if took, limit := time.Since(began), 4*lab.attempt.opts.StallTimeout; took > limit {
				t.Errorf("it took %v, want at most %v", took, limit)
			}
		})
	}
}
