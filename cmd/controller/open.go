package main

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"ecrmirror/internal/claims"
	"ecrmirror/internal/dispatch"
	"ecrmirror/internal/generation"
	"ecrmirror/internal/ledgertable"
	"ecrmirror/internal/printable"
	"ecrmirror/internal/tty"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"ecrmirror/internal/controller"
	"ecrmirror/internal/jobs"
	"ecrmirror/internal/program"
	"ecrmirror/internal/table"
)

// connections is how many unused connections to an AWS service are kept: as many as statuses are
// written at a time.
const connections = 64

// openAWS loads the AWS configuration for a controller, which has credentials.
func (c *config) openAWS(ctx context.Context) (aws.Config, error) {
	_, err := c.allowed.Lists() // that they are right, before anything is done
	if err == nil {
		_, err = c.artifacts.Filter()
	}
	if err := errors.Join(c.environment.Check(timeLimitFlag, logFormatFlag, metricsFlag, createsFlag,
		mostTagsFlag, mostNamesFlag),
		err); err != nil {
		return aws.Config{}, err
	}
	return program.NeedAWS(ctx, func(t *http.Transport) { t.MaxIdleConnsPerHost = connections })
}

// openController wires a controller to AWS and the registries, whose logins are read, and returns what closes its
// connections. Begin is called with a ledger that is new, as the table is to it.
func (c *config) openController(
	ctx context.Context, cfg aws.Config, log *slog.Logger, begin beginning,
) (ctl *controller.Controller, closeAll func(), err error) {
	allowed, err := c.allowed.Lists()
	if err != nil {
		return nil, nil, err
	}
	filter, err := c.artifacts.Filter()
	if err != nil {
		return nil, nil, err
	}
	registries, err := c.registries.Open(ctx, cfg, nil, log)
	if err != nil {
		return nil, nil, err
	}
	entries := table.New(dynamodb.NewFromConfig(cfg), c.table)
	queue := jobs.New(batch.NewFromConfig(cfg), c.queue, c.definition).Longest(c.parameters.Value())
	ctl = &controller.Controller{
		Entries:    entries,
		Digests:    registries,
		Selections: func() controller.Selections { return c.expander(registries, allowed) },
		Jobs:       queue,
		Status:     func() controller.Recorder { return entries.Recorder() },
		Allowed:    allowed,
		Limit:      c.limit.Value(),
		Log:        log,
		Artifacts:  registries,

		CreatesRepositories: c.creates.String() == "on", ArtifactFilter: filter,
	}
	records, err := c.ledgerOf(ctx, cfg, entries, log, begin)
	if err != nil {
		registries.Close()
		return nil, nil, err
	}
	if records != nil {
		ctl.Ledger, ctl.Retry = records, c.retry
		ctl.Claims = &claims.Claimer{Ledger: records, Jobs: queue, Now: time.Now, ID: rand.Text}
	}
	return ctl, registries.Close, nil
}

// A beginning makes a new ledger and a table belong together.
type beginning func(context.Context, *table.Table, *ledgertable.Table) error

// noBeginning leaves both as they are.
func noBeginning(context.Context, *table.Table, *ledgertable.Table) error { return nil }

func adopt(ctx context.Context, entries *table.Table, records *ledgertable.Table) error {
	return generation.Adopt(ctx, entries, records, rand.Text)
}

// ledgerOf opens the ledger that belongs to the table; nil if there is none, or if it belongs to another.
func (c *config) ledgerOf(
	ctx context.Context, cfg aws.Config, entries *table.Table, log *slog.Logger, begin beginning,
) (*ledgertable.Table, error) {
	if c.ledger == "" {
		return nil, nil
	}
	records := ledgertable.New(dynamodb.NewFromConfig(cfg), c.ledger).With(ledgertable.History{
		Keep:   kept,
		Failed: func(err error) { log.Warn("history not written", "reason", err.Error()) },
	})
	fresh, err := generation.Check(ctx, entries, records)
	if foreign, ok := errors.AsType[*generation.ForeignError](err); ok {
		log.Error("ledger not used", "ledger", c.ledger, "reason", foreign.Error())
		return nil, nil
	}
	if err == nil && fresh {
		err = begin(ctx, entries, records)
	}
	if err != nil {
		return nil, program.Fail(err)
	}
	return records, nil
}

// dispatcher wires what does as triggers ask. It prints metrics to stdout, if they are asked for.
func (c *config) dispatcher(cfg aws.Config, stdout io.Writer) *dispatch.Dispatcher {
	d := &dispatch.Dispatcher{
		Entries: table.New(dynamodb.NewFromConfig(cfg), c.table),
		Open: func(ctx context.Context, log *slog.Logger) (*controller.Controller, func(), error) {
			return c.openController(ctx, cfg, log, adopt)
		},
		Limit: c.limit.Value(),
		Table: c.table,
	}
	if c.metrics.String() == "on" || c.metrics.String() == auto && c.inAWS {
		d.Metrics = stdout
	}
	return d
}

// newLog returns a log of the format that is asked for.
func (c *config) newLog(w io.Writer) *slog.Logger {
	level := slog.LevelInfo
	if c.verbose {
		level = slog.LevelDebug
	}
	open := printable.JSONLog
	if c.logFormat.String() == "text" || c.logFormat.String() == auto && tty.Is(w) {
		open = printable.TextLog
	}
	log := open(w, level)
	program.CaptureLog(log)
	return log
}
