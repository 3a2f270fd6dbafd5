package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"ecrmirror/internal/cli"
	"ecrmirror/internal/entryfile"
	"ecrmirror/internal/outfile"
	"ecrmirror/internal/program"
)

func newList(c *config) *cobra.Command {
	var format *cli.Format
	cmd := &cobra.Command{
		Use:               "list [SOURCE...]",
		Short:             "Print the entries of the table",
		Long:              listLong,
		Example:           listExample,
		ValidArgsFunction: c.completeSources(0),
		RunE: func(cmd *cobra.Command, sources []string) error {
			inv, err := c.inventory(cmd.Context(), time.Now())
			if err != nil {
				return err
			}
			if inv, err = inv.OfAll(sources...); err != nil {
				return program.FailAll(err)
			}
			if format.JSON() {
				return program.NotPrinted(nil, inv.WriteJSON(cmd.OutOrStdout()))
			}
			return program.NotPrinted(nil, inv.WriteText(cmd.OutOrStdout(), c.table))
		},
	}
	format = cli.AddOutput(cmd.Flags(), formerText)
	return cli.Uses(cmd, tableFlags...)
}

const listLong = `Print the entries of the table that have not expired, all or those of some sources, sorted
by source: a line for each destination, of a selection for each rule, and for options and
labels. Items that are invalid entries come last, with the reason. A source may be written in
any way: alpine:3 is docker.io/library/alpine:3.`

const listExample = `  controller list
  controller list docker.io/library/alpine:3
  controller list -o json | jq -r '.[] | select(.expires) | .source'`

func newExport(c *config) *cobra.Command {
	return cli.Uses(&cobra.Command{
		Use:     "export [FILE]",
		Short:   "Write the entries of the table as YAML, for review in version control",
		Long:    exportLong,
		Example: exportExample,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return errors.New("one file at most: controller export [FILE] (controller export -h explains)")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			inv, err := c.inventory(cmd.Context(), time.Now())
			if err != nil {
				return err
			}
			inv = inv.Importable()
			var errs []error
			for _, e := range inv.Invalid {
				errs = append(errs, fmt.Errorf("not exported: %w", e))
			}
			write := func(w io.Writer) error { return entryfile.Write(w, inv.Entries) }
			if len(args) == 0 || args[0] == "-" {
				return program.NotPrinted(program.FailAll(errors.Join(errs...)), write(cmd.OutOrStdout()))
			}
			return program.FailAll(errors.Join(append(errs, outfile.Replace(args[0], write))...))
		},
	}, tableFlags...)
}

const exportLong = `Write the entries of the table that have not expired as YAML, sorted by source, to FILE
or to standard output. The same entries give the same text. "controller import" reads it.

Items that are invalid entries, and entries that an import would refuse, are not written.
They are named on standard error, and the exit code is 1.`

const exportExample = `  controller export entries.yaml
  controller export | diff entries.yaml -`
