package main

import (
	"cmp"
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
				return errors.New("need the source of a selection: controller explain SOURCE " +
					"(controller explain -h explains)")
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
				return program.NotPrinted(unlisted(found), explainview.WriteJSON(stdout, found))
			}
			return program.NotPrinted(unlisted(found), explainview.WriteText(stdout, c.palette(stdout), found, all))
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
	selected, err := inv.Selection(source)
	if err != nil {
		return explainview.Selection{}, program.Fail(err)
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
	found, err := c.look(ctx, registries, records, inv.Entries, selected)
	if err != nil {
		return explainview.Selection{}, program.Fail(err)
	}
	return found, nil
}

// unlisted returns an error if nothing is mirrored of a repository, whose reason is printed.
func unlisted(s explainview.Selection) error {
	failed := 0
	for _, r := range s.Repositories {
		if r.Err != nil {
			failed++
		}
	}
	if failed == 0 {
		return nil
	}
	return program.Fail(fmt.Errorf("nothing is mirrored of %d of %d repositories", failed, len(s.Repositories)))
}

// look expands a selection and compares its images with their destinations. All are the entries, which may be in its
// way. Records may be nil.
func (c *config) look(
	ctx context.Context, registries *images.Client, records *ledgertable.Table, all others, selection entry.Entry,
) (explainview.Selection, error) {
	allowed, err := c.allowed.Lists()
	if err != nil {
		return explainview.Selection{}, err
	}
	expander := c.expander(registries, allowed)
	found, err := expander.Expand(ctx, selection)
	if err != nil {
		return explainview.Selection{}, err
	}
	ctl := controller.Controller{
		Entries: all, Digests: registries, Allowed: allowed, Limit: c.limit.Value(),
		Selections:          func() controller.Selections { return expander },
		CreatesRepositories: c.creates.String() == "on",
	}
	if records != nil {
		ctl.Ledger = records
	}
	results, _, err := ctl.PlanOf(ctx, imagesOf(found, selection))
	by := make(map[string]entry.Result, len(results))
	for _, r := range results {
		if first, is := by[r.Source]; is { // of rules with other options
			r.Destinations, r.Err = append(first.Destinations, r.Destinations...), cmp.Or(first.Err, r.Err)
		}
		by[r.Source] = r
	}
	return explainview.Selection{Expansion: found, Results: by}, err
}

// others are entries of a table.
type others []entry.Entry

// All implements [controller.Entries].
func (o others) All(context.Context, time.Time) iter.Seq2[entry.Entry, error] {
	return func(yield func(entry.Entry, error) bool) {
		for _, e := range o {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// imagesOf iterates the images of a selection.
func imagesOf(x expansion.Expansion, of entry.Entry) iter.Seq2[entry.Entry, error] {
	return func(yield func(entry.Entry, error) bool) {
		for _, r := range x.Repositories {
			for e := range r.Entries(of) {
				if !yield(e, nil) {
					return
				}
			}
		}
	}
}

const explainLong = `Print which tags a selection chooses in what its registry lists now: each with the rule
that chose it, its digest, and how each destination compares. Of the tags that are not
chosen one is named for each reason, or all with --all. Rules that choose nothing, and
pinned tags that do not exist, are named, too. Nothing is changed.

  chosen by rule 2             the second rule takes it; so by several rules
  not a version                a rule with a version passes over what is none
  2 parts, not 3               the rule asks for versions of another number of parts
  variant alpine               the rule asks for another variant, or for none
  pre-release rc.1             the rule does not take pre-releases
  not in ^1.27                 the version is outside of the rule's range
  older than the newest 10     others come first in the rule's order
  excluded by "*-test"         by the rule's own pattern
  held: 2 d old, not 7 d       it is too young yet

A list that was cut off is an error: nothing is chosen of half a list. The exit code is 1
if nothing is mirrored of a repository.`

const explainExample = `  controller explain docker.io/library/nginx
  controller explain nginx --all
  controller explain 'ghcr.io/org/**' -o json | jq -r '.[].tags[] | select(.chosen) | .tag'`
