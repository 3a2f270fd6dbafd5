package mirrorstack_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func alarms(t *testing.T, variant string) map[string]resource {
	t.Helper()
	found := map[string]resource{}
	for _, a := range resources(t, variant, "AWS::CloudWatch::Alarm") {
		found[strings.TrimPrefix(a.properties["AlarmName"].(string), "ecrmirror-")] = a
	}
	return found
}

func TestPeopleAreToldOfAllThatGoesWrong(t *testing.T) {
	for variant, want := range map[string][]string{
		"default": {
			"failed-jobs", "queue-blocked", "failed-entries", "lag", "dead-letters-schedule", "dead-letters-push",
			"no-sweep",
		},
		"existing table": {
			"failed-jobs", "queue-blocked", "failed-entries", "lag", "dead-letters-schedule", "dead-letters-push",
			"no-sweep",
		},
		// A week between two sweeps is more than an alarm can look back.
		"large": {
			"failed-jobs", "queue-blocked", "failed-entries", "lag", "dead-letters-schedule", "dead-letters-push",
		},
		"quiet": {"failed-jobs", "queue-blocked", "failed-entries", "lag"},
	} {
		got := alarms(t, variant)
		for _, name := range want {
			a, ok := got[name]
			if !ok {
				t.Errorf("%s has no alarm %s", variant, name)
				continue
			}
			if actions, _ := a.properties["AlarmActions"].([]any); len(actions) != 1 || plain(actions[0]) != "Alarms" {
				t.Errorf("%s: %s tells %v", variant, name, a.properties["AlarmActions"])
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s has %d alarms, want %d", variant, len(got), len(want))
		}
	}
}

func TestLagAlarmIsTheObjective(t *testing.T) {
	for variant, want := range map[string]float64{"default": 24 * 3600, "everything": 6 * 3600} {
		if got := alarms(t, variant)["lag"].properties["Threshold"]; got != want {
			t.Errorf("%s: %v s, want %v", variant, got, want)
		}
	}
}

// TestMissingSweepsAreNoticedAtAnyRate: twice the rate and an hour, in periods of an hour.
func TestMissingSweepsAreNoticedAtAnyRate(t *testing.T) {
	for variant, hours := range map[string]float64{"default": 3, "everything": 9, "existing table": 49} {
		p := alarms(t, variant)["no-sweep"].properties
		if p["EvaluationPeriods"] != hours || p["ComparisonOperator"] != "LessThanThreshold" || p["Threshold"] != 1.0 {
			t.Errorf("%s: %v", variant, p)
		}
	}
}

// TestANewStackIsNotTakenForOneThatDoesNotSweep: until it is deployed there is no data, which is no alarm; its
// deployment counts as a sweep; and where sweeps end for good, people are told whichever way CloudWatch sees it.
func TestANewStackIsNotTakenForOneThatDoesNotSweep(t *testing.T) {
	p := alarms(t, "default")["no-sweep"].properties
	if p["TreatMissingData"] != "missing" || len(p["InsufficientDataActions"].([]any)) != 1 {
		t.Errorf("missing data is %v, and told to %v", p["TreatMissingData"], p["InsufficientDataActions"])
	}
	var got []string
	for _, m := range p["Metrics"].([]any) {
		metric := m.(map[string]any)
		if e, ok := metric["Expression"]; ok {
			got = append(got, e.(string))
			continue
		}
		stat := metric["MetricStat"].(map[string]any)
		of := stat["Metric"].(map[string]any)
		got = append(got, fmt.Sprint(metric["Id"], " ", of["MetricName"], " ", stat["Stat"], " ", stat["Period"], " ",
			plain(of["Dimensions"].([]any)[0].(map[string]any)["Value"])))
	}
	slices.Sort(got)
	want := []string{
		"FILL(SUM([sweeps, deployments]), 0)", "deployments TriggeredRules Sum 3600 Deployed",
		"sweeps Entries SampleCount 3600 Entries",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestBlockedQueuesAreTold: a job that can't start is neither failed nor late for a long time.
func TestBlockedQueuesAreTold(t *testing.T) {
	pattern := rule(t, "default", "BlockedQueues").properties["EventPattern"].(map[string]any)
	var queues []string
	for _, q := range pattern["detail"].(map[string]any)["jobQueue"].([]any) {
		queues = append(queues, plain(q))
	}
	if fmt.Sprint(pattern["detail-type"]) != "[Batch Job Queue Blocked]" || !slices.Equal(queues,
		[]string{"MirrorQueue", "ControlQueue"}) {
		t.Errorf("the rule matches %v", pattern)
	}
}

func TestAlarmsReachSomebody(t *testing.T) {
	has(t, "everything", "AWS::SNS::Subscription", map[string]any{"Protocol": "email", "Endpoint": "ops@example.com"})
	count(t, "default", "AWS::SNS::Subscription", 0)
}

// TestFailedJobsOfPushesCountToo where pushes start jobs; a failed function has dead letters.
func TestFailedJobsOfPushesCountToo(t *testing.T) {
	detail := rule(t, "isolated", "FailedJobs").properties["EventPattern"].(map[string]any)["detail"].(map[string]any)
	var got []string
	for _, either := range detail["$or"].([]any) {
		e := either.(map[string]any)
		got = append(got, fmt.Sprint(plain(e["jobQueue"].([]any)[0]), " ", e["jobName"]))
	}
	if want := []string{"MirrorQueue <nil>", "ControlQueue [push]"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestFailedJobsAreLoggedWithTheirReasons: by a rule on the mirror jobs' queue alone.
func TestFailedJobsAreLoggedWithTheirReasons(t *testing.T) {
	r := rule(t, "default", "FailedJobs")
	detail := r.properties["EventPattern"].(map[string]any)["detail"].(map[string]any)
	if fmt.Sprint(detail["status"]) != "[FAILED]" || plain(detail["jobQueue"].([]any)[0]) != "MirrorQueue" {
		t.Errorf("the rule matches %v", detail)
	}
	target := r.properties["Targets"].([]any)[0].(map[string]any)
	if got := plain(target["Arn"]); got != local("logs", "log-group:/ecrmirror/failed-jobs") {
		t.Errorf("the rule writes to %s", got)
	}
	policy := plain(resources(t, "default", "AWS::Logs::ResourcePolicy")[0].properties["PolicyDocument"])
	for _, part := range []string{"events.amazonaws.com", "logs:PutLogEvents", "log-group:/ecrmirror/failed-jobs:*"} {
		if !strings.Contains(policy, part) {
			t.Errorf("the log group's policy lacks %s: %s", part, policy)
		}
	}
}

func TestQueuesAndTopicRefusePlainHTTP(t *testing.T) {
	for _, kind := range []string{"AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy"} {
		for _, p := range resources(t, "default", kind) {
			statements := p.properties["PolicyDocument"].(map[string]any)["Statement"].([]any)
			if !slices.ContainsFunc(statements, func(s any) bool {
				return s.(map[string]any)["Effect"] == "Deny" && strings.Contains(fmt.Sprint(s), "aws:SecureTransport")
			}) {
				t.Errorf("%s takes plain HTTP", p.id)
			}
		}
	}
}
