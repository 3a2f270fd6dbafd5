package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/spf13/cobra"

	"ecrmirror/internal/cli"
	"ecrmirror/internal/controller"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/expansion"
	"ecrmirror/internal/explainview"
	"ecrmirror/internal/images"
	"ecrmirror/internal/ledgertable"
	"ecrmirror/internal/program"
	"ecrmirror/internal/table"
)

func newExplain(c *config) *cobra.Command {
	var format *cli.Format
	var all bool
	cmd := &cobra.Command{
		Use:     "explain SOURCE",
		Short:   "Print which tags a selection chooses now, and why, and what becomes of them",
		Long:    explainLong,
		Example: explainExample,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("need the source of a selection: controller explain SOURCE (controller explain -h explains)")
			}
			return nil
		},
		ValidArgsFunction: c.completeSources(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			found, err := c.explain(cmd.Context(), args[0], cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			stdout := cmd.OutOrStdout()
			if format.JSON() {
				return program.NotPrinted(nil, explainview.WriteJSON(stdout, found))
			}
			return program.NotPrinted(nil, explainview.WriteText(stdout, c.palette(stdout), found, all))
		},
	}
	format = cli.AddOutput(cmd.Flags())
	cmd.Flags().BoolVar(&all, "all", false, "show each tag that is not chosen, not one for each reason")
	return cli.Uses(cmd, planFlags...)
}

// explain looks at a selection as a sweep does.
func (c *config) explain(ctx context.Context, source string, stderr io.Writer) (explainview.Selection, error) {
	inv, err := c.inventory(ctx, time.Now())
	if err != nil {
		return explainview.Selection{}, err
	}
	if inv, err = inv.OfAll(source); err != nil {
		return explainview.Selection{}, program.FailAll(err)
	}
	if len(inv.Entries) != 1 || !inv.Entries[0].IsSelection() {
		return explainview.Selection{}, program.Fail(fmt.Errorf("%s is not a selection: the entry has no tags", source))
	}
	cfg, err := c.openAWS(ctx)
	if err != nil {
		return explainview.Selection{}, err
	}
	log := c.newLog(stderr)
	registries, err := c.registries.Open(ctx, cfg, nil, log)
	if err != nil {
		return explainview.Selection{}, err
	}
	defer registries.Close()
	records, err := c.ledgerOf(ctx, cfg, table.New(dynamodb.NewFromConfig(cfg), c.table), log, noBeginning)
	if err != nil {
		return explainview.Selection{}, err
	}
	found, err := c.look(ctx, registries, records, inv.Entries[0])
	if err != nil {
		return explainview.Selection{}, program.Fail(err)
	}
	return found, nil
}

// look expands a selection and compares its images with their destinations. Records may be nil.
func (c *config) look(
	ctx context.Context, registries *images.Client, records *ledgertable.Table, selection entry.Entry,
) (explainview.Selection, error) {
	found, err := c.expander(registries).Expand(ctx, selection)
	if err != nil {
		return explainview.Selection{}, err
	}
	allowed, err := c.allowed.Lists()
	if err != nil {
		return explainview.Selection{}, err
	}
	ctl := controller.Controller{
		Entries: expanded{found, selection}, Digests: registries, Allowed: allowed, Limit: c.limit.Value(),
		CreatesRepositories: c.creates.String() == "on",
	}
	if records != nil {
		ctl.Ledger = records
	}
	results, _, err := ctl.Plan(ctx)
	by := make(map[string]entry.Result, len(results))
	for _, r := range results {
		by[r.Source] = r
	}
	return explainview.Selection{Expansion: found, Results: by}, err
}

// expanded are the images of a selection.
type expanded struct {
	expansion.Expansion
	of entry.Entry
}

// All implements [controller.Entries].
func (x expanded) All(context.Context, time.Time) iter.Seq2[entry.Entry, error] {
	return func(yield func(entry.Entry, error) bool) {
		for _, r := range x.Repositories {
			for e := range r.Entries(x.of) {
				if !yield(e, nil) {
					return
				}
			}
		}
	}
}

const explainLong = `Print which tags a selection chooses in what its registry lists now: each with the rule
that chose it, its digest, and what a sweep would do about each destination. Of the tags
that are not chosen one is named for each reason, or all with --all. Nothing is changed.

  chosen by rule 2             the second rule takes it; so by several rules
  not a version                a rule with a version passes over what is none
  variant alpine               the rule asks for another variant, or for none
  pre-release rc.1             the rule does not take pre-releases
  older than the newest 10     others come first in the rule's order
  excluded by "*-test"         by the rule's own pattern
  held: 2 d old, not 7 d       it is too young yet

A list that was cut off is an error: nothing is chosen of half a list.`

const explainExample = `  controller explain docker.io/library/nginx
  controller explain nginx --all
  controller explain ghcr.io/org/** -o json | jq -r '.[].tags[] | select(.chosen) | .tag'`
