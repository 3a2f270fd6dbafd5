package report

import (
	"fmt"
	"slices"

	"ecrmirror/bench/result"
	"ecrmirror/testkit/programs"
)

// A promise is something that a run is to show.
type promise struct {
	what, target, figure string
	state                state
}

type state string

const (
	kept   state = "ok"
	missed state = "MISSED"
	open   state = "-" // this run has no figure for it
)

const mib = 1 << 20

// memoryLimit is the default byte budget and what a program needs beside.
const memoryLimit = (64 + 64) * mib

// checker collects promises about a run.
type checker struct {
	run  result.Run
	list []promise
}

// check holds a run to what the project promises.
func check(run result.Run) []promise {
	c := &checker{run: run}
	c.exact()
	c.speed()
	c.several()
	c.limits()
	c.unchanged()
	c.cpu()
	c.tags()
	if run.Chosen {
		c.list = slices.DeleteFunc(c.list, func(p promise) bool { return p.state == open })
	}
	return c.list
}

// exact promises that none of our copies failed: else the other figures say little.
func (c *checker) exact() {
	total, failed := 0, 0
	for _, s := range c.run.Samples {
		if s.Program == programs.Ours {
			total++
			if s.Error != "" {
				failed++
			}
		}
	}
	c.add("every copy ends well and is exact", "no failure", fmt.Sprintf("%d of %d failed", failed, total), failed == 0)
}

func (c *checker) speed() {
	c.faster("A: times as fast as the best peer", "A", 13, c.bestPeer("A"))
	c.under("A: peak RSS, MiB", 96, c.peak("A"))
	c.faster("A to ECR's API: times as fast as the best peer to /v2/", "A-ecr", 7, c.bestPeer("A"))
	c.faster("B: times as fast as the best peer", "B", 1.6, c.bestPeer("B"))
	c.faster("B: times as fast as skopeo's default", "B", 3.5, c.group("B", "skopeo"))
	c.faster("C: times as fast as the best peer", "C", 1, c.bestPeer("C"))
	c.faster("C: times as fast as skopeo's default", "C", 4, c.group("C", "skopeo"))
	c.faster("D: times as fast as the best peer", "D", 1, c.bestPeer("D"))
	c.faster("D: times as fast as skopeo's default", "D", 7, c.group("D", "skopeo"))
}

func (c *checker) several() {
	for _, id := range []string{"B", "B-2", "B-4", "B-8"} {
		if g := c.ours(id); g != nil {
			c.add(id+": source bytes, in images", "at most 1.001", fmt.Sprintf("%.4f", g.SourceRatio()),
				g.SourceRatio() <= 1.001)
		}
	}
	c.faster("B to 4 repositories, source capped: times as fast as the best peer", "B-4-capped", 3,
		c.bestPeer("B-4-capped"))
	if one, four := c.ours("B"), c.ours("B-4"); one != nil && four != nil {
		r := float64(four.PeakRSS()) / float64(one.PeakRSS())
		c.add("B to 4 repositories: peak RSS, of that to 1", "at most 1.1", fmt.Sprintf("%.2f", r), r <= 1.1)
	}
	c.slower("A, no throttle: times crane's time", "A-free", 1.0, c.bestOf("A-free", "crane"))
	c.slower("B, no throttle: times crane's time", "B-free", 1.05, c.bestOf("B-free", "crane"))
	for _, id := range []string{"A", "A-free", "B-free", "B-stall"} {
		if g := c.ours(id); g != nil {
			c.add(id+": source bytes, in images", "at most 1.001", fmt.Sprintf("%.4f", g.SourceRatio()),
				g.SourceRatio() <= 1.001)
		}
	}
	c.slower("B with one 20 s stall: times the clean time", "B-stall", 2, c.ours("B"))
}

func (c *checker) limits() {
	for _, id := range []string{"M-10g", "M-127", "B-4"} {
		c.under(id+": peak RSS, MiB", memoryLimit/mib, c.peak(id))
	}
	for _, id := range []string{"M-127-16m", "M-B-4-16m"} {
		c.under(id+" (budget 16 MiB): peak RSS, MiB", 16+64, c.peak(id))
	}
}

