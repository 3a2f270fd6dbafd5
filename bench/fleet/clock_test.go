package main

import (
	"sync"
	"testing"
	"time"
)

// A batch is a queue of attempts that starts as many at a time as there are slots: each tells the clock at once what it
// did, and the next one begins when it has ended.
type batch struct {
	clock   *clock
	queue   [][]outcome
	mu      sync.Mutex
	running int
	wg      sync.WaitGroup
}

func (b *batch) attempts() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.running
}

// begin begins the first attempt of the queue. The lock is held.
func (b *batch) begin() {
	if len(b.queue) == 0 {
		return
	}
	of := b.queue[0]
	b.queue = b.queue[1:]
	b.running++
	b.wg.Go(func() {
		<-b.clock.take(report{Images: of})
		b.mu.Lock()
		defer b.mu.Unlock()
		b.running--
		b.begin()
	})
}

// simulate returns what a fleet comes to that does these attempts, in order.
func simulate(t *testing.T, m model, slots int, queue ...[]outcome) *tally {
	t.Helper()
	sum := newTally()
	b := &batch{queue: queue}
	b.clock = &clock{model: m, attempts: b.attempts, failed: func(string) {}, attempt: sum.attempt}
	b.mu.Lock()
	for range slots {
		b.begin()
	}
	b.mu.Unlock()
	if err := b.clock.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.wg.Wait()
	return sum
}

// one is an attempt for one image of that name.
func one(source, state string) []outcome { return []outcome{{Source: source, State: state}} }

func TestClock(t *testing.T) {
	m := model{startUp: 45 * second, copying: 5 * second, share: 0.2}
	for _, c := range []struct {
		name        string
		slots       int
		queue       [][]outcome
		last, sound time.Duration
		vCPU        float64
	}{
		{"nothing", 2, nil, 0, 0, 0},
		{"at the same time", 2, [][]outcome{one("a", copied), one("b", copied)}, 50 * second, 50 * second, 100},
		{"one after the other", 1, [][]outcome{one("a", copied), one("b", copied)}, 100 * second, 100 * second, 100},
		{
			"the next begins where one ends", 2,
			[][]outcome{images(copied, copied, copied), one("d", copied), one("e", copied)},
			100 * second, 100 * second, 152,
		},
		{
			"again", 1,
			[][]outcome{images(failed, copied), images(copied, current)},
			101 * second, 51 * second, 101,
		},
	} {
		sum := simulate(t, m, c.slots, c.queue...)
		if last, sound := sum.last(false), sum.last(true); last != c.last || sound != c.sound || sum.vCPU() != c.vCPU {
			t.Errorf("%s: %v, without those that failed %v, %v vCPU-seconds; want %v, %v, %v",
				c.name, last, sound, sum.vCPU(), c.last, c.sound, c.vCPU)
		}
	}
}
