package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ecrmirror/bench/result"
	"ecrmirror/testkit/programs"
	"ecrmirror/testkit/slowregistry"
)

const (
	mib = 1 << 20
	gib = 1 << 30
)

// A benchCase is an image, the conditions under which it is copied, and by whom.
type benchCase struct {
	result.Case
	image        slowregistry.Spec
	source       slowregistry.Options
	destinations int    // repositories; 0 = 1
	ecr          bool   // the destination is ECR by its API, which only ours writes
	again        bool   // the copy is there already: the second run is measured
	budget       string // --memory-budget of ours; "" = its default
	turns        []turn
}

// A turn says who copies how often. The program "*" stands for every peer.
type turn struct {
	program, setting string
	rounds           int
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

// Images. Each has a seed of its own, so that none helps another.
func imageA(size int64) slowregistry.Spec {
	return slowregistry.Spec{Layers: 1, LayerSize: size, Seed: 1}
}

func imageB() slowregistry.Spec { return slowregistry.Spec{Layers: 8, LayerSize: 64 * mib, Seed: 2} }
func imageC() slowregistry.Spec { return slowregistry.Spec{Layers: 40, LayerSize: mib, Seed: 3} }
func imageD() slowregistry.Spec {
	return slowregistry.Spec{Platforms: 6, Layers: 3, LayerSize: 20 * mib, Shared: 1, Seed: 4}
}

func imageMany() slowregistry.Spec {
	return slowregistry.Spec{Layers: 127, LayerSize: 4 * mib, Seed: 5}
}

func imageHuge() slowregistry.Spec {
	return slowregistry.Spec{Layers: 1, LayerSize: 10 * gib, Seed: 6}
}

// Conditions beside the normal ones.
func free() slowregistry.Options {
	o := slowregistry.Normal()
	o.Rate = 0
	return o
}

func capped() slowregistry.Options {
	o := slowregistry.Normal()
	o.TotalRate = 320e6
	return o
}

func stalling() slowregistry.Options {
	o := slowregistry.Normal()
	o.Stall = slowregistry.Stall{For: 20 * time.Second, After: 64 * mib}
	return o
}

// allCases returns the cases in the order in which they run: what is looked at most comes first.
func allCases(quick bool) []benchCase {
	normal := slowregistry.Normal()
	name := func(id, title string) result.Case { return result.Case{ID: id, Title: title} }
	cases := []benchCase{
		{Case: name("B", "8 layers of 64 MiB"), image: imageB(), source: normal, turns: contest(3)},
		{Case: name("C", "40 layers of 1 MiB"), image: imageC(), source: normal, turns: contest(5)},
		{
			Case: name("D", "index of 6 platforms x 3 layers of 20 MiB, one shared"), image: imageD(), source: normal,
			turns: contest(3),
		},
		{
			Case: name("A", "one layer of 1 GiB"), image: imageA(gib), source: normal,
			turns: []turn{ours(3), {"*", programs.ByDefault, 1}},
		},
		{
			Case: name("A-ecr", "A to the ECR API"), image: imageA(gib), source: normal, ecr: true,
			turns: []turn{ours(3)},
		},
		{
			Case: name("B-2", "B to 2 repositories"), image: imageB(), source: normal, destinations: 2,
			turns: []turn{ours(2)},
		},
		{
			Case: name("B-4", "B to 4 repositories"), image: imageB(), source: normal, destinations: 4,
			turns: []turn{ours(3), {"*", programs.ByDefault, 2}, {"*", programs.Wide, 2}},
		},
		{
			Case: name("B-8", "B to 8 repositories"), image: imageB(), source: normal, destinations: 8,
			turns: []turn{ours(2)},
		},
		{
			Case: name("B-4-capped", "B to 4 repositories, source capped at 320 MB/s in total"), image: imageB(),
			source: capped(), destinations: 4,
			turns: []turn{ours(3), {"*", programs.ByDefault, 1}, {"*", programs.Wide, 1}},
		},
		{Case: name("A-free", "A, no throttle"), image: imageA(gib), source: free(), turns: []turn{
			ours(5),
			{"crane", programs.ByDefault, 5},
			{"regctl", programs.ByDefault, 5},
			{"oras", programs.ByDefault, 5},
			{"skopeo", programs.ByDefault, 1},
		}},
		{
			Case: name("B-free", "B, no throttle"), image: imageB(), source: free(),
			turns: []turn{ours(5), {"*", programs.ByDefault, 5}, {"*", programs.Wide, 5}},
		},
		{
			Case: name("B-stall", "B, one connection stalls for 20 s"), image: imageB(), source: stalling(),
			turns: []turn{ours(3)},
		},
		{
			Case: name("same", "B, there already"), image: imageB(), source: normal, again: true,
			turns: []turn{ours(1), {"*", programs.ByDefault, 1}},
		},
		{
			Case: name("same-ecr", "B, there already, ECR API"), image: imageB(), source: normal, again: true, ecr: true,
			turns: []turn{ours(1)},
		},
		{Case: name("M-127", "127 layers of 4 MiB"), image: imageMany(), source: free(), turns: []turn{ours(1)}},
		{
			Case: name("M-127-16m", "127 layers of 4 MiB, budget 16 MiB"), image: imageMany(), source: free(),
			budget: "16MiB", turns: []turn{ours(1)},
		},
		{
			Case: name("M-B-4-16m", "B to 4 repositories, budget 16 MiB"), image: imageB(), source: normal,
			destinations: 4, budget: "16MiB", turns: []turn{ours(1)},
		},
		{
			Case: name("M-10g", "one layer of 10 GiB, no throttle"), image: imageHuge(), source: free(),
			turns: []turn{ours(1)},
		},
	}
	if quick {
		return quickened(cases)
	}
	return cases
}

// quickened leaves out what takes long, and has the fastest peers copy only what they are needed for.
func quickened(cases []benchCase) []benchCase {
	fastest := func(rounds int) []turn {
		return []turn{
			{"crane", programs.Wide, rounds}, {"regctl", programs.Wider, rounds}, {"oras", programs.Wider, rounds},
		}
	}
	turns := map[string][]turn{
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
	var kept []benchCase
	for _, c := range cases {
		if turns[c.ID] == nil {
			continue
		}
		c.turns = turns[c.ID]
		if c.image == imageA(gib) && c.source.Rate > 0 { // a peer takes 27 s for the whole
			c.image = imageA(256 * mib)
			c.Title = strings.ReplaceAll(c.Title, "1 GiB", "256 MiB (quick)")
			if c.ID != "A" {
				c.Title += ", 256 MiB (quick)"
			}
		}
		kept = append(kept, c)
	}
	return kept
}

// chosen returns the cases that are named, all if names is empty.
func chosen(cases []benchCase, names []string) ([]benchCase, error) {
	if len(names) == 0 {
		return cases, nil
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
