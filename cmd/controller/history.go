package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/spf13/cobra"

	"ecrmirror/internal/cli"
	"ecrmirror/internal/contract"
	"ecrmirror/internal/flagvalue"
	"ecrmirror/internal/historyview"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/ledger"
	"ecrmirror/internal/ledgertable"
	"ecrmirror/internal/program"
)

// kept is how long the ledger keeps what happened.
const kept = 90 * 24 * time.Hour

func newHistory(c *config) *cobra.Command {
	var format *cli.Format
	since := flagvalue.NewDuration(kept, time.Second, "24h")
	var filter historyview.Filter
	cmd := &cobra.Command{
		Use:     "history [IMAGE]",
		Short:   "Print what happened to an image, at its source or at a destination, or to all images",
		Long:    historyLong,
		Example: historyExample,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return errors.New("one image at most: controller history [IMAGE] (controller history -h explains)")
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, image []string) error {
			return c.history(cmd, image, since.Value(), filter, format)
		},
	}
	format = cli.AddOutput(cmd.Flags())
	cmd.Flags().Var(&since, "since", "show only what happened in this `DURATION` before now")
	cmd.Flags().StringVar(&filter.Job, "job", "", "show only what the job with this `ID` did")
	cmd.Flags().BoolVar(&filter.Failed, "failed", false, "show only jobs that failed")
	return cli.Uses(cmd, "ledger")
}

func (c *config) history(
	cmd *cobra.Command, image []string, since time.Duration, filter historyview.Filter, format *cli.Format,
) error {
	var repository string
	for _, text := range image {
		k, err := keyOf(text)
		if err != nil {
			return err
		}
		repository, filter.Tag = k.Repository, k.Tag
	}
	records, api, err := c.openLedger(cmd.Context())
	if err != nil {
		return err
	}
	var events []ledger.Event
	for e, err := range records.Events(cmd.Context(), api, repository, time.Now().Add(-since)) {
		if err != nil {
			return program.Fail(err)
		}
		events = append(events, e)
	}
	if shown := filter.Apply(events); format.JSON() {
		err = historyview.WriteJSON(cmd.OutOrStdout(), shown)
	} else {
		err = historyview.WriteText(cmd.OutOrStdout(), c.palette(cmd.OutOrStdout()), shown)
	}
	return program.NotPrinted(nil, err)
}

// keyOf returns the key of an image in a registry, which are those that the ledger knows.
func keyOf(text string) (ledger.Key, error) {
	name, err := imagename.ParseImage(text)
	if err == nil && name.IsOnDisk() {
		err = fmt.Errorf("image name %q: the ledger knows images in registries only", text)
	}
	return ledger.KeyOf(name), err
}

// openLedger opens the ledger for a command that reads it.
func (c *config) openLedger(ctx context.Context) (*ledgertable.Table, *dynamodb.Client, error) {
	if c.ledger == "" {
		return nil, nil, missing("ledger", "--ledger", contract.EnvLedger)
	}
	cfg, err := program.NeedAWS(ctx)
	if err != nil {
		return nil, nil, err
	}
	api := dynamodb.NewFromConfig(cfg)
	return ledgertable.New(api, c.ledger), api, nil
}

const historyLong = `Print what happened to an image in the last 90 days, the oldest first. IMAGE is a source or
a destination, written in any way. Without it the whole ledger is read, for all images.

  moved      the source has another digest
  owned      the destination has another owner: the source that it is mirrored from
  submitted  a job was submitted
  copied     a sweep has seen at the destination what a job wrote
  failed     a job failed for good, or ended without a word
  held       the image is kept as it is from then on
  released   and no longer

Copies and failures are here once a sweep or an event has looked at the image again.`

const historyExample = `  controller history 123456789012.dkr.ecr.us-east-1.amazonaws.com/alpine:3
  controller history --since 24h --failed
  controller history --job 5b1e1b0a-0f6c-4d1b-8f0a-3c1d2e3f4a5b -o json`

func newOwner(c *config) *cobra.Command {
	var format *cli.Format
	cmd := &cobra.Command{
		Use:               "owner DEST",
		Short:             "Print which source a destination is mirrored from, and since when",
		Long:              ownerLong,
		Example:           ownerExample,
		Args:              exactly("DEST", "controller owner DEST"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(cmd *cobra.Command, args []string) error { return c.owner(cmd, args[0], format) },
	}
	format = cli.AddOutput(cmd.Flags())
	return cli.Uses(cmd, "ledger")
}

// owner prints the owner of a destination.
func (c *config) owner(cmd *cobra.Command, destination string, format *cli.Format) error {
	k, err := keyOf(destination)
	if err != nil {
		return err
	}
	records, _, err := c.openLedger(cmd.Context())
	if err != nil {
		return err
	}
	found, err := records.ReadDestination(cmd.Context(), k)
	if err == nil && found.Later {
		err = fmt.Errorf("%s: %w", k, ledger.ErrLater)
	}
	if err != nil {
		return program.Fail(err)
	}
	return program.NotPrinted(nil, historyview.WriteOwner(cmd.OutOrStdout(), format.JSON(), k.String(), found.Owner))
}

// exactly returns a check that there is one argument.
func exactly(what, usage string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return errors.New("need one " + what + ": " + usage)
		}
		return nil
	}
}

const ownerLong = `Print which source a destination is mirrored from, and since when. Of two entries that have
one destination, the owner's is mirrored there, and the other one fails, until the owner's entry
is removed, expires or has the destination no more.`

const ownerExample = `  controller owner 123456789012.dkr.ecr.us-east-1.amazonaws.com/alpine:3`
