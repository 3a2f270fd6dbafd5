// Package program is what the commands have in common around their work: signals, exit codes, error lines, and the AWS
// configuration.
package program

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/sirupsen/logrus"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/printable"
	"ecrmirror/internal/transient"
)

// A Failure is an error of the work itself, after the command line and the
// configuration were understood. Any other error is wrong usage.
type Failure struct {
	Err       error
	Transient bool // running the same again may succeed
}

// Fail returns err as a Failure, transient if it is.
func Fail(err error) *Failure { return &Failure{Err: err, Transient: transient.Is(err)} }

// FailAll returns joined errors as one Failure, transient if all of them are; nil if err is nil.
func FailAll(err error) error {
	if err == nil {
		return nil
	}
	all := true
	for _, part := range Parts(err) {
		all = all && transient.Is(part)
	}
	return &Failure{Err: err, Transient: all}
}

// Parts returns the errors that are joined in err, or err alone.
func Parts(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// NotPrinted returns the work's error, result, and beside it err, the error of printing
// what the work came to. Either may be nil. Whether to try again is up to result.
func NotPrinted(result, err error) error {
	if err == nil {
		return result
	}
	var failure *Failure
	transient := errors.As(result, &failure) && failure.Transient
	return &Failure{Err: errors.Join(result, fmt.Errorf("printing the result: %w", err)), Transient: transient}
}

func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns the error of the work.
func (f *Failure) Unwrap() error { return f.Err }

// ErrUsageShown says that the usage was wrong and that the help was printed about it.
var ErrUsageShown = errors.New("wrong usage")

// Run runs a program's work until it ends or a signal ends its context. It prints what
// went wrong to stderr, a line for each error, and returns the exit code (see package
// contract). The process leaves no core dump from here on: its memory has logins in it.
func Run(ctx context.Context, name string, stderr io.Writer, work func(context.Context) error) int {
	// go.podman.io/image logs by itself, addresses too; what matters comes back as errors.
	logrus.SetOutput(io.Discard)
	silenceLog()
	leaveNoDump()
	ctx, stop := signalContext(ctx)
	defer stop()
	err := work(ctx)
	if stopped := stoppedBy(ctx); stopped != nil {
		report(stderr, name, stopped)
		return stopped.exitCode()
	}
	code := ExitCode(err)
	_, quiet := silent(err)
	if code != contract.ExitOK && !quiet && !errors.Is(err, ErrUsageShown) {
		report(stderr, name, err)
	}
	return code
}

// ExitCode returns the exit code for what a program's work returned.
func ExitCode(err error) int {
	var failure *Failure
	if code, ok := silent(err); ok {
		return code
	}
	switch {
	case err == nil:
		return contract.ExitOK
	case !errors.As(err, &failure):
		return contract.ExitUsage
	case failure.Transient:
		return contract.ExitTransient
	}
	return contract.ExitFailed
}

// report prints one line for the error, or for each error joined in it.
func report(w io.Writer, name string, err error) {
	var failure *Failure
	if errors.As(err, &failure) {
		err = failure.Err
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		// Nothing can be done about a standard error that is closed.
		_, _ = fmt.Fprintf(w, "%s: %s\n", name, printable.Line(told(err)))
		return
	}
	for _, err := range joined.Unwrap() {
		report(w, name, err)
	}
}
