package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/spf13/cobra"

	"ecrmirror/internal/cli"
	"ecrmirror/internal/contract"
	"ecrmirror/internal/printable"
	"ecrmirror/internal/program"
	"ecrmirror/internal/trigger"
)

// lambdaAPI is the environment variable that AWS Lambda gives the address of its runtime API in.
const lambdaAPI = "AWS_LAMBDA_RUNTIME_API"

// What is wrong with an invocation, as Lambda and those that read its dead letters are told.
const (
	errorMalformed     = "MalformedEvent"
	errorConfiguration = "Configuration"
	errorTransient     = "Transient"
	errorFailed        = "Failed"
)

// A function is the program as a Lambda function, once it is set up.
type function struct {
	handler *handler
	log     *slog.Logger
	busy    sync.RWMutex // held by invocations
}

// newFunction returns the program as a Lambda function, which runs until its context ends.
// It has the flags and the environment that all commands share.
func newFunction(getenv func(string) string, stdout, stderr io.Writer) *cobra.Command {
	c := &config{}
	cmd := &cobra.Command{
		Use: "controller",
		Args: func(cmd *cobra.Command, args []string) error {
			if slices.Equal(args, contract.ImageCommand()) {
				return nil
			}
			return cli.NoArguments(cmd, args)
		},
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if level := strings.ToUpper(getenv("AWS_LAMBDA_LOG_LEVEL")); level == "DEBUG" || level == "TRACE" {
				c.verbose = true
			}
			if err := c.checkJobs(); err != nil {
				return err
			}
			cfg, err := c.openAWS(cmd.Context())
			if err != nil {
				return err
			}
			f := &function{handler: newHandler(c, cfg, stdout), log: c.newLog(stderr)}
			f.serve(cmd.Context())
			return nil
		},
	}
	c.addFlags(cmd.Flags(), getenv)
	return cmd
}

// runFunction runs a Lambda function until Lambda ends it by SIGTERM, and returns the exit code.
// What keeps it from starting is logged, and reported to Lambda.
func runFunction(ctx context.Context, api string, stderr io.Writer, function func(context.Context) error) int {
	logs := printable.JSONLog(stderr, slog.LevelInfo)
	program.CaptureLog(logs) // aws-lambda-go has errors of invocations and of its own printed
	return program.Run(ctx, "controller", slog.NewLogLogger(logs.Handler(), slog.LevelInfo).Writer(), func(ctx context.Context) error {
		err := function(ctx)
		if err == nil || ctx.Err() != nil {
			return err
		}
		logs.Error("cannot start", "reason", err.Error())
		if err := reportInit(ctx, api, err); err != nil {
			logs.Warn("Lambda was not told why", "reason", err.Error())
		}
		return program.Silent(program.ExitCode(err))
	})
}

// serve takes invocations until ctx ends, and waits for those that are there then.
func (f *function) serve(ctx context.Context) {
	// It ends the program by itself where Lambda's API fails, and does not return.
	go lambda.StartWithOptions(f, lambda.WithContext(ctx), lambda.WithEnableSIGTERM())
	<-ctx.Done()
	f.busy.Lock()
}

// Invoke implements [lambda.Handler]: it handles one event.
func (f *function) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	f.busy.RLock()
	defer f.busy.RUnlock()
	ctx, cancel := early(ctx)
	defer cancel()
	log := f.log
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		log = log.With("requestId", lc.AwsRequestID)
	}
	event, err := trigger.Parse(payload)
	if err != nil {
		return nil, failed(ctx, log, errorMalformed, err)
	}
	done := f.handler.handle(ctx, log, event)
	switch {
	case done.partial:
		log.Warn("entries failed", "summary", done.summary, "reason", done.err.Error())
	case done.err != nil:
		return nil, failed(ctx, log, errorType(done.err), errors.Join(append([]error{done.err}, done.causes...)...))
	case !done.idle:
		log.Info("event handled", "summary", done.summary)
	}
	return json.Marshal(struct {
		Summary string `json:"summary"`
	}{program.OneLine(done.summary)})
}

// failed logs an error and returns it as Lambda is told of it.
func failed(ctx context.Context, log *slog.Logger, kind string, err error) error {
	log.ErrorContext(ctx, "event failed", "kind", kind, "reason", err.Error())
	return messages.InvokeResponse_Error{Type: kind, Message: program.OneLine(err.Error())}
}

func errorType(err error) string {
	switch code := program.ExitCode(err); {
	case code == contract.ExitTransient, errors.Is(err, context.Canceled): // by SIGTERM
		return errorTransient
	case code == contract.ExitUsage:
		return errorConfiguration
	}
	return errorFailed
}

// maxReserve is the most time that is left of an invocation's to say what became of it.
const maxReserve = 2 * time.Second

// early returns a context that ends before the invocation's time is up, when the program would be killed.
func early(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	reserve := min(maxReserve, time.Until(deadline)/10)
	return context.WithDeadlineCause(ctx, deadline.Add(-reserve), errTimeout)
}

var errTimeout = fmt.Errorf("the Lambda function's timeout is near; give it more time: %w", context.DeadlineExceeded)
