package main

import (
	"context"
	"errors"
	"io"
	"time"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/ledger"
	"ecrmirror/internal/output"
	"ecrmirror/internal/program"
	"ecrmirror/internal/statusview"
)

// imagesShown returns what tells the images that selections stand for now, with what the ledger remembers of each. What
// can't be told is a line on w.
func (c *config) imagesShown(w io.Writer, now time.Time) func(context.Context, entry.Entry) []statusview.Entry {
	return func(ctx context.Context, selection entry.Entry) []statusview.Entry {
		if c.ledger == "" {
			_ = output.Line(w, "controller: the images of %s are not shown: without --ledger nothing is remembered of them "+
				"(controller explain looks at them)", selection.Source)
			return nil
		}
		images, err := c.imagesOf(ctx, selection, w)
		if err != nil {
			_ = output.Line(w, "controller: not all images of %s are shown: %v", selection.Source, err)
		}
		known, err := c.remembered(ctx, images)
		if err != nil {
			_ = output.Line(w, "controller: what became of the images of %s is not known: %v", selection.Source, err)
		}
		return statusview.ImagesOf(selection, images, known, now)
	}
}

// imagesOf returns the images that a selection stands for now. The error tells of those that are missing.
func (c *config) imagesOf(ctx context.Context, selection entry.Entry, stderr io.Writer) ([]entry.Placement, error) {
	cfg, err := c.openAWS(ctx)
	if err != nil {
		return nil, err
	}
	registries, err := c.registries.Open(ctx, cfg, nil, c.newLog(stderr))
	if err != nil {
		return nil, err
	}
	defer registries.Close()
	allowed, err := c.allowed.Lists()
	if err != nil {
		return nil, err
	}
	found, err := c.expander(registries, allowed).Expand(ctx, selection)
	if err != nil {
		return nil, program.Fail(err)
	}
	var errs []error
	var images []entry.Placement
	for _, r := range found.Repositories {
		errs, images = append(errs, r.Err), append(images, r.Images...)
	}
	return images, errors.Join(errs...)
}

// remembered returns what the ledger has of images.
func (c *config) remembered(ctx context.Context, images []entry.Placement) (statusview.Remembered, error) {
	records, _, err := c.openLedger(ctx)
	if err != nil {
		return statusview.Remembered{}, err
	}
	var sources, destinations []ledger.Key
	for _, image := range images {
		sources = append(sources, ledger.KeyOf(image.Source))
		for _, d := range image.Destinations {
			destinations = append(destinations, ledger.KeyOf(d))
		}
	}
	found, err := records.Read(ctx, sources, destinations)
	return statusview.Remembered(found), err
}
