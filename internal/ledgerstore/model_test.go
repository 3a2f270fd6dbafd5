package ledgerstore_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/ledger"
)

// A player makes random steps in two worlds, and knows what it has read there, which may be long ago.
type player struct {
	t        *testing.T
	random   *rand.Rand
	worlds   []world
	sources  map[ledger.Key][]ledger.Source      // that were read or written
	places   map[ledger.Key][]ledger.Destination // that were read or written
	outcomes int
}

// TestRandomStepsEndAsInATable makes the same random steps in a table and in a file: writes by what was just read and
// by what was read long ago, again and again. Each step has the same answer in both, and in the end both have the same
// items.
func TestRandomStepsEndAsInATable(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			p := player{
				t: t, random: rand.New(rand.NewPCG(seed, 1)), //nolint:gosec // to be repeated
				worlds:  []world{inTable(t), inFile(t)},
				sources: map[ledger.Key][]ledger.Source{}, places: map[ledger.Key][]ledger.Destination{},
			}
			for step := range 300 {
				if p.step(); t.Failed() {
					t.Fatalf("in step %d", step)
				}
			}
			sameItems(t, p.worlds[0], p.worlds[1])
		})
	}
}

// step makes a step in each world, and compares the answers.
func (p *player) step() {
	k := ledger.Key{Repository: fmt.Sprint("r.io/app-", p.random.IntN(2)), Tag: fmt.Sprint(p.random.IntN(3))}
	switch p.random.IntN(6) {
	case 0:
		read, next := pick(p, p.sources[k]), ledger.Source{Digest: p.digest(), Since: p.time(), Before: p.digest()}
		same(p, func(w world) (ledger.Source, error) { return w.WriteSource(p.t.Context(), k, read, next) },
			func(s ledger.Source) { p.sources[k] = append(p.sources[k], s) })
	case 1, 2, 3:
		read, next := pick(p, p.places[k]), p.destination()
		same(p, func(w world) (ledger.Destination, error) { return w.WriteDestination(p.t.Context(), k, read, next) },
			func(d ledger.Destination) { p.places[k] = append(p.places[k], d) })
	case 4:
		p.outcomes++
		o := ledger.Outcome{Job: fmt.Sprint("j", p.outcomes), From: p.digest(), Digest: p.digest(), Time: p.time()}
		same(p, func(w world) (struct{}, error) { return struct{}{}, w.WriteOutcome(p.t.Context(), k, o) }, nil)
	case 5:
		same(p, func(w world) (ledger.Destination, error) { return w.ReadDestination(p.t.Context(), k) },
			func(d ledger.Destination) { p.places[k] = append(p.places[k], d) })
	}
}

// same asks all worlds, compares their answers, and hands the answer to a function.
func same[T any](p *player, ask func(world) (T, error), then func(T)) {
	p.t.Helper()
	first, err := ask(p.worlds[0])
	for _, w := range p.worlds[1:] {
		got, err2 := ask(w)
		if diff := cmp.Diff(first, got); diff != "" || kind(w, err) != kind(w, err2) {
			p.t.Errorf("%v and %v (-table +file)\n%s", err, err2, diff)
		}
	}
	if then != nil {
		then(first)
	}
}

// pick returns the last of what was read, mostly, or another, or none.
func pick[T any](p *player, read []T) (picked T) {
	switch n := len(read); {
	case n == 0 || p.random.IntN(10) == 0:
		return picked
	case p.random.IntN(4) == 0:
		return read[p.random.IntN(n)]
	default:
		return read[n-1]
	}
}

func (p *player) destination() (d ledger.Destination) {
	for _, set := range []func(){
		func() { d.Owner = full.Owner },
		func() { d.Wanted, d.From = p.digest(), p.digest() },
		func() { d.Behind = p.time() },
		func() { d.Wrote = p.digest() },
		func() {
			check := ledger.Check{From: p.digest(), Wanted: p.digest(), Has: p.digest()}
			d.Claim = ledger.Claimed("job", fmt.Sprint(p.random.IntN(3)), check, p.time())
		},
		func() { d.Failure = full.Failure },
		func() { d.Hold = full.Hold },
		func() { d.Outcome = outcome }, // which is not written
	} {
		if p.random.IntN(2) == 0 {
			set()
		}
	}
	return d
}

func (p *player) digest() digest.Digest {
	if n := p.random.IntN(3); n > 0 {
		return digest.FromString(fmt.Sprint(n))
	}
	return ""
}

func (p *player) time() time.Time {
	return now.Add(time.Duration(p.random.IntN(3)) * time.Minute)
}
