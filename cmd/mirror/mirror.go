package main

import (
	"context"
	"io"
	"log/slog"
	"slices"

	"ecrmirror/internal/mirror"
	"ecrmirror/internal/program"
	"ecrmirror/internal/registry"
)

// mirrorImage copies the image and prints the report. Where the configuration is
// right, its error is a *program.Failure.
func mirrorImage(ctx context.Context, c *config, stdout, stderr io.Writer) error {
	cfg, err := program.AWSConfig(ctx)
	if err != nil {
		return err
	}
	images, err := c.registries.Open(ctx, cfg)
	if err != nil {
		return err
	}
	log := slog.New(slog.DiscardHandler)
	if c.verbose {
		log = slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	copier := mirror.New(images, mirror.Options{Transient: registry.Transient, Log: log})
	report := copier.Copy(ctx, c.source, c.destinations)
	return program.NotPrinted(failure(report), writeReport(stdout, c.output, report))
}

// failure returns what failed, as a *program.Failure. Another try is worth it if a
// single destination gains by it.
func failure(report *mirror.Report) error {
	err := report.Err()
	if err == nil {
		return nil
	}
	transient := slices.ContainsFunc(report.Results, func(r mirror.Result) bool { return r.Transient })
	return &program.Failure{Err: err, Transient: transient}
}
