package main

import (
	"errors"
	"flag"
	"io"
	"time"

	"ecrmirror/testkit/command"
)

const usage = `chaos [FLAG...]

Copies images with this project's mirror, and with the peers found in bench/.peers/bin and PATH
(make bench-peers installs them), while connections break, servers fail, lie and forget; prints
two tables, and writes chaos.md and chaos.json. Exits with 1 if a copy of ours ended wrongly.

`

// flags are the command line.
type flags struct {
	runs, atOnce          int
	faults, peers         string
	small, list, progress bool
	mirror, out           string
	timeout, peersTimeout time.Duration
}

func parseFlags(args []string, stderr io.Writer) (f flags, err error) {
	set := flag.NewFlagSet("chaos", flag.ContinueOnError)
	set.IntVar(&f.runs, "runs", 3, "`runs` of each fault by each program")
	set.IntVar(&f.atOnce, "at-once", 8, "`copies` at the same time, each between servers of its own")
	set.StringVar(&f.faults, "faults", "",
		"comma-separated `faults` (-list names them); a trailing * stands for the rest; by default all but the long "+
			"ones")
	set.StringVar(&f.peers, "peers", "", "comma-separated `peers`, or none; by default all that are found")
	set.BoolVar(&f.small, "small", false, "small images, for seconds")
	set.BoolVar(&f.list, "list", false, "list the faults and the peers that are found")
	set.BoolVar(&f.progress, "progress", false, "say on standard error how each copy ended")
	set.StringVar(&f.mirror, "mirror", "", "the mirror `program`; by default it is built")
	set.StringVar(&f.out, "out", "bench/.out", "`directory` for chaos.md and chaos.json")
	set.DurationVar(&f.timeout, "timeout", 5*time.Minute, "`time` after which a copy of ours counts as hanging")
	set.DurationVar(&f.peersTimeout, "peers-timeout", time.Minute,
		"`time` after which a copy of a peer counts as hanging")
	if err := command.Parse(set, usage, args, stderr); err != nil {
		return f, err
	}
	if f.runs < 1 || f.atOnce < 1 {
		return f, errors.New("there is at least one run, and one at a time")
	}
	return f, nil
}
