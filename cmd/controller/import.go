package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"ecrmirror/internal/cli"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/entryfile"
	"ecrmirror/internal/output"
	"ecrmirror/internal/program"
	"ecrmirror/internal/table"
)

func newImport(c *config) *cobra.Command {
	var how importing
	cmd := &cobra.Command{
		Use:     "import FILE",
		Short:   "Bring the table up to a YAML file of entries",
		Long:    importLong,
		Example: importExample,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("need one file, or - for standard input: controller import FILE (controller import -h explains)")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return c.importFile(cmd, args[0], how) },
	}
	cmd.Flags().BoolVar(&how.prune, "prune", false, "remove the entries that the file does not have")
	cmd.Flags().BoolVar(&how.dryRun, "dry-run", false, "say what would change, and write nothing")
	return cli.Uses(cmd, putFlags...)
}

// importing is how a file is imported.
type importing struct{ prune, dryRun bool }

func (c *config) importFile(cmd *cobra.Command, file string, how importing) error {
	ctx, now := cmd.Context(), time.Now()
	entries, err := readEntries(cmd.InOrStdin(), file, now)
	if err != nil {
		return err
	}
	if err := c.checkAllAllowed(file, entries); err != nil {
		return err
	}
	if how.prune && len(entries) == 0 {
		return fmt.Errorf("%s has no entries: with --prune nothing would be left in the table (controller remove SRC... removes entries)", file)
	}
	t, err := c.openTable(ctx)
	if err != nil {
		return err
	}
	difference, err := entryfile.Diff(entries, t.All(ctx, now), how.prune, now)
	if err != nil {
		return program.Fail(err)
	}
	if err := difference.Conflicts(); err != nil {
		return failures(parts(err))
	}
	steps := difference.Steps
	if err := announce(cmd.OutOrStdout(), cmd.ErrOrStderr(), steps, difference.Bad); err != nil {
		return program.NotPrinted(nil, err) // nothing is written that nobody could see
	}
	counts, changes := tally(steps)
	if how.dryRun {
		return program.NotPrinted(nil, output.Line(cmd.OutOrStdout(), "nothing written of %d changes: %s", changes, counts))
	}
	taken, failed := entryfile.Apply(ctx, t, steps, now)
	var result error
	if failed != nil {
		result = failures(parts(failed))
	}
	return program.NotPrinted(result, output.Line(cmd.OutOrStdout(), "%d of %d changes written: %s", taken, changes, counts))
}

// readEntries reads and checks a file, or standard input for "-". Each of its errors names the file.
func readEntries(stdin io.Reader, file string, now time.Time) ([]entry.Entry, error) {
	in, name := stdin, "standard input"
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in, name = f, file
	}
	entries, err := entryfile.Read(in, now)
	if err == nil {
		return entries, nil
	}
	var errs []error
	for _, err := range parts(err) {
		errs = append(errs, fmt.Errorf("%s: %w", name, err))
	}
	return nil, errors.Join(errs...)
}

// announce prints what is to change, and which items of the table are left although
// they are no good entries.
func announce(stdout, stderr io.Writer, steps []entryfile.Step, bad []*entry.Error) error {
	for _, step := range steps {
		if step.Change == table.Kept {
			continue
		}
		if err := writeStep(stdout, string(step.Change), step); err != nil {
			return err
		}
	}
	for _, b := range bad {
		if slices.ContainsFunc(steps, func(s entryfile.Step) bool { return s.Entry.Source == b.Source }) {
			continue
		}
		if err := output.Line(stderr, "controller: left as it is: %v", b); err != nil {
			return err
		}
	}
	return nil
}

// parts returns the errors that were joined in err.
func parts(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

const importLong = `Bring the table up to a YAML file of entries, or - for standard input:

  entries:
    - source: docker.io/library/alpine:3
      destinations:
        - 123456789012.dkr.ecr.us-east-1.amazonaws.com/alpine:3
      expires: 2027-01-31   # optional; see controller put -h

All of the file is checked first: if anything in it is wrong, or not allowed
(--allow-source, --allow-destination), nothing is written. Then
what changes is printed and written, in no transaction: run it again if it is interrupted.
A file may have 32 MiB, and 300,000 lines, list items and fields in each of its documents, which
lines of three dashes separate; larger tables take several files.

Entries that the file does not have stay, unless --prune is given. Items of the table
that are no good entries stay, too, unless the file has their source.`

const importExample = `  controller import entries.yaml --prune --dry-run
  controller import entries.yaml --prune`
