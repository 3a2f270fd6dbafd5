package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	broken "ecrmirror/testkit/fault"
	"ecrmirror/testkit/slowregistry"
)

// Exit codes of ours, as its documentation has them.
const (
	exitFailed    = 1  // it would fail again
	exitTransient = 75 // it may work on another try
)

// A way says between what an image is copied.
type way int

const (
	toRegistry way = iota // from a registry to a registry
	toTwo                 // from a registry to two, of which the faults are the first's
	toECR                 // from a registry to ECR, by its API
	fromECR               // from ECR, by its API, to a registry
)

// A fault is a row of the tables: what goes wrong at which rate, and what may come of it.
type fault struct {
	id, title string
	way       way
	source    []broken.Rule // what breaks at the source
	dest      []broken.Rule // what breaks at the destination
	large     bool          // the image has 8 layers of 64 MiB
	slow      bool          // not with -small: it takes minutes until it is given up
	long      bool          // only where it is asked for: it takes minutes by design
	many      bool          // a request of several images, which share layers
	core      bool          // of requests, one that is made with -small, too
	aim       aim           // which images of a request the fault concerns; nil = all, as far as chance has it

	sourceTokens, destTokens time.Duration // how long tokens are good for; 0 = none is wanted
	urlExpiry                time.Duration // how long the source's URLs are good for; 0 = long
	rate                     int64         // of a connection to the source, in bytes a second; 0 = the usual
	clock                    time.Duration // by how much token servers' clocks are ahead
	sourceHost               string        // instead of the source's

	// extra is how many bytes may be read beyond the image's, in images, by ours, on average; 0 = as many as it takes.
	extra float64
	// end is how a copy may end: nil means exact, or by an error of exit code 75.
	end *end
	// cause matches what an error of ours says.
	cause string
}

// An end says how copies of ours may end.
type end struct {
	exact bool
	codes []int // exit codes of those that are not exact
}

// permanent is the end where another try fails, too, as far as anyone can know.
func permanent() *end { return &end{codes: []int{exitFailed}} }

// transient is the end where another try may work, and this one could not.
func transient() *end { return &end{codes: []int{exitTransient}} }

// always is the end where nothing is worth failing for.
func always() *end { return &end{exact: true} }

func (f fault) ending() end {
	if f.end != nil {
		return *f.end
	}
	return end{exact: true, codes: []int{exitTransient}}
}

// forPeers reports whether peers can make such a copy.
func (f fault) forPeers() bool { return f.way == toRegistry && !f.many }

// unresolvable is a host whose name does not resolve.
const unresolvable = "registry.invalid:5000"

func (f fault) unresolvable() bool { return f.sourceHost == unresolvable }

const mib = 1 << 20

// images returns what is copied, by tags.
func (f fault) images(small bool) map[string]slowregistry.Spec {
	if !f.many {
		return map[string]slowregistry.Spec{tag: f.image(small)}
	}
	return neighbours(small)
}

// image returns what is copied where that is one image.
func (f fault) image(small bool) slowregistry.Spec {
	switch {
	case small && f.way != toECR && f.way != fromECR:
		return slowregistry.Spec{Platforms: 2, Layers: 3, LayerSize: 2*mib + 5, Shared: 1, Seed: 1}
	case small: // two parts a layer
		return slowregistry.Spec{Platforms: 2, Layers: 2, LayerSize: 11*mib + 5, Shared: 1, Seed: 2}
	case f.large:
		return slowregistry.Spec{Layers: 8, LayerSize: 64 * mib, Seed: 3}
	case f.way == toECR || f.way == fromECR: // three parts a layer
		return slowregistry.Spec{Platforms: 2, Layers: 3, LayerSize: 21*mib + 5, Shared: 1, Seed: 4}
	}
	return slowregistry.Spec{Platforms: 2, Layers: 5, LayerSize: 8*mib + 5, Shared: 2, Seed: 5}
}

// chosen returns the faults that the patterns name, in order; without patterns those that are not
// long, nor slow where they are to be small.
func chosen(faults []fault, patterns []string, small bool) ([]fault, error) {
	used := map[string]bool{}
	var list []fault
	for _, f := range faults {
		at := slices.IndexFunc(patterns, func(pattern string) bool {
			prefix, many := strings.CutSuffix(pattern, "*")
			return f.id == pattern || many && strings.HasPrefix(f.id, prefix)
		})
		if at >= 0 {
			used[patterns[at]] = true
			list = append(list, f)
		}
		if len(patterns) == 0 && !f.long && (!small || !f.slow && (!f.many || f.core)) {
			list = append(list, f)
		}
	}
	for _, pattern := range patterns {
		if !used[pattern] {
			return nil, fmt.Errorf("no further fault is called %q (-list names them)", pattern)
		}
	}
	return list, nil
}
