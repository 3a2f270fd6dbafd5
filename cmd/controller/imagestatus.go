package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"ecrmirror/internal/allow"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/expansion"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/ledger"
	"ecrmirror/internal/ledgertable"
	"ecrmirror/internal/listed"
	"ecrmirror/internal/output"
	"ecrmirror/internal/selection"
	"ecrmirror/internal/statusview"
)

// imagesShown returns what tells the images of selections: those that the rules choose of what the ledger remembers.
// What can't be told is a line on w.
func (c *config) imagesShown(w io.Writer, now time.Time) func(context.Context, entry.Entry) []statusview.Entry {
	return func(ctx context.Context, e entry.Entry) []statusview.Entry {
		if c.ledger == "" {
			_ = output.Line(w, "controller: the images of %s are not shown: without --ledger nothing is remembered of them "+
				"(controller explain looks at them)", e.Source)
			return nil
		}
		images, known, err := c.remembered(ctx, e)
		switch nothing := (*selection.NothingError)(nil); {
		case errors.As(err, &nothing):
			_ = output.Line(w, "controller: no image of %s is remembered that its rules choose (controller explain looks "+
				"at them)", e.Source)
		case err != nil:
			_ = output.Line(w, "controller: not all images of %s are shown: %v", e.Source, err)
		}
		return statusview.ImagesOf(e, images, known, now)
	}
}

// remembered returns the images of a selection that the ledger remembers, and what it has of them. The error tells of
// those that are missing.
func (c *config) remembered(ctx context.Context, e entry.Entry) ([]entry.Placement, statusview.Remembered, error) {
	records, api, err := c.openLedger(ctx)
	if err != nil {
		return nil, statusview.Remembered{}, err
	}
	all, err := c.expander(memories{records, api}, allow.Lists{}).Expand(ctx, e)
	errs := []error{err}
	var images []entry.Placement
	var sources, destinations []ledger.Key
	for _, r := range all.Repositories {
		errs, images = append(errs, r.Err), append(images, r.Images...)
	}
	for _, image := range images {
		sources = append(sources, ledger.KeyOf(image.Source))
		for _, d := range image.Destinations {
			destinations = append(destinations, ledger.KeyOf(d))
		}
	}
	found, err := records.Read(ctx, sources, destinations)
	return images, statusview.Remembered(found), errors.Join(append(errs, err)...)
}

// memories are what the ledger remembers, as lists of registries: no registry is asked.
type memories struct {
	*ledgertable.Table
	api ledgertable.HistoryAPI
}

// Tags implements [expansion.Lists]. A tag is as old as its digest has been known.
func (m memories) Tags(ctx context.Context, repository imagename.Name, _ bool) (all listed.Tags, err error) {
	sources, err := m.Sources(ctx, m.api, repository.Place())
	for tag, source := range sources {
		all.Tags = append(all.Tags, listed.Tag{Name: tag, Digest: source.Digest, Uploaded: source.Since})
	}
	return all, err
}

// Repositories implements [expansion.Lists].
func (m memories) Repositories(
	ctx context.Context, registry imagename.Name, path string,
) (all listed.Repositories, err error) {
	below := path
	if below != "" {
		below += "/"
	}
	registry.Repository = below + "x"
	prefix := strings.TrimSuffix(registry.Place(), "x")
	repositories, err := m.SourceRepositories(ctx, m.api, prefix)
	for _, r := range repositories {
		all.Names = append(all.Names, below+strings.TrimPrefix(r, prefix))
	}
	return all, err
}

var _ expansion.Lists = memories{}