func (c *checker) unchanged() {
	for _, id := range []string{"same", "same-ecr"} {
		g := c.ours(id)
		if g == nil {
			continue
		}
		s := g.Samples[0]
		want := s.SourceCalls["HEAD manifest"] == 1 && s.SourceCalls["GET manifest"]+s.SourceCalls["GET blob"] == 0
		asked := s.DestinationCalls["HEAD manifest"] + s.DestinationCalls["ecr.DescribeImages"]
		others := sum(s.DestinationCalls) - asked - s.DestinationCalls["GET base"]
		c.add(id+": requests (pings of /v2/ aside)", "one HEAD at the source, one call at the destination",
			fmt.Sprintf("source %v, destination %v", s.SourceCalls, s.DestinationCalls),
			want && asked == 1 && others == 0)
	}
}

func (c *checker) cpu() {
	for _, id := range []string{"A", "B", "A-free", "B-free"} {
		mine, crane := c.ours(id), c.bestOf(id, "crane")
		if mine == nil || crane == nil {
			continue
		}
		r := cpuPerGiB(*mine) / cpuPerGiB(*crane)
		c.add(id+": CPU per GiB, of crane's", "at most 1.5", fmt.Sprintf("%.2f", r), r <= 1.5)
	}
}

func (c *checker) add(what, target, figure string, ok bool) {
	p := promise{what, target, figure, missed}
	if ok {
		p.state = kept
	}
	c.list = append(c.list, p)
}

// faster promises that ours takes at most 1/times of the other's time in the case against.
func (c *checker) faster(what, id string, times float64, other *result.Group) {
	target := fmt.Sprintf("at least %g", times)
	mine := c.ours(id)
	if mine == nil || other == nil {
		c.list = append(c.list, promise{what, target, "no figure of both in this run", open})
		return
	}
	r := other.Wall().Seconds() / mine.Wall().Seconds()
	c.add(what, target, fmt.Sprintf("%.2f (%s against %s of %s, %s)", r, seconds(mine.Wall().Seconds()),
		seconds(other.Wall().Seconds()), other.Program, other.Setting), r >= times)
}

// slower promises that ours takes at most so many times the other's time.
func (c *checker) slower(what, id string, times float64, other *result.Group) {
	target := fmt.Sprintf("at most %g", times)
	mine := c.ours(id)
	if mine == nil || other == nil {
		c.list = append(c.list, promise{what, target, "no figure of both in this run", open})
		return
	}
	r := mine.Wall().Seconds() / other.Wall().Seconds()
	c.add(what, target, fmt.Sprintf("%.2f (%s against %s)", r, seconds(mine.Wall().Seconds()),
		seconds(other.Wall().Seconds())), r <= times)
}

// under promises that a figure in bytes is under a limit in MiB; 0 is no figure.
func (c *checker) under(what string, limit, figure int64) {
	target := fmt.Sprintf("under %d", limit)
	if figure == 0 {
		c.list = append(c.list, promise{what, target, "no figure in this run", open})
		return
	}
	c.add(what, target, fmt.Sprintf("%.0f", float64(figure)/mib), figure < limit*mib)
}

func (c *checker) ours(id string) *result.Group { return c.group(id, programs.Ours) }

// peak returns our peak RSS in a case in bytes, 0 if it was not run.
func (c *checker) peak(id string) int64 {
	if g := c.ours(id); g != nil {
		return g.PeakRSS()
	}
	return 0
}

// group returns a program's group in its default setting, nil if there is none.
func (c *checker) group(id, program string) *result.Group {
	if g, ok := c.run.Group(id, program, "default"); ok {
		return &g
	}
	return nil
}

func (c *checker) bestPeer(id string) *result.Group {
	if g, ok := c.run.BestPeer(id); ok {
		return &g
	}
	return nil
}

// bestOf returns a program's group in its fastest setting, nil if there is none.
func (c *checker) bestOf(id, program string) *result.Group {
	var best *result.Group
	for _, g := range c.run.Groups(id) {
		if g.Program == program && len(g.Samples) > 0 && (best == nil || g.Wall() < best.Wall()) {
			best = &g
		}
	}
	return best
}

func sum(calls map[string]int64) int64 {
	var n int64
	for _, c := range calls {
		n += c
	}
	return n
}
