package main

import (
	"context"
	"fmt"
	"time"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/controller"
)

const (
	timeLimitFlag = "time-limit"
	// leastLimit leaves time for a wave or two.
	leastLimit = time.Second
	// reserved is which part of what is left of an invocation is for what comes after the limit: jobs and statuses.
	reserved = 10
)

// timeLimit is how long a sweep looks at entries.
type timeLimit struct {
	limit time.Duration
	err   error // what is wrong with the environment's value
}

// timeLimitFrom returns what the environment says, or the default.
func timeLimitFrom(env string) timeLimit {
	l := timeLimit{limit: controller.DefaultLimit}
	if env != "" {
		if err := l.Set(env); err != nil {
			l.err = fmt.Errorf("%s is %q: %w", contract.EnvTimeLimit, env, err)
		}
	}
	return l
}

func (l *timeLimit) String() string { return l.limit.String() }

func (l *timeLimit) Type() string { return "DURATION" }

func (l *timeLimit) Set(s string) error {
	limit, err := time.ParseDuration(s)
	if err != nil || limit < leastLimit {
		return fmt.Errorf("must be a time of %s at least, like 55m or 1h30m", leastLimit)
	}
	l.limit, l.err = limit, nil
	return nil
}

// within returns the limit, or less where the time of a Lambda function's invocation is up before.
func (l *timeLimit) within(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return l.limit
	}
	left := time.Until(deadline)
	return max(leastLimit, min(l.limit, left-left/reserved))
}
