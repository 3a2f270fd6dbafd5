package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"ecrmirror/internal/cli"
	"ecrmirror/internal/ledgerfile"
	"ecrmirror/internal/outfile"
	"ecrmirror/internal/output"
	"ecrmirror/internal/program"
)

func newLedger(c *config) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ledger",
		Short: "Look after the ledger",
		Args:  cli.NoArguments,
		RunE: func(*cobra.Command, []string) error {
			return errors.New("need a command: controller ledger adopt, export or import (controller ledger -h explains)")
		},
	}
	cmd.AddCommand(newAdopt(c), newLedgerExport(c), newLedgerImport(c))
	return cmd
}

func newAdopt(c *config) *cobra.Command {
	return cli.Uses(&cobra.Command{
		Use:     "adopt",
		Short:   "Use the ledger with the table from now on, though the table was used with another one",
		Long:    adoptLong,
		Example: "  controller ledger adopt --table mirror --ledger mirror-ledger",
		Args:    cli.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			records, _, err := c.openLedger(cmd.Context())
			if err != nil {
				return err
			}
			entries, err := c.openTable(cmd.Context())
			if err != nil {
				return err
			}
			if err := adopt(cmd.Context(), entries, records); err != nil {
				return program.Fail(err)
			}
			return program.NotPrinted(nil,
				output.Line(cmd.OutOrStdout(), "ledger %q belongs to table %q now", c.ledger, c.table))
		},
	}, "table", "ledger")
}

const adoptLong = `Use the ledger with the table from now on. Until then sweeps and events don't use a ledger
that is new while the table was used with another one, or that belongs to another table: it does
not know who owns a destination, or what is held. They go on without one, and say so.

A ledger that was restored from a backup is the one that it was: it needs no adoption.`

func newLedgerExport(c *config) *cobra.Command {
	return cli.Uses(&cobra.Command{
		Use:     "export [FILE]",
		Short:   "Write all that the ledger knows as lines of JSON",
		Long:    ledgerExportLong,
		Example: "  controller ledger export ledger.json",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return errors.New("one file at most: controller ledger export [FILE]")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.exportLedger(cmd, append(args, "-")[0])
		},
	}, "ledger")
}

// exportLedger writes the items of the ledger to a file, or to standard output where that is -.
func (c *config) exportLedger(cmd *cobra.Command, file string) error {
	records, api, err := c.openLedger(cmd.Context())
	if err != nil {
		return err
	}
	write := func(w io.Writer) error {
		_, err := ledgerfile.Write(w, records.Items(cmd.Context(), api))
		return err
	}
	if file == "-" {
		err = write(cmd.OutOrStdout())
	} else {
		err = outfile.Replace(file, write)
	}
	if err != nil {
		return program.Fail(err)
	}
	return nil
}

const ledgerExportLong = `Write all items of the ledger to FILE or to standard output, one to a line, in the form of
DynamoDB's own exports. "controller ledger import" reads it.`

func newLedgerImport(c *config) *cobra.Command {
	return cli.Uses(&cobra.Command{
		Use:     "import FILE",
		Short:   "Add what an export has, and the ledger does not",
		Long:    ledgerImportLong,
		Example: "  controller ledger import ledger.json && controller ledger adopt",
		Args:    exactly("file, or - for standard input", "controller ledger import FILE"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			file := cmd.InOrStdin()
			if args[0] != "-" {
				opened, err := os.Open(args[0])
				if err != nil {
					return err
				}
				defer func() { _ = opened.Close() }()
				file = opened
			}
			return c.importLedger(cmd, args[0], file)
		},
	}, "ledger")
}

// importLedger adds the items of a file.
func (c *config) importLedger(cmd *cobra.Command, name string, file io.Reader) error {
	records, _, err := c.openLedger(cmd.Context())
	if err != nil {
		return err
	}
	added, there := 0, 0
	for it, err := range ledgerfile.Read(file) {
		if err == nil {
			err = records.Add(cmd.Context(), it)
		}
		switch {
		case records.Overtaken(err):
			there++
		case err != nil:
			return program.Fail(fmt.Errorf("%s: after %d items: %w", name, added+there, err))
		default:
			added++
		}
	}
	return program.NotPrinted(nil,
		output.Line(cmd.OutOrStdout(), "%d items added; %d were there and are left as they are", added, there))
}

const ledgerImportLong = `Add the items of FILE that the ledger does not have. What it has stays as it is. An import
that is cut short is completed by another one.`
