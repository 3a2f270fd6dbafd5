package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"ecrmirror/internal/cli"
	"ecrmirror/internal/output"
	"ecrmirror/internal/program"
	"ecrmirror/internal/table"
)

func newRemove(c *config) *cobra.Command {
	return cli.Uses(&cobra.Command{
		Use:     "remove SRC...",
		Short:   "Remove the entries of sources",
		Long:    removeLong,
		Example: removeExample,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("need a source: controller remove SRC... (controller remove -h explains)")
			}
			for _, arg := range args {
				if arg == "" {
					return errors.New("a source is empty")
				}
			}
			return nil
		},
		ValidArgsFunction: c.completeSources(0),
		RunE:              func(cmd *cobra.Command, args []string) error { return c.remove(cmd, args) },
	}, tableFlags...)
}

func (c *config) remove(cmd *cobra.Command, sources []string) error {
	t, err := c.openTable(cmd.Context())
	if err != nil {
		return err
	}
	var errs []error
	for _, source := range sources {
		key, err := removeEntry(cmd.Context(), t, source)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if err := output.Line(cmd.OutOrStdout(), "%s %s", done(table.Removed), key); err != nil {
			return program.NotPrinted(failures(errs), err)
		}
	}
	return failures(errs)
}

// removeEntry removes the entry of a source, and returns its key: the source, or the way in which the
// one entry writes it that has it.
func removeEntry(ctx context.Context, t *table.Table, source string) (string, error) {
	was, err := t.Remove(ctx, source)
	if was || err != nil {
		return source, err
	}
	entries, bad, err := readTable(withoutStatus(t.All(ctx, time.Now())))
	if err != nil {
		return "", err
	}
	keys := spelled(source, entries, bad)
	switch len(keys) {
	case 0:
		return "", fmt.Errorf("%w: %q (controller list shows the sources)", table.ErrNotFound, source)
	case 1:
		_, err := t.Remove(ctx, keys[0])
		return keys[0], err
	}
	return "", fmt.Errorf("%q is the source of several entries: name one of %q", source, keys)
}

// failures returns errors as one of the work, transient if all of them are; nil if there is none.
func failures(errs []error) error {
	if len(errs) == 0 {
		return nil
	}
	all := true
	for _, err := range errs {
		all = all && program.Fail(err).Transient
	}
	return &program.Failure{Err: errors.Join(errs...), Transient: all}
}

const removeLong = `Remove the entries of sources, each in whatever way the table writes it; where several
entries have one source, the one that writes it like that. Nothing is mirrored from them any more; destinations keep their images, and jobs in flight end as they would have.`

const removeExample = `  controller remove docker.io/library/alpine:3
  controller remove ghcr.io/org/app:1 ghcr.io/org/app:2`
