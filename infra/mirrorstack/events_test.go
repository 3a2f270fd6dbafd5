package mirrorstack_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/contract"
)

func TestOnlyTaggedPushesThatSucceededCount(t *testing.T) {
	for _, c := range []struct {
		variant string
		names   []any
	}{{"default", nil}, {"isolated", nil}, {"existing table", []any{map[string]any{"prefix": "team/"}, "tools"}}} {
		detail := map[string]any{
			"action-type": []any{"PUSH"}, "result": []any{"SUCCESS"},
			"image-tag": []any{map[string]any{"exists": true}},
		}
		if c.names != nil {
			detail["repository-name"] = c.names
		}
		want := map[string]any{"source": []any{"aws.ecr"}, "detail-type": []any{"ECR Image Action"}, "detail": detail}
		if diff := cmp.Diff(want, rule(t, c.variant, "Push").properties["EventPattern"]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.variant, diff)
		}
	}
}

func rule(t *testing.T, variant, id string) resource {
	t.Helper()
	for _, r := range resources(t, variant, "AWS::Events::Rule") {
		if r.id == id {
			return r
		}
	}
	t.Fatalf("%s has no rule %s", variant, id)
	return resource{}
}

func TestPushAsAJobPassesRepositoryAndTag(t *testing.T) {
	target := rule(t, "isolated", "Push").properties["Targets"].([]any)[0].(map[string]any)
	transformer := target["InputTransformer"].(map[string]any)
	filled := transformer["InputTemplate"].(string)
	for name, path := range transformer["InputPathsMap"].(map[string]any) {
		// as EventBridge does with a JSON string
		filled = strings.ReplaceAll(filled, "<"+name+">", `"`+path.(string)+`"`)
	}
	var input struct{ Parameters map[string]string }
	if err := json.Unmarshal([]byte(filled), &input); err != nil {
		t.Fatalf("%v: %s", err, filled)
	}
	want := map[string]string{
		contract.ParamRepository: "$.detail.repository-name", contract.ParamTag: "$.detail.image-tag",
	}
	if diff := cmp.Diff(want, input.Parameters); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := target["BatchParameters"].(map[string]any)["JobDefinition"]; got != "ecrmirror-event" {
		t.Errorf("it submits %v", got)
	}
}

func TestNoEventIsLostSilently(t *testing.T) {
	for _, variant := range []string{"default", "isolated", "existing network", "existing table"} {
		for _, id := range []string{"Push", "Schedule", "Deployed"} {
			target := rule(t, variant, id).properties["Targets"].([]any)[0].(map[string]any)
			if target["DeadLetterConfig"] == nil || target["RetryPolicy"] == nil {
				t.Errorf("%s: %s has no dead letters, or no retry policy: %v", variant, id, target)
			}
		}
		count(t, variant, "AWS::SQS::Queue", 2)
	}
	for _, f := range resources(t, "default", "AWS::Lambda::Function") {
		if f.properties["DeadLetterConfig"] == nil {
			t.Error("the function has no dead letters")
		}
	}
	has(t, "default", "AWS::Lambda::EventInvokeConfig",
		map[string]any{"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 21600})
}

func TestTriggersCanBeOff(t *testing.T) {
	count(t, "quiet", "AWS::Events::Rule", 2) // of failed jobs and blocked queues
	count(t, "quiet", "AWS::Lambda::Function", 0)
	count(t, "quiet", "AWS::SQS::Queue", 0)
}

func TestScheduleIsAsAsked(t *testing.T) {
	for variant, want := range map[string]string{
		"default": "rate(1 hour)", "existing table": "cron(0 6 * * ? *)",
		"everything": "rate(4 hours)",
	} {
		if got := rule(t, variant, "Schedule").properties["ScheduleExpression"]; got != want {
			t.Errorf("%s: %v, want %s", variant, got, want)
		}
	}
}

// TestADeploymentSweepsAtOnce: a rate would do so only when it is over once.
func TestADeploymentSweepsAtOnce(t *testing.T) {
	r := rule(t, "default", "Deployed")
	want := map[string]any{
		"source": []any{"aws.cloudformation"}, "detail-type": []any{"CloudFormation Stack Status Change"},
		"detail": map[string]any{
			"stack-id":       []any{map[string]any{"Ref": "AWS::StackId"}},
			"status-details": map[string]any{"status": []any{"CREATE_COMPLETE", "UPDATE_COMPLETE"}},
		},
	}
	if diff := cmp.Diff(want, r.properties["EventPattern"]); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff(rule(t, "default", "Schedule").properties["Targets"], r.properties["Targets"]); diff != "" {
		t.Errorf("it starts something else than the schedule (-schedule +deployment):\n%s", diff)
	}
}
