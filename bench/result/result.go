// Package result holds what a benchmark measured.
package result

import (
	"slices"
	"time"

	"ecrmirror/testkit/machine"
	"ecrmirror/testkit/programs"
)

// A Run is everything that one run of the benchmark measured.
type Run struct {
	Machine  machine.Facts     `json:"machine"`
	Versions map[string]string `json:"versions"` // of the programs, by name
	Quick    bool              `json:"quick"`
	Chosen   bool              `json:"chosen,omitempty"` // its cases were named: of the others nothing is said
	Cases    []Case            `json:"cases"`            // in order
	Samples  []Sample          `json:"samples"`
	Notes    []string          `json:"notes,omitempty"` // what was left out, and why
}

// A Case is what was copied, under which conditions.
type Case struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// A Sample is one copy by one program.
type Sample struct {
	Case    string `json:"case"`
	Program string `json:"program"`
	Setting string `json:"setting"`
	Round   int    `json:"round"`
	Error   string `json:"error,omitempty"` // it failed or was inexact: its times mean nothing

	Wall    time.Duration `json:"wallNanoseconds"`
	CPU     time.Duration `json:"cpuNanoseconds"` // user and system, of all its processes
	PeakRSS int64         `json:"peakRSS"`        // bytes; of several processes the sum

	Images           int              `json:"images"` // tags of the repository
	Destinations     int              `json:"destinations"`
	ImageSize        int64            `json:"imageSize"`   // bytes of the images' blobs, each once
	SourceSize       int64            `json:"sourceSize"`  // bytes of blobs that the source sent
	WrittenSize      int64            `json:"writtenSize"` // bytes of blobs that all destinations received
	SourceCalls      map[string]int64 `json:"sourceCalls"`
	DestinationCalls map[string]int64 `json:"destinationCalls"`
}

// A Group are the samples of one case by one program in one setting.
type Group struct {
	Case, Program, Setting string
	Samples                []Sample // those that count
	Failed                 []Sample
}

// Groups returns the groups of a case in the order in which they came.
func (r Run) Groups(id string) []Group {
	var groups []Group
	for _, s := range r.Samples {
		if s.Case != id {
			continue
		}
		at := slices.IndexFunc(groups, func(g Group) bool { return g.Program == s.Program && g.Setting == s.Setting })
		if at < 0 {
			groups = append(groups, Group{Case: id, Program: s.Program, Setting: s.Setting})
			at = len(groups) - 1
		}
		if s.Error == "" {
			groups[at].Samples = append(groups[at].Samples, s)
		} else {
			groups[at].Failed = append(groups[at].Failed, s)
		}
	}
	return groups
}

// Group returns one group, and whether it has a sample that counts.
func (r Run) Group(id, program, setting string) (Group, bool) {
	for _, g := range r.Groups(id) {
		if g.Program == program && g.Setting == setting {
			return g, len(g.Samples) > 0
		}
	}
	return Group{}, false
}

// BestPeer returns the peer's group with the shortest median time, of any setting.
func (r Run) BestPeer(id string) (Group, bool) {
	var best Group
	for _, g := range r.Groups(id) {
		if g.Program != programs.Ours && len(g.Samples) > 0 && (len(best.Samples) == 0 || g.Wall() < best.Wall()) {
			best = g
		}
	}
	return best, len(best.Samples) > 0
}

// Wall returns the median time.
func (g Group) Wall() time.Duration {
	return median(g.Samples, func(s Sample) time.Duration { return s.Wall })
}

// CPU returns the median of user and system time.
func (g Group) CPU() time.Duration {
	return median(g.Samples, func(s Sample) time.Duration { return s.CPU })
}

// PeakRSS returns the largest peak of all samples, in bytes.
func (g Group) PeakRSS() int64 {
	var peak int64
	for _, s := range g.Samples {
		peak = max(peak, s.PeakRSS)
	}
	return peak
}

// SourceRatio returns the bytes read at the source in the worst sample, in images.
func (g Group) SourceRatio() float64 {
	var worst float64
	for _, s := range g.Samples {
		worst = max(worst, float64(s.SourceSize)/float64(s.ImageSize))
	}
	return worst
}

// SourceCalls returns the median of the number of requests to the source.
func (g Group) SourceCalls() int64 {
	return median(g.Samples, func(s Sample) int64 { return sum(s.SourceCalls) })
}

// DestinationCalls returns the median of the number of requests to all destinations.
func (g Group) DestinationCalls() int64 {
	return median(g.Samples, func(s Sample) int64 { return sum(s.DestinationCalls) })
}

func sum(calls map[string]int64) int64 {
	var n int64
	for _, c := range calls {
		n += c
	}
	return n
}

// median returns the middle value; of an even number the mean of the two in the middle.
func median[N ~int64](samples []Sample, of func(Sample) N) N {
	if len(samples) == 0 {
		return 0
	}
	values := make([]N, len(samples))
	for i, s := range samples {
		values[i] = of(s)
	}
	slices.Sort(values)
	middle := len(values) / 2
	if len(values)%2 == 1 {
		return values[middle]
	}
	return (values[middle-1] + values[middle]) / 2
}
