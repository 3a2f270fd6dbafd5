package conformance

import (
	"context"
	"sync"
	"testing"
	"time"
)

// twiceVariable gives how many pairs of programs there are.
const (
	twiceVariable = "ECRMIRROR_TWICE"
	defaultTwice  = 12
	pairsAtOnce   = 8
)

// Two programs that copy one image to the same destinations are in each other's way nowhere: whatever breaks, and
// whoever is killed, each says truly what it did, a tag is a whole image at each moment, and never what it was before
// again; and whoever comes after completes what they did not.
func TestTwoProgramsCopyOneImageAtTheSameTime(t *testing.T) {
	t.Parallel()
	rounds, seed := number(t, twiceVariable, defaultTwice), number(t, seedVariable, uint64(time.Now().UnixNano()))
	w := newTwiceWorld(t)
	total := newPairs()
	var adding sync.Mutex
	began := time.Now()
	slots := make(chan struct{}, pairsAtOnce)
	var work sync.WaitGroup
	for n := range rounds {
		slots <- struct{}{}
		work.Go(func() { // not a parallel test: these would be as many as processors, and most of the time is waiting
			defer func() { <-slots }()
			p, one, err := w.round(t.Context(), seed, n)
			if err != nil {
				t.Errorf("round %d (%s=%d %s=%d): %v\n%v", n, twiceVariable, rounds, seedVariable, seed, err, p)
			}
			adding.Lock()
			defer adding.Unlock()
			total.add(one)
		})
	}
	work.Wait()
	t.Log(total.table(seed, time.Since(began)))
	if rounds >= defaultTwice && (len(total.broke) == 0 || len(total.met) == 0) {
		t.Error("nothing broke, or nobody met anybody: this shows nothing")
	}
}

// round draws a pair, runs it and judges it. An error is what is wrong.
func (w *twiceWorld) round(ctx context.Context, seed, n uint64) (p *pair, sum *pairs, err error) {
	sum = newPairs()
	sum.rounds = 1
	began := time.Now()
	defer func() { sum.longest = time.Since(began) }()
	if p, err = w.draw(ctx, seed, n); err != nil {
		return p, sum, err
	}
	defer p.forget()
	if err = p.run(ctx); err != nil {
		return p, sum, err
	}
	if err = p.judge(ctx, sum); err == nil {
		sum.exact = 1
	}
	return p, sum, err
}
