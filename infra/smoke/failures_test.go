package main

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAStackThatIsNotMade says why, keeps it, and removes what there is of it.
func TestAStackThatIsNotMade(t *testing.T) {
	w := newWorld(t, "")
	w.made = "ROLLBACK_COMPLETE"
	dir := t.TempDir()
	code, outcomes, report := tryHere(t.Context(), t, "-answers", dir)
	if code != 1 || outcomes["deploy"] != "FAILED" || outcomes["tags"] != "skipped" || outcomes["destroy"] != "ok" ||
		!strings.Contains(report, "the stack is ROLLBACK_COMPLETE: MirrorQueue: no capacity") {
		t.Errorf("exit code %d:\n%s", code, report)
	}
	kept, err := os.ReadFile(filepath.Join(dir, "stack-create-failed.json"))
	if err != nil || !strings.Contains(string(kept), `"ResourceStatusReason": "no capacity"`) {
		t.Errorf("kept %s, %v", kept, err)
	}
}

// TestEventsThatWereLost finds messages among the dead letters.
func TestEventsThatWereLost(t *testing.T) {
	w := newWorld(t, "")
	w.replies["cloudformation:ListStackResources"] = `<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries><member>` +
		`<LogicalResourceId>PushDeadLetters</LogicalResourceId><PhysicalResourceId>https://sqs.us-east-1.amazonaws.com/1/x</PhysicalResourceId>` +
		`<ResourceType>AWS::SQS::Queue</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus><LastUpdatedTimestamp>2026-01-01T00:00:00Z</LastUpdatedTimestamp>` +
		`</member></StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>`
	w.replies["sqs:GetQueueAttributes"] = `{"Attributes":{"ApproximateNumberOfMessages":"3"}}`
	code, outcomes, report := tryHere(t.Context(), t)
	if code != 1 || outcomes["dead letters"] != "FAILED" || !strings.Contains(report,
		"PushDeadLetters holds 3 messages: aws sqs receive-message --queue-url https://sqs") {
		t.Errorf("exit code %d:\n%s", code, report)
	}
}

// TestAHostThatRefuses has the job end that was to be stopped, as where the network rejects what leads nowhere.
func TestAHostThatRefuses(t *testing.T) {
	w := newWorld(t, "")
	w.replies["batch:/v1/describejobs"] = `{"jobs":[{"jobId":"x","status":"FAILED","attempts":[{},{},{},{},{}],` +
		`"container":{"exitCode":75}}]}`
	code, outcomes, report := tryHere(t.Context(), t, "-silent", "192.0.2.7:5000")
	want := "the job ended before it was stopped: FAILED after 5 attempts: exit code 75. If its network refuses or " +
		"answers for 192.0.2.7:5000, where nothing should answer, name another host by SMOKE_FLAGS='-silent HOST'"
	if code != 1 || outcomes["stopped"] != "FAILED" || !strings.Contains(report, want) {
		t.Errorf("exit code %d:\n%s", code, report)
	}
}

// TestJobsThatDoNotStart fails the sweep by name, and tries what does not need it.
func TestJobsThatDoNotStart(t *testing.T) {
	newWorld(t, t.TempDir()) // no programs there
	code, outcomes, report := tryHere(t.Context(), t)
	if code != 1 || outcomes["sweep"] != "FAILED" || outcomes["digests"] != "skipped" ||
		outcomes["failing"] != "FAILED" || outcomes["tags"] != "ok" ||
		!strings.Contains(report, "its log is in /"+suite+"/controller") {
		t.Errorf("exit code %d:\n%s", code, report)
	}
}

// TestALargeTemplateGoesThroughABucket, and is removed from there.
func TestALargeTemplateGoesThroughABucket(t *testing.T) {
	w := newWorld(t, "")
	const object = "s3:/mine/" + suite + ".template.json"
	w.replies[object] = " "
	w.refuses["ecr:CreateRepository"] = "InvalidParameterException" // of no interest here
	asked, objects := "", 0
	w.on = func(call string) {
		if call == object {
			objects++
		}
	}
	w.answer = func(call, body string) string {
		if call == "cloudformation:CreateStack" {
			asked = body
		}
		return jobEnds(call, "SUCCEEDED", 0)
	}
	large := map[string]any{"Resources": template["Resources"], "Description": strings.Repeat("x", 60_000)}
	_, outcomes, report := tryOf(t.Context(), t, large, "-bucket", "mine")
	if outcomes["deploy"] != "ok" || outcomes["destroy"] != "ok" || objects != 2 {
		t.Errorf("%d calls about the object:\n%s", objects, report)
	}
	const want = "https://s3.us-east-1.amazonaws.com/mine/" + suite + ".template.json"
	if form, err := url.ParseQuery(asked); err != nil || form.Get("TemplateURL") != want || form.Has("TemplateBody") {
		t.Errorf("%v, and CloudFormation was asked for %.200s", err, asked)
	}
}
