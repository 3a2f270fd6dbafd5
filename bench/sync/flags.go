package main

import (
	"errors"
	"flag"
	"io"
	"time"

	"ecrmirror/testkit/command"
)

const usage = `sync [FLAG...]

Mirrors 10 tags of each of 4 repositories, from a throttled registry to one that checks digests, with
mirror sync, regsync once and skopeo sync (make bench-peers installs the peers). Each does it three times:
  first      the destination is empty
  unchanged  everything is there
  moved      one tag of the 40 has moved at the source
and what is at the destination then must be what is at the source. The programs take turns. Rules in
their files choose the tags by a range of versions; "by tag" the files name every tag, which is less to
ask for, and finds no new ones. Peers run as they are by default, and tuned:
  regsync  parallel and reqConcurrent
  skopeo   a process for each repository
The promises are of mirror as it is by default, beside the fastest peer that chooses by rules, and beside
the fastest in any setting.

`

// flags are the command line.
type flags struct {
	rounds, slowRounds int
	rtt                time.Duration
	rate, layer        int64
	peers, mirror, out string
	timeout            time.Duration
	strict, progress   bool
}

func parseFlags(args []string, stderr io.Writer) (f flags, err error) {
	set := flag.NewFlagSet("sync", flag.ContinueOnError)
	set.IntVar(&f.rounds, "rounds", 5, "`rounds` of each program and setting")
	set.IntVar(&f.slowRounds, "slow-rounds", 1, "`rounds` of skopeo, and of regsync as it is by default")
	set.DurationVar(&f.rtt, "rtt", 15*time.Millisecond, "`time` that a round trip takes to either registry")
	set.Int64Var(&f.rate, "rate", 40e6, "`bytes` a second of a connection, for a blob")
	set.Int64Var(&f.layer, "layer", 1<<20, "`bytes` of a layer")
	set.StringVar(&f.peers, "peers", "", "comma-separated `peers`, or none; by default those that are installed")
	set.StringVar(&f.mirror, "mirror", "", "the mirror `program` to measure; by default it is built")
	set.StringVar(&f.out, "out", "bench/.out/sync", "`directory` for report.md and report.json")
	set.DurationVar(&f.timeout, "timeout", 3*time.Minute, "`time` after which a run is ended and counts as failed")
	set.BoolVar(&f.strict, "strict", false, "exit with 1 if a promise was missed")
	set.BoolVar(&f.progress, "progress", false, "say on standard error what each run took")
	if err := command.Parse(set, usage, args, stderr); err != nil {
		return f, err
	}
	return f, f.check()
}

func (f flags) check() error {
	switch {
	case f.rounds < 1 || f.slowRounds < 0:
		return errors.New("-rounds is 1 at least, and -slow-rounds 0")
	case f.rtt < 0 || f.rate < 1 || f.layer < 1:
		return errors.New("-rtt is not negative, and -rate and -layer are 1 at least")
	}
	return nil
}
