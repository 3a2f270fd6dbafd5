package conformance

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"
)

// tally sums up what came of kills.
type tally struct {
	by                map[manner]kills
	completions       int
	finished, again   int // layers
	images, put       int // those that were finished, and those of them whose tags were put again
	looks, incomplete int // of watchers
}

// kills are those in one manner.
type kills struct {
	n       int
	slowest time.Duration // from the signal to the end
}

// newTally returns what came of one kill: how long the program took to end, and whether the next attempt was completed.
func newTally(m manner, took time.Duration, completed bool) tally {
	t := tally{by: map[manner]kills{m: {n: 1, slowest: took}}}
	if completed {
		t.completions = 1
	}
	return t
}

// seen adds what a watcher has seen.
func (k *tally) seen(w *watcher) {
	k.looks += w.looks
	k.incomplete += len(w.wrong)
}

// sent adds the layers that the attempts have completed at a destination, where those were missing in between. What the
// first has completed it has, and what was there needs no sending.
func (k *tally) sent(first, second, missing []digest.Digest) {
	k.finished += len(first)
	for _, d := range second {
		if slices.Contains(first, d) || !slices.Contains(missing, d) {
			k.again++
		}
	}
}

// tagged adds the tags that the next attempt put, and those that were finished before.
func (k *tally) tagged(second, finished []string) {
	k.images += len(finished)
	for _, tag := range second {
		if slices.Contains(finished, tag) {
			k.put++
		}
	}
}

func (k *tally) add(one tally) {
	if k.by == nil {
		k.by = map[manner]kills{}
	}
	for m, s := range one.by {
		k.by[m] = kills{k.by[m].n + s.n, max(k.by[m].slowest, s.slowest)}
	}
	k.completions += one.completions
	k.finished, k.again = k.finished+one.finished, k.again+one.again
	k.images, k.put = k.images+one.images, k.put+one.put
	k.looks, k.incomplete = k.looks+one.looks, k.incomplete+one.incomplete
}

// table is the summary that `make kill` is run for.
func (k *tally) table(what string, seed uint64) string {
	var b strings.Builder
	n := 0
	for _, s := range k.by {
		n += s.n
	}
	fmt.Fprintf(&b, "%d random kills of %s (seed %d): %d completions, %d finished layers re-sent of %d, "+
		"%d finished images put again of %d, %d incomplete tags seen by watchers in %d looks\n",
		n, what, seed, k.completions, k.again, k.finished, k.put, k.images, k.incomplete, k.looks)
	for _, m := range manners() {
		fmt.Fprintf(&b, "  %-10v %3d, ended within %v at most\n", m, k.by[m].n, k.by[m].slowest.Round(time.Millisecond))
	}
	return b.String()
}
