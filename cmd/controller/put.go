package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"ecrmirror/internal/cli"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/entryfile"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/program"
)

func newPut(c *config) *cobra.Command {
	var expires string
	cmd := &cobra.Command{
		Use:     "put SRC DEST[,DEST...] [DEST...]",
		Short:   "Write the entry of a source: where it is mirrored to, and until when",
		Long:    putLong,
		Example: putExample,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 {
				return errors.New("need a source and at least one destination: controller put SRC DEST... (controller put -h explains)")
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(cmd *cobra.Command, args []string) error { return c.put(cmd, args[0], args[1:], expires) },
	}
	cmd.Flags().StringVar(&expires, "expires", "never", "`WHEN` the entry ends: 2027-01-31, 2027-01-31T12:00:00Z, 90d, 12w, 36h or never")
	return cli.Uses(cmd, putFlags...)
}

func (c *config) put(cmd *cobra.Command, source string, destinations []string, expires string) error {
	now := time.Now()
	e := entry.Entry{Source: source}
	for _, list := range destinations {
		e.Destinations = append(e.Destinations, imagename.SplitList(list)...)
	}
	var err error
	if e.Expires, err = entry.ParseExpiry(expires, now); err != nil {
		return err
	}
	if err := checkEntry(e, now); err != nil {
		return err
	}
	if err := c.checkAllowed(e); err != nil {
		return err
	}
	t, err := c.openTable(cmd.Context())
	if err != nil {
		return err
	}
	// A file of one entry: the rest of the table says whether it is in the way of another.
	difference, err := entryfile.Diff([]entry.Entry{e}, t.All(cmd.Context(), now), false, now)
	if err != nil {
		return program.Fail(err)
	}
	if err := difference.Conflicts(); err != nil {
		return failures(parts(err))
	}
	step := difference.Steps[0]
	if step.Change, err = t.Put(cmd.Context(), step.Entry, now); err != nil {
		return program.Fail(err)
	}
	return program.NotPrinted(nil, writeStep(cmd.OutOrStdout(), done(step.Change), step))
}

// checkEntry returns all that is wrong with an entry, in one line.
func checkEntry(e entry.Entry, now time.Time) error {
	var errs []error
	for _, problem := range e.Problems() {
		errs = append(errs, problem.Err)
	}
	if e.ExpiredBy(now) {
		errs = append(errs, fmt.Errorf("expiry %s has passed", entry.FormatExpiry(e.Expires)))
	}
	if len(errs) == 0 {
		return nil
	}
	return errors.New(program.OneLine(errors.Join(errs...).Error()))
}

const putLong = `Write the entry of a source: the destinations that are kept equal to it, and until
when. It replaces the entry that the source has, all of it: destinations that are not
named are mirrored no more (they keep their images), and without --expires the entry
never expires. What is known of destinations that stay is kept. An entry that writes the
source in another way (alpine:3 for docker.io/library/alpine:3) is that entry.

Nothing is written unless all of it is right, and allowed (--allow-source and
--allow-destination), and no other entry of the table writes one of the destinations. The names are not looked up: "controller
plan" does that. Sources are written in full where ECR's push events are to find them:
ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG.

WHEN is the last day (in UTC) on which the entry is good, or the second from which on it
is not; 90d and 12w count days and weeks from today, 36h hours from now.`

const putExample = `  controller put docker.io/library/alpine:3 123456789012.dkr.ecr.us-east-1.amazonaws.com/alpine:3
  controller put ghcr.io/org/app:1 registry.example.com/app:1,registry.example.com/app:latest --expires 90d`
