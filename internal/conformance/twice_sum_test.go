package conformance

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

// pairs sum up what came of pairs.
type pairs struct {
	rounds, exact     int
	looks, incomplete int           // of watchers
	longest           time.Duration // that a round took
	// from and to count origins and destinations by their kinds, ends programs, broke faults by their kinds, met what
	// ECR refused, by its exceptions; and stood the tags that were one of two images when both programs had ended.
	from, to, ends, broke, met, stood map[string]int
}

func newPairs() *pairs {
	return &pairs{
		from: map[string]int{}, to: map[string]int{}, ends: map[string]int{}, broke: map[string]int{},
		met: map[string]int{}, stood: map[string]int{},
	}
}

func (s *pairs) all() []map[string]int {
	return []map[string]int{s.from, s.to, s.ends, s.broke, s.met, s.stood}
}

func (s *pairs) add(one *pairs) {
	s.rounds, s.exact = s.rounds+one.rounds, s.exact+one.exact
	s.looks, s.incomplete = s.looks+one.looks, s.incomplete+one.incomplete
	s.longest = max(s.longest, one.longest)
	for i, counts := range one.all() {
		for name, n := range counts {
			s.all()[i][name] += n
		}
	}
}

var exception = regexp.MustCompile(`\w+Exception`)

// count counts how a program ended, and what it met with.
func (s *pairs) count(one *program) {
	switch {
	case one.died && one.signal == syscall.SIGKILL:
		s.ends["killed"]++
	case one.died:
		s.ends["terminated"]++
	default:
		s.ends[map[int]string{0: "done", 1: "refused by an immutable tag", 75: "failed for now"}[one.code]]++
	}
	for _, refused := range one.refused {
		if name := exception.FindString(refused); name != "" {
			s.met[name]++
		}
	}
	for kind, n := range one.broke {
		s.broke[string(kind)] += int(n)
	}
}

// table is the summary that `make twice` is run for.
func (s *pairs) table(seed uint64, took time.Duration) string {
	var b strings.Builder
	fmt.Fprintf(&b,
		"%d rounds of two mirrors of one image to the same destinations (seed %d): %d exact, %d incomplete tags seen "+
			"in %d looks\n",
		s.rounds, seed, s.exact, s.incomplete, s.looks)
	fmt.Fprintf(&b, "  %-12s %v, the longest round %v\n", "took", took.Round(time.Second), s.longest.Round(time.Second))
	for _, line := range []struct {
		name   string
		counts map[string]int
	}{
		{"from", s.from},
		{"to", s.to},
		{"programs", s.ends},
		{"faults", s.broke},
		{"they met", s.met},
		{"two digests", s.stood},
	} {
		fmt.Fprintf(&b, "  %-12s %s\n", line.name, counted(line.counts))
	}
	return b.String()
}

func counted(counts map[string]int) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%d %s", counts[name], name))
	}
	return strings.Join(parts, ", ")
}
