package main

import (
	"context"
	"io"
	"log/slog"
	"slices"

	awsconfig "github.com/aws/aws-sdk-go-v2/config"

	"ecrmirror/internal/mirror"
	"ecrmirror/internal/program"
	"ecrmirror/internal/registry"
)

// mirrorImage copies the image and prints the report. The error it returns is a *program.Failure.
func mirrorImage(ctx context.Context, c *config, stdout, stderr io.Writer) error {
	cfg, err := awsconfig.LoadDefaultConfig(ctx)
	if err != nil {
		return program.Fail(err)
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
	if err := writeReport(stdout, c.output, report); err != nil {
		return program.Fail(err)
	}
	if err := report.Err(); err != nil {
		// Another try is worth it if a single destination gains by it.
		transient := slices.ContainsFunc(report.Results, func(r mirror.Result) bool { return r.Transient })
		return &program.Failure{Err: err, Transient: transient}
	}
	return nil
}
