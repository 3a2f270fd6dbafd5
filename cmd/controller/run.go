package main

import (
	"fmt"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/spf13/cobra"

	"ecrmirror/internal/controller"
	"ecrmirror/internal/jobs"
	"ecrmirror/internal/program"
	"ecrmirror/internal/table"
)

func (c *config) sweep(cmd *cobra.Command) error {
	if err := c.checkJobs(); err != nil {
		return err
	}
	ctl, _, err := c.open(cmd)
	if err != nil {
		return err
	}
	report, err := ctl.Sweep(cmd.Context())
	return conclude(cmd, report.String(), report, err)
}

func (c *config) event(cmd *cobra.Command) error {
	if err := c.checkEvent(); err != nil {
		return err
	}
	ctl, cfg, err := c.open(cmd)
	if err != nil {
		return err
	}
	home, err := homeRegistry(cmd.Context(), cfg, c.account)
	if err != nil {
		return err
	}
	sources, err := controller.EventSources(home, c.repository, c.tag)
	if err != nil {
		return err
	}
	report, err := ctl.Event(cmd.Context(), sources)
	summary := report.String()
	if report.Entries == 0 {
		summary = "nothing to do: no entry for " + sources[0]
	}
	return conclude(cmd, summary, report, err)
}

// conclude prints the summary of a run, unless the run ended before it began.
func conclude(cmd *cobra.Command, summary string, report controller.Report, err error) error {
	result := outcome(report, err)
	if err == nil || report.Entries > 0 {
		_, err := fmt.Fprintln(cmd.OutOrStdout(), summary)
		return program.NotPrinted(result, err)
	}
	return result
}

func (c *config) plan(cmd *cobra.Command) error {
	if err := c.checkTable(); err != nil {
		return err
	}
	ctl, _, err := c.open(cmd)
	if err != nil {
		return err
	}
	decisions, report, err := ctl.Plan(cmd.Context())
	result := outcome(report, err)
	if err == nil || len(decisions) > 0 {
		return program.NotPrinted(result, writePlan(cmd.OutOrStdout(), c.output, decisions, report))
	}
	return result
}

// open wires the controller to AWS and the registries. It is the one place where
// the AWS configuration is loaded.
func (c *config) open(cmd *cobra.Command) (*controller.Controller, aws.Config, error) {
	ctx := cmd.Context()
	cfg, err := program.AWSConfig(ctx)
	if err != nil {
		return nil, cfg, err
	}
	if cfg.Region == "" {
		return nil, cfg, program.ErrNoRegion
	}
	registries, err := c.registries.Open(ctx, cfg, nil)
	if err != nil {
		return nil, cfg, err
	}
	level := slog.LevelInfo
	if c.verbose {
		level = slog.LevelDebug
	}
	return &controller.Controller{
		Entries: table.New(dynamodb.NewFromConfig(cfg), c.table),
		Digests: registries,
		Jobs:    jobs.New(batch.NewFromConfig(cfg), c.queue, c.definition),
		Log:     slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: level})),
	}, cfg, nil
}
