package batch

import (
	"strconv"
	"strings"
)

// A RetryStrategy says whether a failed attempt is followed by another.
type RetryStrategy struct {
	Attempts int        `json:"attempts,omitempty"` // 1 to 10; 0 = 1
	Rules    []ExitRule `json:"evaluateOnExit,omitempty"`
}

// An ExitRule applies to a failed attempt that matches all its patterns, of which
// there is at least one. A pattern that ends in * matches what starts so.
type ExitRule struct {
	OnExitCode     string `json:"onExitCode,omitempty"`
	OnReason       string `json:"onReason,omitempty"`
	OnStatusReason string `json:"onStatusReason,omitempty"`
	Action         string `json:"action"` // RETRY or EXIT, in any case
}

func (r *RetryStrategy) check() error {
	switch {
	case r == nil:
		return nil
	case r.Attempts < 0 || r.Attempts > 10:
		return refused("retryStrategy.attempts must be between 1 and 10, got %d", r.Attempts)
	case len(r.Rules) > 5:
		return refused("retryStrategy.evaluateOnExit may have 5 rules, got %d", len(r.Rules))
	case len(r.Rules) > 0 && r.Attempts == 0:
		return refused("retryStrategy.evaluateOnExit needs retryStrategy.attempts")
	}
	for _, rule := range r.Rules {
		if err := rule.check(); err != nil {
			return err
		}
	}
	return nil
}

func (r ExitRule) check() error {
	if !strings.EqualFold(r.Action, "RETRY") && !strings.EqualFold(r.Action, "EXIT") {
		return refused("evaluateOnExit.action %q is not RETRY or EXIT", r.Action)
	}
	if strings.Trim(strings.TrimSuffix(r.OnExitCode, "*"), "0123456789") != "" {
		return refused("evaluateOnExit.onExitCode %q may have digits and a trailing *", r.OnExitCode)
	}
	patterns := 0
	for _, p := range []string{r.OnExitCode, r.OnReason, r.OnStatusReason} {
		if len(p) > 512 || strings.Contains(strings.TrimSuffix(p, "*"), "*") {
			return refused("evaluateOnExit pattern %q may have 512 characters and a * at its end only", p)
		}
		if p != "" {
			patterns++
		}
	}
	if patterns == 0 {
		return refused("evaluateOnExit needs onExitCode, onReason or onStatusReason")
	}
	return nil
}

// retries tells whether a job whose attempt number n (from 1) failed so is to be
// tried again. Where no rule matches it is, as long as attempts are left.
func (r *RetryStrategy) retries(n int, o outcome) bool {
	if r == nil || n >= r.Attempts {
		return false
	}
	exitCode := ""
	if o.exitCode != nil {
		exitCode = strconv.Itoa(*o.exitCode)
	}
	for _, rule := range r.Rules {
		if match(rule.OnExitCode, exitCode) && match(rule.OnReason, o.reason) && match(rule.OnStatusReason,
			o.statusReason) {
			return strings.EqualFold(rule.Action, "RETRY")
		}
	}
	return true
}

// match tells whether the pattern, if there is one, matches s.
func match(pattern, s string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(s, prefix)
	}
	return pattern == "" || pattern == s
}

// An outcome is how an attempt ended.
type outcome struct {
	exitCode     *int   // nil if there was no process
	reason       string // of the container, such as why it did not start
	statusReason string // of the task
	final        bool   // never retried
}

func (o outcome) succeeded() bool { return o.exitCode != nil && *o.exitCode == 0 && !o.final }
