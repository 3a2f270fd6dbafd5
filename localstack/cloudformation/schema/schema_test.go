package schema_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/localstack/cloudformation/schema"
)

type object = map[string]any

func load(t *testing.T) map[string]schema.Type {
	t.Helper()
	types, err := schema.Load()
	if err != nil {
		t.Fatal(err)
	}
	return types
}

func TestWhatIsReplaced(t *testing.T) {
	types := load(t)
	for _, tc := range []struct {
		kind         string
		old, changed object
		want         string
	}{
		{"AWS::Batch::JobQueue", object{"Priority": 1}, object{"Priority": 2}, ""},
		{"AWS::Batch::JobQueue", object{"Tags": object{"a": "b"}}, object{"Tags": object{"a": "c"}}, "Tags"},
		{
			"AWS::Batch::ComputeEnvironment",
			object{"Type": "managed"},
			object{"Type": "managed", "Tags": object{}},
			"Tags",
		},
		{
			"AWS::Batch::ComputeEnvironment",
			object{"ComputeResources": object{"Type": "FARGATE"}},
			object{"ComputeResources": object{"Type": "EC2"}},
			"ComputeResources/Type",
		},
		{
			"AWS::Batch::ComputeEnvironment",
			object{"ReplaceComputeEnvironment": false, "ComputeResources": object{"Subnets": []any{"a"}}},
			object{"ReplaceComputeEnvironment": false, "ComputeResources": object{"Subnets": []any{"b"}}},
			"",
		},
		{"AWS::DynamoDB::Table", object{"KeySchema": "a"}, object{"KeySchema": "b", "Tags": []any{}}, "KeySchema"},
	} {
		if got := strings.Join(types[tc.kind].Replaced(tc.old, tc.changed), " "); got != tc.want {
			t.Errorf("%s from %v to %v: %q, want %q", tc.kind, tc.old, tc.changed, got, tc.want)
		}
	}
}

func TestCustomNames(t *testing.T) {
	types := load(t)
	for _, tc := range []struct {
		kind       string
		properties object
		want       string
	}{
		{"AWS::IAM::Role", object{"RoleName": "r"}, "r"},
		{"AWS::IAM::Role", object{}, ""},
		{"AWS::Batch::JobQueue", object{"JobQueueName": "q"}, ""}, // which is known by its ARN
		{"AWS::Lambda::EventInvokeConfig", object{"FunctionName": "f", "Qualifier": "$LATEST"}, "f|$LATEST"},
	} {
		if got, ok := types[tc.kind].CustomName(tc.properties); ok != (tc.want != "") || ok && got != tc.want {
			t.Errorf("%s %v: %q", tc.kind, tc.properties, got)
		}
	}
}

func TestStackTagsAreAdded(t *testing.T) {
	types := load(t)
	tags := map[string]string{"team": "x", "own": "stack"}
	for _, tc := range []struct {
		kind       string
		before, to any
	}{
		{"AWS::Batch::JobQueue", object{"own": "1"}, object{"own": "1", "team": "x"}},
		{"AWS::Batch::JobQueue", nil, object{"own": "stack", "team": "x"}},
		{
			"AWS::SQS::Queue",
			[]any{object{"Key": "own", "Value": "1"}},
			[]any{object{"Key": "own", "Value": "1"}, object{"Key": "team", "Value": "x"}},
		},
		{"AWS::IAM::Policy", nil, nil},
	} {
		properties := object{"P": 1}
		if tc.before != nil {
			properties["Tags"] = tc.before
		}
		got := types[tc.kind].WithTags(properties, tags)
		if d := cmp.Diff(tc.to, got["Tags"]); d != "" {
			t.Errorf("%s: %s", tc.kind, d)
		}
		if d := cmp.Diff(tc.before, properties["Tags"]); d != "" {
			t.Errorf("%s: the properties themselves changed: %s", tc.kind, d)
		}
	}
}

func TestCheck(t *testing.T) {
	queue := load(t)["AWS::Batch::JobQueue"]
	for want, properties := range map[string]object{
		"":                             {"Priority": 1, "Tags": object{}},
		"extraneous key [prio]":        {"Priority": 1, "prio": 1},
		"required key [Priority]":      {},
		"extraneous key [JobQueueArn]": {"Priority": 1, "JobQueueArn": "x"},
	} {
		if err := queue.Check(properties); (err == nil) != (want == "") || err != nil &&
			!strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v", properties, err)
		}
	}
}
