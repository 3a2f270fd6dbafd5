package main

import (
	"fmt"
	"strings"

	"ecrmirror/bench/result"
	"ecrmirror/testkit/programs"
)

// roundTrips is how many a run has that finds nothing changed: one for the lists of tags, one for the digests at both
// ends.
const roundTrips = 2

// A promise is one of this run's.
type promise struct {
	what, target, figure string
	state                string
}

// What became of a promise.
const (
	kept   = "ok"
	missed = "MISSED"
	open   = "open" // this run has no figure
)

// promises holds the run against what is promised.
func (b *bench) promises() []promise {
	failed := 0
	for _, s := range b.result.Samples {
		if s.Error != "" && s.Program == programs.Ours {
			failed++
		}
	}
	return []promise{
		{
			"every run of mirror ends well and is exact", "no failure", fmt.Sprintf("%d failed", failed),
			state(failed == 0),
		},
		b.faster(first, 3, byRules), b.faster(unchanged, 5, byRules), b.faster(first, 3, inAnySetting),
		b.faster(unchanged, 5, inAnySetting),
	}
}

func state(ok bool) string {
	if ok {
		return kept
	}
	return missed
}

// A field is the peers beside which mirror is put.
type field struct {
	name string
	has  func(setting string) bool
}

func byRules() field {
	return field{"the best peer that chooses by rules", func(setting string) bool {
		return !strings.HasPrefix(setting, byTag)
	}}
}

func inAnySetting() field {
	return field{"the best peer, be all tags named to it", func(string) bool { return true }}
}

// best returns the fastest peer of a field in a situation.
func (b *bench) best(situation string, of field) (best result.Group, ran bool) {
	for _, g := range b.result.Groups(situation) {
		if g.Program != programs.Ours && of.has(g.Setting) && len(g.Samples) > 0 && (!ran || g.Wall() < best.Wall()) {
			best, ran = g, true
		}
	}
	return best, ran
}

// faster promises that mirror as it is by default is so many times as fast as the fastest peer of a field.
func (b *bench) faster(situation string, target float64, of func() field) promise {
	p := promise{
		what: situation + ": times as fast as " + of().name, target: fmt.Sprintf("at least %g", target),
		figure: "no figure in this run", state: open,
	}
	ours, ran := b.result.Group(situation, programs.Ours, programs.ByDefault)
	if best, contest := b.best(situation, of()); ran && contest {
		ratio := times(best, ours)
		p.figure = fmt.Sprintf("%.2f (%s against %s of %s)", ratio, took(ours.Wall()), took(best.Wall()),
			key(best.Program, best.Setting))
		p.state = state(ratio >= target)
	}
	return p
}

// bound says what the least is that an unchanged run of mirror can take, and how many times as fast as the best peers
// that would be.
func (b *bench) bound() string {
	least := b.start.Wall() + roundTrips*b.flags.rtt
	s := fmt.Sprintf("The least time of mirror where nothing has changed is %s: %s to start (mirror sync -h), and %d "+
		"round trips of %s, for the lists of tags and for the digests.", took(least), took(b.start.Wall()), roundTrips,
		b.flags.rtt)
	for _, of := range []field{byRules(), inAnySetting()} {
		if best, contest := b.best(unchanged, of); contest {
			s += fmt.Sprintf(" That is %.2f times as fast as %s.", best.Wall().Seconds()/least.Seconds(), of.name)
		}
	}
	if ours, ran := b.result.Group(unchanged, programs.Ours, programs.ByDefault); ran {
		s += fmt.Sprintf(" It took %s more.", took(max(0, ours.Wall()-least)))
	}
	return s
}
