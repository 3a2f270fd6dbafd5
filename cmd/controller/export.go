package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"ecrmirror/internal/cli"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/entryfile"
	"ecrmirror/internal/program"
)

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
			if len(args) == 0 {
				return c.export(cmd, "-")
			}
			return c.export(cmd, args[0])
		},
	}, tableFlags...)
}

// export writes the entries to a file, or by "-" to standard output, and names the items that are no good entries.
func (c *config) export(cmd *cobra.Command, file string) error {
	t, err := c.openTable(cmd.Context())
	if err != nil {
		return err
	}
	entries, bad, err := readTable(withoutStatus(t.All(cmd.Context(), time.Now())))
	if err != nil {
		return err
	}
	entries, wrong := importable(entries)
	var errs []error
	for _, b := range append(bad, wrong...) {
		errs = append(errs, fmt.Errorf("not exported: %w", b))
	}
	write := func(w io.Writer) error { return entryfile.Write(w, entries) }
	if file == "-" {
		return program.NotPrinted(failures(errs), write(cmd.OutOrStdout()))
	}
	if err := replaceFile(file, write); err != nil {
		errs = append(errs, err)
	}
	return failures(errs)
}

// importable returns the entries that an import takes, and what is wrong with the others.
func importable(entries []entry.Entry) (good []entry.Entry, wrong []*entry.Error) {
	for _, e := range entries {
		if err := e.Check(); err != nil {
			wrong = append(wrong, &entry.Error{Source: e.Source, Err: err})
		} else {
			good = append(good, e)
		}
	}
	return good, wrong
}

// replaceFile writes a file, which has its new content all at once. What is no ordinary
// file (a pipe, a link) is written to as it is.
func replaceFile(name string, write func(io.Writer) error) error {
	mode := os.FileMode(0o644)
	if old, err := os.Lstat(name); err == nil {
		if !old.Mode().IsRegular() {
			return writeTo(name, write)
		}
		mode = old.Mode().Perm()
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".export-*.yaml")
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("writing %s: there is no directory %s", name, filepath.Dir(name))
	}
	if err != nil {
		return fmt.Errorf("writing %s: in its directory: %w", name, causeOf(err))
	}
	defer func() { _ = os.Remove(f.Name()) }() // it is gone if all went well
	if err := errors.Join(write(f), f.Chmod(mode), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// causeOf returns an error without the name of a temporary file.
func causeOf(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	return err
}

func writeTo(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

const exportLong = `Write the entries of the table that have not expired as YAML, sorted by source, to FILE
or to standard output: the same entries give the same text. "controller import" reads it.

Items that are no good entries, and entries that an import would refuse, are not written. They are named on standard error, and
the exit code is 1.`

const exportExample = `  controller export entries.yaml
  controller export | diff entries.yaml -`
