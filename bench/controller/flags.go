package main

import (
	"errors"
	"flag"
	"io"
	"time"

	"ecrmirror/testkit/command"
)

const usage = `controller [FLAG...]

Fills a table and registries on this machine, and runs the real controller on them:
  1 everything current, and no entry checked before
  2 the same again
  3 some entries stale
  4 the same at once, while the jobs are in flight
  5 with 5% of look-ups failing by 500, 429 and silence, and 20 malformed rows

Then it does so with another table, of selections that choose every tag of a repository:
  6 everything current, and no image seen before
  7 the same again

`

// flags are the command line.
type flags struct {
	entries, repositories, registries, stale, page int
	selections, tags                               int
	delay                                          time.Duration
	controller                                     string
	healthy, ledger                                bool
}

func parseFlags(args []string, stderr io.Writer) (f flags, err error) {
	set := flag.NewFlagSet("controller", flag.ContinueOnError)
	set.IntVar(&f.entries, "n", 10_000, "`entries` of the table; 0 leaves out sweeps 1 to 5")
	set.IntVar(&f.selections, "selections", 100, "`selections` of the other table; 0 leaves out sweeps 6 and 7")
	set.IntVar(&f.tags, "tags", 1_000, "`tags` that each of them chooses")
	set.IntVar(&f.repositories, "repositories", 200, "`repositories` that the destinations are in")
	set.IntVar(&f.registries, "registries", 5, "source `registries`")
	set.IntVar(&f.stale, "stale", 1_000,
		"`entries` that are made stale for the third sweep; 0 leaves out sweeps 3 and 4")
	set.IntVar(&f.page, "page", 2_000, "`items` in a page of a scan: DynamoDB's are of 1 MB")
	set.DurationVar(&f.delay, "delay", 20*time.Millisecond, "`time` that every call takes")
	set.StringVar(&f.controller, "controller", "", "the controller `program`; by default it is built")
	set.BoolVar(&f.ledger, "ledger", true, "remember images in a ledger")
	set.BoolVar(&f.healthy, "healthy", false, "leave out sweep 5, which takes a minute or two")
	if err := command.Parse(set, usage, args, stderr); err != nil {
		return f, err
	}
	if f.repositories < 1 || f.registries < 1 || f.tags < 1 {
		return f, errors.New("there is a repository, a registry and a tag")
	}
	if f.entries > 0 && f.stale >= f.entries {
		return f, errors.New("stale entries are fewer than entries")
	}
	return f, nil
}
