package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ecrmirror/internal/cli"
	"ecrmirror/internal/controller"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/flagvalue"
	"ecrmirror/internal/output"
	"ecrmirror/internal/program"
	"ecrmirror/internal/table"
)

// States that the status shows beside those of the table.
const (
	unchecked entry.State = "unchecked" // no check has looked at it yet
	invalid   entry.State = "invalid"   // the item is no good entry, or a destination names no image
)

// soon is how long before its end an entry is shown as one that expires soon.
const soon = 14 * 24 * time.Hour

func newStatus(c *config) *cobra.Command {
	var format *cli.Format
	var only filter
	states := flagvalue.SomeOf("STATE", stateNames()...)
	var summary bool
	cmd := &cobra.Command{
		Use:     "status [SOURCE]",
		Short:   "Say what is current, stale, failing or expiring, and since when",
		Long:    statusLong,
		Example: statusExample,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return errors.New("one source at most: controller status [SOURCE] (controller status -h explains)")
			}
			return nil
		},
		ValidArgsFunction: c.completeSources(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			now := time.Now()
			t, err := c.openTable(cmd.Context())
			if err != nil {
				return err
			}
			all, err := statuses(cmd, t, args, now)
			if err != nil {
				return err
			}
			for _, state := range states.Chosen() {
				only.states = append(only.states, entry.State(state))
			}
			found, stdout := only.apply(all), cmd.OutOrStdout()
			switch asJSON := format.JSON(); {
			case asJSON && summary:
				err = output.JSON(stdout, summaryOf(found))
			case asJSON:
				err = output.JSONList(stdout, slices.Values(found))
			case summary:
				err = writeSummary(stdout, summaryOf(found), now)
			default:
				err = writeStatus(stdout, c.palette(stdout), c.table, found, len(all), now)
			}
			return program.NotPrinted(nil, err)
		},
	}
	format = cli.AddOutput(cmd.Flags(), formerText)
	cmd.Flags().Var(&states, "state", "show only what is in one of these states: "+strings.Join(stateNames(), ", "))
	cmd.Flags().BoolVar(&summary, "summary", false, "count only")
	cmd.Flags().BoolVar(&only.expiring, "expiring", false, "show only what expires within 14 days")
	return cli.Uses(cmd, tableFlags...)
}

// statuses returns the status of the named source, or of all.
func statuses(cmd *cobra.Command, t *table.Table, source []string, now time.Time) ([]entryStatus, error) {
	entries, bad, err := readTable(t.All(cmd.Context(), now))
	if err != nil {
		return nil, err
	}
	conflicts := controller.ConflictsAmong(entries)
	if len(source) == 1 {
		entries, bad = having(source[0], entries, bad)
		switch {
		case len(bad) > 0:
			return nil, program.Fail(bad[0])
		case len(entries) == 0:
			_, err := t.Get(cmd.Context(), source[0], now) // knows whether it has expired
			if errors.Is(err, table.ErrNotFound) {
				err = fmt.Errorf("%w (controller list shows the sources)", err)
			}
			return nil, program.Fail(err)
		}
	}
	var list []entryStatus
	for _, entry := range entries {
		list = append(list, statusOf(entry, conflicts, now))
	}
	for _, b := range bad {
		list = append(list, entryStatus{Source: b.Source, State: invalid, Error: b.Err.Error(), Destinations: []destinationStatus{}})
	}
	slices.SortStableFunc(list, func(a, b entryStatus) int { return strings.Compare(a.Source, b.Source) })
	return list, nil
}

// A filter says what is shown. The zero filter is everything.
type filter struct {
	states   []entry.State
	expiring bool
}

// apply returns what passes the filter: entries with those of their destinations that do.
func (f filter) apply(all []entryStatus) []entryStatus {
	found := []entryStatus{}
	for _, e := range all {
		if f.expiring && !e.ExpiresSoon {
			continue
		}
		if len(f.states) > 0 && e.State != invalid {
			e.Destinations = slices.DeleteFunc(slices.Clone(e.Destinations), func(d destinationStatus) bool {
				return !slices.Contains(f.states, d.State)
			})
		}
		if len(f.states) == 0 || len(e.Destinations) > 0 || slices.Contains(f.states, e.State) {
			found = append(found, e)
		}
	}
	return found
}

func stateNames() []string {
	var names []string
	for _, s := range []entry.State{entry.Current, entry.Deferred, entry.Submitted, entry.Stale, entry.Failing, unchecked, invalid} {
		names = append(names, string(s))
	}
	return names
}

const statusLong = `Say how each source's destinations stood when they were last checked: by a sweep or by
the event of a push. Nothing is looked up but the table. A line for each destination
is followed by a summary, which --summary prints alone.

  current    has the source's digest
  deferred   not checked: a registry bears no more requests for now
  submitted  differs, and a job was submitted for it
  stale      differs, and no job is in flight
  failing    could not be checked, or no job could be submitted
  unchecked  no check has looked at it yet
  invalid    the item in the table is no good entry, or the destination's name none of an image

BEHIND is for how long a destination has not been known to have what its source has;
MIRRORED, when it was last seen to have caught up; CHECKED, when a check last looked. The time of a check by which nothing
has changed may be told up to 6 hours too early. With --output json times are RFC 3339,
behindSeconds is the same in seconds.

The exit code is 0 whatever the states are, 1 if SOURCE has no entry.`

const statusExample = `  controller status
  controller status --state failing,stale
  controller status --summary
  controller status docker.io/library/alpine:3 -o json
  controller status -o json | jq -r '.[] | select(.behindSeconds > 86400) | .source'`
