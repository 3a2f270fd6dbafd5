package report

import (
	"fmt"
	"strings"

	"ecrmirror/bench/result"
)

// putQuota is ECR's quota of PutImage calls a second, and unless it was raised the limit of many small images.
const putQuota = 10

// tags promises about many tags of one repository.
func (c *checker) tags() {
	c.faster("R200: times as fast as the best peer", "R200", 2, c.bestPeer("R200"))
	c.faster("R200: times as fast as regsync's default", "R200", 20, c.group("R200", "regsync"))
	c.faster("R200 to ECR's API, quota raised: times as fast as regsync's default to /v2/", "R200-ecr-raised", 20,
		c.group("R200", "regsync"))
	c.atQuota("R200-ecr")
	c.faster("R-shared: times as fast as the best peer", "R-shared", 2, c.bestPeer("R-shared"))
	if g := c.ours("R-shared"); g != nil {
		c.add("R-shared: source bytes, in distinct ones", "1.000", fmt.Sprintf("%.4f", g.SourceRatio()),
			g.SourceRatio() <= 1.0005)
	}
	c.faster("R-same: times as fast as regsync's default", "R-same", 10, c.group("R-same", "regsync"))
	c.sweep("R-same")
}

// atQuota promises that a copy to ECR takes no longer than its quota of PutImage makes it take, but for the start.
func (c *checker) atQuota(id string) {
	what, target := id+": time, of that in which the quota allows as many PutImage", "at most 1.05"
	g := c.ours(id)
	if g == nil {
		c.list = append(c.list, promise{what, target, "no figure in this run", open})
		return
	}
	limit := float64(g.Samples[0].Images) / putQuota
	r := g.Wall().Seconds() / limit
	c.add(what, target, fmt.Sprintf("%.2f (%s of %s)", r, seconds(g.Wall().Seconds()), seconds(limit)), r <= 1.05)
}

// sweep promises which requests find out that nothing has changed.
func (c *checker) sweep(id string) {
	g := c.ours(id)
	if g == nil {
		return
	}
	for _, s := range g.Samples {
		source, ecr := s.SourceCalls, callsOf(s, "ecr.")
		lists, heads := source["GET tags"], source["HEAD manifest"]
		others := sum(source) - lists - heads - source["GET base"]
		ok := lists == 1 && heads <= int64(s.Images) && others == 0 && ecr <= 10
		if ok && s.Round != g.Samples[len(g.Samples)-1].Round {
			continue // the worst sample, or the last
		}
		c.add(id+": requests (pings of /v2/ aside)",
			fmt.Sprintf("1 list and at most %d HEAD at the source, at most 10 calls of ECR", s.Images),
			fmt.Sprintf("source %v, %d calls of ECR", source, ecr), ok)
		return
	}
}

// callsOf returns how many calls a sample made of one service.
func callsOf(s result.Sample, service string) int64 {
	var n int64
	for name, calls := range s.DestinationCalls {
		if strings.HasPrefix(name, service) {
			n += calls
		}
	}
	return n
}
