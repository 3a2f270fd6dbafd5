package main

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"ecrmirror/internal/program"
	"ecrmirror/internal/table"
)

// openTable returns the table of entries, for commands that need nothing but it.
func (c *config) openTable(ctx context.Context) (*table.Table, error) {
	if err := c.checkTable(); err != nil {
		return nil, err
	}
	cfg, err := program.AWSConfig(ctx)
	if err != nil {
		return nil, err
	}
	if cfg.Region == "" {
		return nil, program.ErrNoRegion
	}
	if err := program.HaveCredentials(ctx, cfg); err != nil {
		return nil, err
	}
	return table.New(dynamodb.NewFromConfig(cfg), c.table), nil
}

// withoutStatus leaves out what takes most of an entry's memory.
func withoutStatus(all iter.Seq2[table.Entry, error]) iter.Seq2[table.Entry, error] {
	return func(yield func(table.Entry, error) bool) {
		for entry, err := range all {
			entry.Status = table.Status{}
			if !yield(entry, err) {
				return
			}
		}
	}
}

// readTable returns a table's entries, and what is wrong with the items that are no
// good entries, both sorted by source. One whose source names no image is none. Its error is a *program.Failure.
func readTable(all iter.Seq2[table.Entry, error]) (entries []table.Entry, bad []*table.EntryError, err error) {
	for entry, err := range all {
		var wrong *table.EntryError
		switch {
		case errors.As(err, &wrong):
			bad = append(bad, wrong)
		case err != nil:
			return nil, nil, program.Fail(err)
		case table.CheckSource(entry.Source) != nil:
			bad = append(bad, &table.EntryError{Source: entry.Source, Err: table.CheckSource(entry.Source)})
		default:
			entries = append(entries, entry)
		}
	}
	slices.SortFunc(entries, func(a, b table.Entry) int { return cmp.Compare(a.Source, b.Source) })
	slices.SortFunc(bad, func(a, b *table.EntryError) int { return cmp.Compare(a.Source, b.Source) })
	return entries, bad, nil
}
