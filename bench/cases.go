package main

import (
	"fmt"
	"slices"
	"strings"

	"ecrmirror/bench/result"
	"ecrmirror/testkit/programs"
	"ecrmirror/testkit/slowregistry"
)

// A benchCase is some images, the conditions under which they are copied, and by whom.
type benchCase struct {
	result.Case
	images       []slowregistry.Spec // of one repository
	source       slowregistry.Options
	destinations int      // repositories; 0 = 1
	ecr          bool     // the destination is ECR by its API, which only ours writes
	quota        int      // of calls of PutImage a second there; 0 = none
	again        bool     // the copy is there already: the second run is measured
	sweep        bool     // everything is there already: ours is a sweep of the controller, to the ECR API
	budget       string   // --memory-budget of ours; "" = its default
	environment  []string // of ours, NAME=VALUE
	turns        []turn
}

// commands returns how a program copies the images; nil if it can't.
func (c benchCase) commands(p programs.Program) func(programs.Copy) [][]string {
	if len(c.images) > 1 {
		return p.Repository
	}
	return p.Commands
}

// A turn says who copies how often. The program "*" stands for every peer.
type turn struct {
	program, setting string
	rounds           int
}

// has reports whether it is the program's turn, which has the setting.
func (t turn) has(p programs.Program) bool {
	return slices.Contains(p.Settings, t.setting) &&
		(p.Name == t.program || t.program == "*" && p.Name != programs.Ours)
}

func ours(rounds int) turn { return turn{programs.Ours, programs.ByDefault, rounds} }

// contest has everybody copy in every setting; in the slowest, the peers' own, less often.
func contest(rounds int) []turn {
	return []turn{
		ours(rounds),
		{"*", programs.ByDefault, max(2, rounds/2)},
		{"*", programs.Wide, rounds},
		{"*", programs.Wider, rounds},
	}
}

// allCases returns the cases in the order in which they run: what is looked at most comes first.
func allCases(quick bool) []benchCase {
	cases := slices.Concat(imageCases(), fanoutCases(), conditionCases(), repeatedCases(), memoryCases(), tagCases())
	if quick {
		return quickened(cases)
	}
	return cases
}

func one(image slowregistry.Spec) []slowregistry.Spec { return []slowregistry.Spec{image} }

func named(id, title string) result.Case { return result.Case{ID: id, Title: title} }

// imageCases are those of images of several shapes, at the normal conditions.
func imageCases() []benchCase {
	normal := slowregistry.Normal()
	return []benchCase{
		{Case: named("B", "8 layers of 64 MiB"), images: one(imageB()), source: normal, turns: contest(3)},
		{Case: named("C", "40 layers of 1 MiB"), images: one(imageC()), source: normal, turns: contest(5)},
		{
			Case: named("D", "index of 6 platforms x 3 layers of 20 MiB, one shared"), images: one(imageD()), source: normal,
			turns: contest(3),
		},
		{
			Case: named("A", "one layer of 1 GiB"), images: one(imageA(gib)), source: normal,
			turns: []turn{ours(3), {"*", programs.ByDefault, 1}},
		},
		{
			Case: named("A-ecr", "A to the ECR API"), images: one(imageA(gib)), source: normal, ecr: true,
			turns: []turn{ours(3)},
		},
	}
}

// fanoutCases are those of several destinations.
func fanoutCases() []benchCase {
	normal := slowregistry.Normal()
	return []benchCase{
		{
			Case: named("B-2", "B to 2 repositories"), images: one(imageB()), source: normal, destinations: 2,
			turns: []turn{ours(2)},
		},
		{
			Case: named("B-4", "B to 4 repositories"), images: one(imageB()), source: normal, destinations: 4,
			turns: []turn{ours(3), {"*", programs.ByDefault, 2}, {"*", programs.Wide, 2}},
		},
		{
			Case: named("B-8", "B to 8 repositories"), images: one(imageB()), source: normal, destinations: 8,
			turns: []turn{ours(2)},
		},
		{
			Case: named("B-4-capped", "B to 4 repositories, source capped at 320 MB/s in total"), images: one(imageB()),
			source: capped(), destinations: 4,
			turns: []turn{ours(3), {"*", programs.ByDefault, 1}, {"*", programs.Wide, 1}},
		},
	}
}

// conditionCases are those of a source that is not throttled, or stalls.
func conditionCases() []benchCase {
	return []benchCase{
		{Case: named("A-free", "A, no throttle"), images: one(imageA(gib)), source: free(), turns: []turn{
			ours(5),
			{"crane", programs.ByDefault, 5},
			{"regctl", programs.ByDefault, 5},
			{"oras", programs.ByDefault, 5},
			{"skopeo", programs.ByDefault, 1},
		}},
		{
			Case: named("B-free", "B, no throttle"), images: one(imageB()), source: free(),
			turns: []turn{ours(5), {"*", programs.ByDefault, 5}, {"*", programs.Wide, 5}},
		},
		{
			Case: named("B-stall", "B, one connection stalls for 20 s"), images: one(imageB()), source: stalling(),
			turns: []turn{ours(3)},
		},
	}
}

