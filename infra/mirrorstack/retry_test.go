package mirrorstack_test

import (
	"strconv"
	"strings"
	"testing"

	"ecrmirror/internal/contract"
)

// An end is how Batch may tell that an attempt ended. The exit code is "" where no program ran.
type end struct{ code, reason, statusReason string }

// matches says whether a rule's patterns fit the end: all those that it has. A pattern is taken as the
// API reference has it, as text, the beginning of it before a *. An end without an exit code fits no
// pattern of exit codes.
func (e end) matches(rule map[string]any) bool {
	for _, of := range []struct{ property, text string }{
		{"OnExitCode", e.code}, {"OnReason", e.reason}, {"OnStatusReason", e.statusReason},
	} {
		pattern, ok := rule[of.property].(string)
		if !ok {
			continue
		}
		if start, open := strings.CutSuffix(pattern, "*"); of.text == "" || open && !strings.HasPrefix(of.text,
			start) || !open && of.text != pattern {
			return false
		}
	}
	return true
}

// retryRules are the rules of a job definition.
func retryRules(t *testing.T, variant, job string) []any {
	t.Helper()
	return definitionOf(t, variant, job)["RetryStrategy"].(map[string]any)["EvaluateOnExit"].([]any)
}

// retried says what Batch does after the end: what the first rule that fits says, and another try without one.
func retried(rules []any, e end) bool {
	for _, r := range rules {
		if rule := r.(map[string]any); e.matches(rule) {
			return rule["Action"] == "RETRY"
		}
	}
	return true
}

// platforms are the job definitions by what they run on.
var platforms = []struct{ name, variant, job string }{
	{"mirror on Fargate Spot", "default", "mirror"},
	{"mirror on Fargate on demand", "quiet", "mirror"},
	{"mirror on EC2", "ec2", "mirror"},
	{"sweep on Fargate", "default", "sweep"},
	{"push on Fargate", "isolated", "event"},
}

// TestWhatHasAnotherTry has the ends that the programs and AWS's documentation know. What went wrong before
// a program ran, AWS words as ECS's reason or as the job's status reason, which differs by platform and is
// documented for neither: each is tried in both places.
func TestWhatHasAnotherTry(t *testing.T) {
	exited := func(code int, reason string) end {
		return end{code: strconv.Itoa(code), reason: reason, statusReason: "Essential container in task exited"}
	}
	again := map[string]end{
		"throttled":                  exited(contract.ExitTransient, ""),
		"stopped by the platform":    exited(contract.ExitTerminated, ""),
		"stopped, in other words":    {"143", "", "Task stopped by ECS: scheduled maintenance"},
		"nothing said":               {},
		"an internal error of AWS's": {"", "", "Internal error"},
	}
	for _, words := range []string{
		"CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref",
		"CannotPullImageManifestError: Error response from daemon: manifest unknown",
		"CannotPullECRContainerError: AccessDeniedException",
		"CannotCreateContainerError: API error (500): devmapper",
		"CannotStartContainerError: API error (500)",
		"CannotInspectContainerError: Could not transition to inspecting; timed out",
		"ResourceInitializationError: unable to pull secrets or registry auth",
		"ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times",
		"DockerTimeoutError: Could not transition to created; timed out after waiting 4m0s",
		"ContainerRuntimeError", "InternalError", "TaskFailedToStart: EMPTY CAPACITY",
		"Timeout waiting for network interface provisioning to complete.",
		"Task failed to start",
		"Task failed to start - CannotPullContainerError: context canceled",
	} {
		again["in the reason: "+words] = end{"", words, "Task failed to start"}
		again["in the status reason: "+words] = end{"", "", words}
	}
	final := map[string]end{
		"failed":           exited(contract.ExitFailed, ""),
		"wrong usage":      exited(contract.ExitUsage, ""),
		"a crash of Go":    exited(2, ""),
		"out of memory":    exited(137, "OutOfMemoryError: Container killed due to memory usage"),
		"a fault":          exited(139, ""),
		"interrupted":      exited(contract.ExitInterrupted, ""),
		"no such command":  {"127", "CannotStartContainerError: exec: no such file", "Task failed to start"},
		"a lost exit code": exited(255, ""),
	}
	for _, p := range platforms {
		rules := retryRules(t, p.variant, p.job)
		for name, e := range again {
			if !retried(rules, e) {
				t.Errorf("%s, %s: is final", p.name, name)
			}
		}
		for name, e := range final {
			if retried(rules, e) {
				t.Errorf("%s, %s: is tried again", p.name, name)
			}
		}
	}
}

// TestAReclaimIsRetriedWhereThereIsSpot: even if the program was killed before it could say so.
func TestAReclaimIsRetriedWhereThereIsSpot(t *testing.T) {
	fargate, ec2 := "Your Spot Task was interrupted.", "Host EC2 (instance i-0123456789abcdef0) terminated."
	for _, c := range []struct {
		platform, words string
		killed          bool // whether an attempt that was killed with these words is retried
	}{
		{"mirror on Fargate Spot", fargate, true},
		{"mirror on Fargate on demand", fargate, false}, // where it does not happen
		{"mirror on EC2", ec2, true},
		{"sweep on Fargate", fargate, false},
	} {
		for _, p := range platforms {
			if p.name != c.platform {
				continue
			}
			rules := retryRules(t, p.variant, p.job)
			if got := retried(rules, end{"137", "", c.words}); got != c.killed {
				t.Errorf("%s, %q with exit code 137: retried %v, want %v", p.name, c.words, got, c.killed)
			}
			for _, e := range []end{{"143", "", c.words}, {"143", c.words, ""}, {"", c.words, ""}, {"", "", c.words}} {
				if !retried(rules, e) {
					t.Errorf("%s: %+v is final", p.name, e)
				}
			}
		}
	}
}

// TestRulesAreSuchAsBatchTakes holds them to EvaluateOnExit's documentation: five at most; codes are digits, and
// reasons letters, digits, blanks, periods and colons; each may end with a *.
func TestRulesAreSuchAsBatchTakes(t *testing.T) {
	characters := map[string]string{
		"OnExitCode":     "0123456789",
		"OnReason":       "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.: \t",
		"OnStatusReason": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.: \t",
	}
	attempts := map[string]float64{"mirror": 5, "sweep": 3, "event": 3}
	for _, p := range platforms {
		strategy := definitionOf(t, p.variant, p.job)["RetryStrategy"].(map[string]any)
		if strategy["Attempts"] != attempts[p.job] {
			t.Errorf("%s has %v attempts, want %v", p.name, strategy["Attempts"], attempts[p.job])
		}
		rules := strategy["EvaluateOnExit"].([]any)
		if len(rules) > 5 {
			t.Errorf("%s has %d rules", p.name, len(rules))
		}
		for _, r := range rules {
			for property, pattern := range r.(map[string]any) {
				if property != "Action" && strings.Trim(strings.TrimSuffix(pattern.(string), "*"),
					characters[property]) != "" {
					t.Errorf("%s: %s %q has other characters", p.name, property, pattern)
				}
			}
		}
	}
}
