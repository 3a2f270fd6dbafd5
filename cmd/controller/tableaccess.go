package main

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"ecrmirror/internal/entry"
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
func withoutStatus(all iter.Seq2[entry.Entry, error]) iter.Seq2[entry.Entry, error] {
	return func(yield func(entry.Entry, error) bool) {
		for e, err := range all {
			e.Status = entry.Status{}
			if !yield(e, err) {
				return
			}
		}
	}
}

// readTable returns a table's entries, and what is wrong with the items that are no
// good entries, both sorted by source. One whose source names no image is none. Its error is a *program.Failure.
func readTable(all iter.Seq2[entry.Entry, error]) (entries []entry.Entry, bad []*entry.Error, err error) {
	for e, err := range all {
		var wrong *entry.Error
		switch {
		case errors.As(err, &wrong):
			bad = append(bad, wrong)
		case err != nil:
			return nil, nil, program.Fail(err)
		case entry.CheckSource(e.Source) != nil:
			bad = append(bad, &entry.Error{Source: e.Source, Err: entry.CheckSource(e.Source)})
		default:
			entries = append(entries, e)
		}
	}
	slices.SortFunc(entries, func(a, b entry.Entry) int { return cmp.Compare(a.Source, b.Source) })
	slices.SortFunc(bad, func(a, b *entry.Error) int { return cmp.Compare(a.Source, b.Source) })
	return entries, bad, nil
}
