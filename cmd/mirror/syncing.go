package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/controller"
	"ecrmirror/internal/expansion"
	"ecrmirror/internal/filesync"
	"ecrmirror/internal/images"
	"ecrmirror/internal/jobledger"
	"ecrmirror/internal/ledgerstore"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/output"
	"ecrmirror/internal/program"
	"ecrmirror/internal/progress"
	"ecrmirror/internal/settings"
	"ecrmirror/internal/syncview"
	"ecrmirror/internal/transient"
)

// streams are a command's own.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// A session is one call of sync.
type session struct {
	*syncing
	std   streams
	log   *slog.Logger // of what is to be seen
	aws   aws.Config
	store *ledgerstore.Store // nil = no ledger is kept
	// summary gets a summary of what was done, or would be; nil = none is asked for.
	summary *summary
}

// run does what sync is asked for.
func (s *syncing) run(ctx context.Context, std streams) error {
	of, err := s.read(ctx, std.in)
	if err != nil {
		return err
	}
	run := session{syncing: s, std: std, log: s.warnings(std.err)}
	if run.summary, err = s.openSummary(); err != nil {
		return err
	}
	program.CaptureLog(run.log)
	s.registries.LeastRate = s.leastRate()
	if run.aws, err = program.AWSConfig(ctx); err != nil {
		return err
	}
	if s.ledger != "" && !s.dryRun || s.ledger != "" && exists(s.ledger) { // a dry run makes none
		if run.store, err = ledgerstore.Open(ctx, s.ledger); err != nil {
			return program.Fail(err)
		}
		defer func() { _ = run.store.Close() }()
	}
	switch {
	case s.dryRun:
		return run.plan(ctx, of)
	case s.watch > 0:
		return run.watching(ctx)
	}
	report, err := run.round(ctx, of, nil)
	if err != nil {
		return err
	}
	if ctx.Err() != nil { // the program tells of the signal alone
		for _, err := range bounded(report.Failures()) {
			_ = output.Line(std.err, "mirror: %v", err) // nothing can be done about a closed one
		}
	}
	summary := run.summarize(func(f *summary) error { return syncview.WriteMarkdown(f, report) })
	return program.NotPrinted(syncFailure(report), errors.Join(s.print(std.out, report), summary))
}

// read reads the files, but no longer than ctx lasts: standard input may be a terminal, and a file a pipe.
func (s *syncing) read(ctx context.Context, stdin io.Reader) (filesync.Entries, error) {
	of, err := readWithin(ctx, func() (filesync.Entries, error) { return s.files.Read(stdin, time.Now()) })
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w (mirror sync takes files of entries; mirror SRC DEST copies an image)", err)
	}
	return of, err
}

// readWithin returns what read returns, or the cause of the end of ctx: what nobody writes to can't be told to end.
func readWithin[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := read()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, program.Fail(context.Cause(ctx))
	}
}

// exists reports whether there is a file of that name.
func exists(name string) bool {
	_, err := os.Stat(name)
	return !errors.Is(err, fs.ErrNotExist)
}

// round does the entries once. Alive is called whenever an image is done with; nil = nobody asks.
func (s *session) round(ctx context.Context, of filesync.Entries, alive func()) (*filesync.Report, error) {
	budget := chunked.NewBudget(s.budget.Value())
	registries, err := s.registries.Open(ctx, s.aws, budget, s.log)
	if err != nil {
		return nil, err
	}
	defer registries.Close()
	s.gate.Images = registries
	reporter := progress.New(ctx, s.progressMode(), s.std.err, s.getenv)
	defer reporter.Close() // nothing about how it goes after what it came to
	opts := mirror.Options{
		Budget: budget, Transient: transient.Is, Log: s.syncing.log(s.std.err), Progress: reporter, Gate: &s.gate,
		LeastRate: s.leastRate(), ReadOnce: s.readOnce,
		Artifacts: mirror.ArtifactOptions{Filter: s.artifactFilter},
		Verifier:  s.verifier(s.aws), Verify: s.verifyPolicy,
	}
	if opts.Receipts, err = newReceipts(s.aws, s.receiptKey, registries); err != nil {
		return nil, err
	}
	if s.store != nil {
		opts.Guard = &jobledger.Ledger{Table: s.store, Name: s.ledger, Log: s.log}
	}
	work := s.sync(registries)
	work.Copier, work.Alive = mirror.New(registries, opts), alive
	return work.Round(ctx, of), nil
}

// sync returns what rounds and plans have in common.
func (s *session) sync(registries *images.Client) *filesync.Sync {
	work := &filesync.Sync{
		Digests: registries, Allowed: s.gate.Lists, Jobs: s.jobs.Value(), KeepGoing: s.keepGoing,
		CreatesRepositories: s.registries.Creates(), CreateHint: settings.CreateHint, RetryHint: retryHint,
		Retry: s.retry, LedgerName: s.ledger, Limit: unlimited, Log: s.log,
		Selections: func() controller.Selections {
			return &expansion.Expander{
				Lists: registries, Allowed: s.gate.Lists, Now: time.Now,
				MostTags: s.mostTags.Value(), MostRepositories: s.mostNames.Value(),
			}
		},
	}
	if s.store != nil {
		work.Ledger = s.store
		work.Artifacts, work.ArtifactFilter = registries, s.artifactFilter
	}
	return work
}

// retryHint ends the error about what failed a short time ago.
const retryHint = "(--retry copies it at once)"

// unlimited has all entries looked at, however long that takes.
const unlimited = -1
