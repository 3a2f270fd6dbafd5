// Package lambdafunction runs the controller as an AWS Lambda function, which is invoked with events. It tells Lambda
// what is wrong with an invocation, or why the function cannot start, by a type that dead letters have.
package lambdafunction

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/dispatch"
	"ecrmirror/internal/printable"
	"ecrmirror/internal/program"
	"ecrmirror/internal/trigger"
)

// EnvAPI is the environment variable that AWS Lambda gives the address of its runtime API in. Where it is set, the
// program is a Lambda function.
const EnvAPI = "AWS_LAMBDA_RUNTIME_API"

// What is wrong with an invocation, as Lambda and those that read its dead letters are told.
const (
	errorMalformed     = "MalformedEvent"
	errorConfiguration = "Configuration"
	errorTransient     = "Transient"
	errorFailed        = "Failed"
)

// A Function handles the events that a Lambda function is invoked with. It implements [lambda.Handler].
type Function struct {
	Dispatch func(ctx context.Context, log *slog.Logger, e trigger.Event) dispatch.Result
	Log      *slog.Logger

	busy sync.RWMutex // held by invocations
}

// Run runs a program as a Lambda function until Lambda ends it by SIGTERM, and returns the exit code.
// What keeps it from starting is logged, and reported to Lambda, whose runtime API is at api.
func Run(ctx context.Context, name, api string, stderr io.Writer, start func(context.Context) error) int {
	logs := printable.JSONLog(stderr, slog.LevelInfo)
	program.CaptureLog(logs) // aws-lambda-go has errors of invocations and of its own printed
	lines := slog.NewLogLogger(logs.Handler(), slog.LevelInfo).Writer()
	return program.Run(ctx, name, lines, func(ctx context.Context) error {
		err := start(ctx)
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

// Serve takes invocations until ctx ends, and waits for those that are there then.
func (f *Function) Serve(ctx context.Context) {
	// It ends the program by itself where Lambda's API fails, and does not return.
	go lambda.StartWithOptions(f, lambda.WithContext(ctx), lambda.WithEnableSIGTERM())
	<-ctx.Done()
	f.busy.Lock()
}

// Invoke implements [lambda.Handler]: it handles one event.
func (f *Function) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	f.busy.RLock()
	defer f.busy.RUnlock()
	ctx, cancel := early(ctx)
	defer cancel()
	log := f.Log
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		log = log.With("requestId", lc.AwsRequestID)
	}
	event, err := trigger.Parse(payload)
	if err != nil {
		return nil, failed(ctx, log, errorMalformed, err)
	}
	done := f.Dispatch(ctx, log, event)
	switch {
	case done.Partial:
		log.Warn("entries failed", "summary", done.Summary, "reason", done.Err.Error())
	case done.Err != nil:
		return nil, failed(ctx, log, errorType(done.Err), errors.Join(append([]error{done.Err}, done.Causes...)...))
	case !done.Idle:
		log.Info("event handled", "summary", done.Summary)
	}
	return json.Marshal(struct {
		Summary string `json:"summary"`
	}{printable.Line(done.Summary)})
}

// failed logs an error and returns it as Lambda is told of it.
func failed(ctx context.Context, log *slog.Logger, kind string, err error) error {
	log.ErrorContext(ctx, "event failed", "kind", kind, "reason", err.Error())
	return messages.InvokeResponse_Error{Type: kind, Message: printable.Line(err.Error())}
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
