package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/spf13/cobra"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/controller"
	"ecrmirror/internal/jobs"
	"ecrmirror/internal/output"
	"ecrmirror/internal/program"
	"ecrmirror/internal/table"
)

func (c *config) sweep(cmd *cobra.Command) error {
	if err := c.checkJobs(); err != nil {
		return err
	}
	ctl, err := c.open(cmd)
	if err != nil {
		return err
	}
	report, err := ctl.Sweep(cmd.Context())
	var notWritten error
	if err == nil || report.Entries > 0 {
		notWritten = c.writeMetrics(cmd.OutOrStdout(), time.Now(), report)
	}
	return program.NotPrinted(conclude(cmd, report.String(), report, err), notWritten)
}

// conclude prints the summary of a run, unless the run ended before it began.
func conclude(cmd *cobra.Command, summary string, report controller.Report, err error) error {
	result := outcome(report, err)
	if err == nil || report.Entries > 0 {
		return program.NotPrinted(result, output.Line(cmd.OutOrStdout(), "%s", summary))
	}
	return result
}

func (c *config) plan(cmd *cobra.Command, asJSON bool) error {
	if err := c.checkTable(); err != nil {
		return err
	}
	ctl, err := c.open(cmd)
	if err != nil {
		return err
	}
	if !c.verbose { // the plan says it all
		ctl.Log = slog.New(slog.DiscardHandler)
	}
	decisions, report, err := ctl.Plan(cmd.Context())
	result := outcome(report, err)
	if err == nil || len(decisions) > 0 {
		result = program.NotPrinted(result, writePlan(cmd.OutOrStdout(), c.palette(cmd.OutOrStdout()), asJSON, decisions, report))
	}
	if result == nil && c.exitCode && wanted(decisions) {
		return program.Silent(contract.ExitChanges)
	}
	return result
}

// connections is how many unused connections to an AWS service are kept: as many as statuses are
// written at a time.
const connections = 64

// open wires the controller to AWS and the registries.
func (c *config) open(cmd *cobra.Command) (*controller.Controller, error) {
	cfg, err := c.openAWS(cmd.Context())
	if err != nil {
		return nil, err
	}
	return c.openController(cmd.Context(), cfg, c.newLog(cmd.ErrOrStderr()))
}

// openAWS loads the AWS configuration for a controller, which has credentials.
func (c *config) openAWS(ctx context.Context) (aws.Config, error) {
	_, err := c.allowed.Lists() // that they are right, before anything is done
	if err := errors.Join(c.environment.Check(timeLimitFlag, logFormatFlag, metricsFlag, createsFlag), err); err != nil {
		return aws.Config{}, err
	}
	cfg, err := program.AWSConfig(ctx)
	if err != nil {
		return cfg, err
	}
	if cfg.Region == "" {
		return cfg, program.ErrNoRegion
	}
	if err := program.HaveCredentials(ctx, cfg); err != nil {
		return cfg, err
	}
	if client, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok {
		cfg.HTTPClient = client.WithTransportOptions(func(t *http.Transport) { t.MaxIdleConnsPerHost = connections })
	}
	return cfg, nil
}

// openController wires the controller to AWS and the registries, whose logins are read.
func (c *config) openController(ctx context.Context, cfg aws.Config, log *slog.Logger) (*controller.Controller, error) {
	allowed, err := c.allowed.Lists()
	if err != nil {
		return nil, err
	}
	registries, err := c.registries.Open(ctx, cfg, nil, log)
	if err != nil {
		return nil, err
	}
	entries := table.New(dynamodb.NewFromConfig(cfg), c.table)
	return &controller.Controller{
		Entries: entries,
		Digests: registries,
		Jobs:    jobs.New(batch.NewFromConfig(cfg), c.queue, c.definition).Longest(c.parameters.Value()),
		Status:  func() controller.Recorder { return entries.Recorder() },
		Allowed: allowed,
		Limit:   c.limit.Value(),
		Log:     log,

		CreatesRepositories: c.creates.String() == "on",
	}, nil
}
