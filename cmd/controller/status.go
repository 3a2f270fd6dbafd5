package main

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ecrmirror/internal/cli"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/flagvalue"
	"ecrmirror/internal/ledger"
	"ecrmirror/internal/ledgertable"
	"ecrmirror/internal/output"
	"ecrmirror/internal/program"
	"ecrmirror/internal/statusview"
)

// shown says what status shows, and how.
type shown struct {
	format  *cli.Format
	states  flagvalue.Choices
	only    statusview.Filter
	summary bool
}

func newStatus(c *config) *cobra.Command {
	how := shown{states: flagvalue.SomeOf("STATE", statusview.States()...)}
	cmd := &cobra.Command{
		Use:     "status [SOURCE]",
		Short:   "Print which destinations are current, stale or failing, and since when",
		Long:    statusLong,
		Example: statusExample,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return errors.New("one source at most: controller status [SOURCE] (controller status -h explains)")
			}
			return nil
		},
		ValidArgsFunction: c.completeSources(1),
		RunE:              func(cmd *cobra.Command, args []string) error { return c.status(cmd, args, how) },
	}
	how.format = cli.AddOutput(cmd.Flags(), formerText)
	cmd.Flags().Var(&how.states, "state",
		"show only what is in one of these states: "+strings.Join(statusview.States(), ", "))
	cmd.Flags().BoolVar(&how.summary, "summary", false, "count only")
	cmd.Flags().BoolVar(&how.only.Expiring, "expiring", false, "show only what expires within 14 days")
	return cli.Uses(cmd, statusFlags...)
}

// owners asks the ledger who owns destinations, if there is one. What it does not tell is a line on w.
func (c *config) owners(w io.Writer) statusview.Owners {
	if c.ledger == "" {
		return nil
	}
	return func(ctx context.Context, destinations []entry.Name) []string {
		owners, keys := make([]string, len(destinations)), make([]ledger.Key, len(destinations))
		for i, d := range destinations {
			keys[i] = ledger.KeyOf(d.Name)
		}
		records, _, err := c.openLedger(ctx)
		var found ledgertable.Records
		if err == nil {
			found, err = records.Read(ctx, nil, keys)
		}
		if err != nil {
			_ = output.Line(w, "controller: who owns what several entries have is not known: %v", err)
		}
		for i, k := range keys {
			owners[i] = found.Destinations[k].Owner.Source
		}
		return owners
	}
}

func (c *config) status(cmd *cobra.Command, source []string, how shown) error {
	now := time.Now()
	t, err := c.openTable(cmd.Context())
	if err != nil {
		return err
	}
	var all []statusview.Entry
	r := statusview.Reader{Table: t, Owners: c.owners(cmd.ErrOrStderr()), Now: now}
	switch {
	case len(source) == 0:
		all, err = r.All(cmd.Context())
	default:
		if !how.summary {
			r.Images = c.imagesShown(cmd.ErrOrStderr(), now)
		}
		all, err = r.One(cmd.Context(), source[0])
	}
	if err != nil {
		return program.Fail(err)
	}
	for _, state := range how.states.Chosen() {
		how.only.States = append(how.only.States, entry.State(state))
	}
	found, stdout := how.only.Apply(all), cmd.OutOrStdout()
	switch {
	case how.format.JSON() && how.summary:
		err = output.JSON(stdout, statusview.Summarize(found))
	case how.format.JSON():
		err = output.JSONList(stdout, slices.Values(found))
	case how.summary:
		err = statusview.Summarize(found).Write(stdout, now)
	default:
		err = statusview.Write(stdout, c.palette(stdout), c.table, found, len(all), now)
	}
	return program.NotPrinted(nil, err)
}

const statusLong = `Print the state of each destination at its last check, by a sweep or by the event of a push.
Only the table is read. A summary follows, which --summary prints alone. A selection has
a line for each destination, with the worst state among its images and one that has it.
With SOURCE, the images of a selection follow: those that its rules choose of the tags that
the ledger remembers (--ledger), and of each what it remembers.

  current    has the source's digest
  deferred   was not checked, because a registry is rate-limited
  submitted  differs, and a job was submitted for it
  stale      differs, and no job is in flight
  failing    could not be checked, or no job could be submitted
  unchecked  has not been checked yet
  invalid    the item in the table is an invalid entry, or the destination an invalid name

BEHIND is the time for which the destination has not been known to have the source's
digest; MIRRORED, when it was last seen to have caught up; CHECKED, the time of the last
check, which may be up to 6 hours too early where nothing has changed. With --output json
times are RFC 3339, and behindSeconds is BEHIND in seconds.

The exit code is 0 whatever the states are, and 1 if SOURCE has no entry.`

const statusExample = `  controller status
  controller status --state failing,stale
  controller status --summary
  controller status docker.io/library/alpine:3 -o json
  controller status docker.io/library/nginx
  controller status -o json | jq -r '.[] | select(.behindSeconds > 86400) | .source'`
