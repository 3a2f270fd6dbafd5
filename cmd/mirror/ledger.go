package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/spf13/pflag"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/jobledger"
	"ecrmirror/internal/ledgertable"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/program"
)

const ledgerFlag = "ledger"

// Variables that AWS Batch and ECS set. Sources: AWS Batch User Guide, "AWS Batch job environment variables"; Amazon
// ECS Developer Guide, "Amazon ECS task metadata endpoint version 4".
const (
	envJob      = "AWS_BATCH_JOB_ID"
	envAttempt  = "AWS_BATCH_JOB_ATTEMPT" // from 1
	envMetadata = "ECS_CONTAINER_METADATA_URI_V4"
)

func (c *config) addLedger(flags *pflag.FlagSet) {
	flags.StringVar(&c.ledger, ledgerFlag, "",
		"`NAME` or ARN of the ledger's DynamoDB table: images that it holds stay as they are, and what becomes of the "+
			"others is recorded (env "+contract.EnvLedger+", in a job of AWS Batch alone)")
}

// ledgerName returns the ledger to keep, "" for none. The environment names one for jobs: who has it exported, and
// copies by hand, does not mean to record that.
func (c *config) ledgerName(flags *pflag.FlagSet) string {
	if !flags.Changed(ledgerFlag) && c.getenv(envJob) != "" {
		return c.getenv(contract.EnvLedger)
	}
	return c.ledger
}

// openLedger returns the ledger to keep, nil for none.
func (c *config) openLedger(cfg aws.Config, log *slog.Logger) (*jobledger.Ledger, error) {
	switch {
	case c.ledger == "":
		return nil, nil
	case cfg.Region == "":
		return nil, program.ErrNoRegion
	}
	table := ledgertable.New(dynamodb.NewFromConfig(cfg), c.ledger)
	return &jobledger.Ledger{Table: table, Name: c.ledger, Log: log}, nil
}

// guard returns the ledger as what the engine asks before a tag moves, nil if there is none.
func guard(l *jobledger.Ledger) mirror.Guard {
	if l == nil {
		return nil
	}
	return l
}

// recorder returns what writes what became of an image to the ledger, if there is one, while others are copied. Wait
// returns when all is written.
func (c *config) recorder(ctx context.Context, l *jobledger.Ledger) (record func(*mirror.Report), wait func()) {
	if l == nil {
		return func(*mirror.Report) {}, func() {}
	}
	job := sync.OnceValue(func() jobledger.Job { return c.job(ctx, l.Log) })
	recorder := l.Recorder(ctx)
	record = func(report *mirror.Report) {
		var stopped error
		if ctx.Err() != nil {
			stopped = context.Cause(ctx)
		}
		recorder.Add(jobledger.Outcomes(report, job(), stopped, time.Now()))
	}
	return record, recorder.Close
}

// job returns the job that this program is.
func (c *config) job(ctx context.Context, log *slog.Logger) jobledger.Job {
	job := jobledger.JobOf(c.getenv(envJob), c.getenv(envAttempt), time.Now())
	var err error
	if job.Log, err = jobledger.Log(ctx, c.getenv(envMetadata)); err != nil {
		log.DebugContext(ctx, "log not known", "error", err.Error())
	}
	return job
}