// repeatedCases are those of an image that is at the destination already.
func repeatedCases() []benchCase {
	normal := slowregistry.Normal()
	return []benchCase{
		{
			Case: named("same", "B, there already"), images: one(imageB()), source: normal, again: true,
			turns: []turn{ours(1), {"*", programs.ByDefault, 1}},
		},
		{
			Case: named("same-ecr", "B, there already, ECR API"), images: one(imageB()), source: normal, again: true, ecr: true,
			turns: []turn{ours(1)},
		},
	}
}

// memoryCases are those whose peak of memory is looked at.
func memoryCases() []benchCase {
	return []benchCase{
		{Case: named("M-127", "127 layers of 4 MiB"), images: one(imageMany()), source: free(), turns: []turn{ours(1)}},
		{
			Case: named("M-127-16m", "127 layers of 4 MiB, budget 16 MiB"), images: one(imageMany()), source: free(),
			budget: "16MiB", turns: []turn{ours(1)},
		},
		{
			Case: named("M-B-4-16m", "B to 4 repositories, budget 16 MiB"), images: one(imageB()),
			source: slowregistry.Normal(), destinations: 4, budget: "16MiB", turns: []turn{ours(1)},
		},
		{
			Case: named("M-10g", "one layer of 10 GiB, no throttle"), images: one(imageHuge()), source: free(),
			turns: []turn{ours(1)},
		},
	}
}

// quickened leaves out what takes long, and has the fastest peers copy only what they are needed for.
func quickened(cases []benchCase) []benchCase {
	turns := quickTurns()
	var kept []benchCase
	for _, c := range cases {
		if turns[c.ID] == nil {
			continue
		}
		c.turns = turns[c.ID]
		if c.images[0] == imageA(gib) && c.source.Rate > 0 { // a peer takes 27 s for the whole
			c.images[0] = imageA(256 * mib)
			c.Title = strings.ReplaceAll(c.Title, "1 GiB", "256 MiB (quick)")
			if c.ID != "A" {
				c.Title += ", 256 MiB (quick)"
			}
		}
		kept = append(kept, c)
	}
	return kept
}

// quickTurns returns the turns of the cases that a quick run has, by the case's ID.
func quickTurns() map[string][]turn {
	fastest := func(rounds int) []turn {
		return []turn{
			{"crane", programs.Wide, rounds}, {"regctl", programs.Wider, rounds}, {"oras", programs.Wider, rounds},
		}
	}
	return map[string][]turn{
		"A":          {ours(2), {"crane", programs.ByDefault, 1}},
		"A-ecr":      {ours(2)},
		"B":          append(fastest(2), ours(3), turn{"skopeo", programs.ByDefault, 1}),
		"C":          append(fastest(3), ours(5), turn{"skopeo", programs.ByDefault, 1}),
		"D":          append(fastest(2), ours(3), turn{"skopeo", programs.ByDefault, 1}),
		"B-4":        {ours(2)},
		"B-4-capped": {ours(2), {"crane", programs.ByDefault, 1}},
		"A-free":     {ours(3), {"crane", programs.ByDefault, 2}},
		"B-free":     {ours(3), {"crane", programs.ByDefault, 2}, {"crane", programs.Wide, 2}},
		"B-stall":    {ours(1)},
		"same":       {ours(1)},
		"same-ecr":   {ours(1)},
		"M-127":      {ours(1)},
	}
}

// chosen returns the cases that are named; if names is empty, all of one image.
func chosen(cases []benchCase, names []string) ([]benchCase, error) {
	if len(names) == 0 {
		return slices.DeleteFunc(cases, func(c benchCase) bool { return len(c.images) > 1 }), nil
	}
	var kept []benchCase
	for _, name := range names {
		n := len(kept)
		for _, c := range cases {
			prefix, pattern := strings.CutSuffix(name, "*")
			if c.ID == name || pattern && strings.HasPrefix(c.ID, prefix) {
				kept = append(kept, c)
			}
		}
		if len(kept) == n {
			return nil, fmt.Errorf("no case %q: -list names them", name)
		}
	}
	slices.SortStableFunc(kept, func(a, b benchCase) int {
		at := func(id string) int { return slices.IndexFunc(cases, func(c benchCase) bool { return c.ID == id }) }
		return at(a.ID) - at(b.ID)
	})
	return slices.CompactFunc(kept, func(a, b benchCase) bool { return a.ID == b.ID }), nil
}
