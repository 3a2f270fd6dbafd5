package result_test

import (
	"testing"
	"time"

	"ecrmirror/bench/result"
	"ecrmirror/testkit/programs"
)

func sample(id, program, setting string, seconds float64, err string) result.Sample {
	return result.Sample{
		Case: id, Program: program, Setting: setting, Error: err, Wall: time.Duration(seconds * float64(time.Second)),
		ImageSize: 100, SourceSize: int64(100 * seconds), PeakRSS: int64(seconds * 10),
	}
}

func TestGroups(t *testing.T) {
	run := result.Run{Samples: []result.Sample{
		sample("A", "mirror", "default", 1, ""),
		sample("A", "crane", "default", 9, ""),
		sample("A", "crane", "16 wide", 4, ""),
		sample("B", "crane", "16 wide", 1, ""),
		sample("A", "mirror", "default", 3, ""),
		sample("A", "mirror", "default", 8, ""),
		sample("A", "crane", "16 wide", 6, ""),
		sample("A", "regctl", "default", 0.1, "broken"),
		sample("A", "crane", "16 wide", 0.1, "broken"),
	}}
	groups := run.Groups("A")
	if len(groups) != 4 {
		t.Fatalf("%d groups", len(groups))
	}
	mirror, ok := run.Group("A", programs.Ours, "default")
	if !ok || mirror.Wall() != 3*time.Second || mirror.PeakRSS() != 80 || mirror.SourceRatio() != 8 {
		t.Errorf("mirror: %v, %s, %d, %g", ok, mirror.Wall(), mirror.PeakRSS(), mirror.SourceRatio())
	}
	best, ok := run.BestPeer("A")
	if !ok || best.Program != "crane" || best.Setting != "16 wide" || best.Wall() != 5*time.Second ||
		len(best.Failed) != 1 {
		t.Errorf("best peer: %v %+v", ok, best)
	}
	if _, ok := run.Group("A", "regctl", "default"); ok {
		t.Error("a failure counts")
	}
	if _, ok := run.BestPeer("C"); ok {
		t.Error("a best peer of nothing")
	}
}
