// Package steps runs the steps of a try-out one after the other, and says of each what came of it.
package steps

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"ecrmirror/internal/printable"
)

// An Outcome is what came of a step.
type Outcome string

// Outcomes.
const (
	OK      Outcome = "ok"
	Failed  Outcome = "FAILED"
	NotHere Outcome = "not here" // the endpoint lacks what the step is about
	Skipped Outcome = "skipped"
)

// A Step is one of a try-out.
type Step struct {
	Name  string
	Needs []string // names of steps without which there is nothing to try
	Do    func(context.Context) (seen string, err error)
}

// An AbsentError says that the endpoint lacks a service or a part of it.
type AbsentError struct{ What string }

func (e *AbsentError) Error() string { return e.What + " is not here" }

// A Result is a step's outcome.
type Result struct {
	Step    string
	Outcome Outcome
	Text    string
}

// A Runner runs steps.
type Runner struct {
	Emulated bool                                   // the endpoint may lack things; AWS may not
	Absent   func(error) (what string, absent bool) // which errors say that
	Say      func(error) string                     // what a line says of a failure; nil = all of the error
	Out      io.Writer                              // gets a line for each step
}

// Run does the steps in order. A step whose needs are not ok is skipped, and so are all after the
// end of ctx. Its error is the writer's.
func (r Runner) Run(ctx context.Context, list []Step) ([]Result, error) {
	var results []Result
	done := map[string]Outcome{}
	for _, step := range list {
		begun := time.Now()
		result := r.do(ctx, step, done)
		done[step.Name] = result.Outcome
		results = append(results, result)
		if _, err := fmt.Fprintf(r.Out, "%-8s  %-12s  %s%s\n", result.Outcome, step.Name, result.Text,
			took(begun, result.Outcome)); err != nil {
			return results, err
		}
	}
	return results, nil
}

func (r Runner) do(ctx context.Context, step Step, done map[string]Outcome) Result {
	if ctx.Err() != nil {
		return Result{step.Name, Skipped, "interrupted"}
	}
	for _, need := range step.Needs {
		if done[need] != OK {
			return Result{step.Name, Skipped, "it needs " + need}
		}
	}
	seen, err := step.Do(ctx)
	if err == nil {
		return Result{step.Name, OK, printable.Line(seen)}
	}
	if what, absent := r.absent(err); absent && r.Emulated {
		return Result{step.Name, NotHere, printable.Line(what)}
	}
	if ctx.Err() != nil {
		err = errors.New("interrupted")
	}
	if r.Say != nil {
		return Result{step.Name, Failed, printable.Line(r.Say(err))}
	}
	return Result{step.Name, Failed, printable.Line(err.Error())}
}

func (r Runner) absent(err error) (string, bool) {
	var lacks *AbsentError
	if errors.As(err, &lacks) {
		return lacks.What, true
	}
	if r.Absent == nil {
		return "", false
	}
	return r.Absent(err)
}

// took tells how long a step took that did something, from a second on.
func took(begun time.Time, outcome Outcome) string {
	if d := time.Since(begun).Round(time.Second); d > 0 && outcome != Skipped {
		return fmt.Sprintf(" (%s)", d)
	}
	return ""
}

// Bad returns how many results are failures, and how many are of what is not here.
func Bad(results []Result) (failed, notHere int) {
	for _, r := range results {
		switch r.Outcome {
		case Failed:
			failed++
		case NotHere:
			notHere++
		case OK, Skipped:
		}
	}
	return failed, notHere
}

// Until asks, every so often, until the answer is yes or an error, ctx ends, or the limit is over.
func Until(ctx context.Context, every, limit time.Duration, ask func(context.Context) (bool, error)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("waited for %s", limit))
	defer cancel()
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		done, err := ask(ctx)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil || done:
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-ticker.C:
		}
	}
}
