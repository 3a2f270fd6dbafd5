package recipes

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ecrmirror/testkit/cfnlint"
)

// TestTheAWSCLITakesTheInput validates the input of two calls, without making them.
func TestTheAWSCLITakesTheInput(t *testing.T) {
	t.Parallel()
	aws := tool(t, "aws-[0-9]*/bin/aws")
	call := func(file string, args ...string) validator {
		return func(dir string) error {
			_, err := run(t, dir, aws,
				append(args, "--cli-input-json", "file://"+file, "--generate-cli-skeleton", "output")...)
			return err
		}
	}
	const task, schedule = "ecs-task-definition.json", "ecs-schedule.json"
	takes(t, call(task, "ecs", "register-task-definition"))
	refuses(t, call(task, "ecs", "register-task-definition"),
		mistake{task, `"family"`, `"familiy"`, `Unknown parameter in input: "familiy"`},
		mistake{task, `"stopTimeout": 30`, `"stopTimeout": "30"`, "Invalid type for parameter"})
	takes(t, call(schedule, "scheduler", "create-schedule"))
	refuses(t, call(schedule, "scheduler", "create-schedule"),
		mistake{schedule, `"Mode": "FLEXIBLE", `, "", `Missing required parameter in FlexibleTimeWindow: "Mode"`},
		mistake{schedule, `"TaskCount"`, `"Tasks"`, `"Tasks", must be one of`})
}

// TestCloudFormationTakesIt has cfn-lint look at the task, the schedule and all policies as resources of a template: it
// knows values that AWS takes, which sizes go together, and IAM's actions.
func TestCloudFormationTakesIt(t *testing.T) {
	t.Parallel()
	lint := tool(t, "cfn-lint-[0-9]*/bin/cfn-lint")
	validate := func(dir string) error {
		text, err := templateOf(dir)
		if err != nil {
			return err
		}
		file := filepath.Join(t.TempDir(), "template.json")
		if err := os.WriteFile(file, cfnlint.Known(text), 0o600); err != nil {
			return err
		}
		return quiet(t, lint, "-r", "eu-west-1", "-t", file)(dir)
	}
	const task, schedule = "ecs-task-definition.json", "ecs-schedule.json"
	takes(t, validate)
	refuses(t, validate,
		mistake{task, `"cpu": "512"`, `"cpu": "500"`, "Cpu '500' is not compatible"},
		mistake{task, `"SUCCESS"`, `"SUCCEEDED"`, "'SUCCEEDED' is not one of"},
		mistake{schedule, `"FLEXIBLE"`, `"ELASTIC"`, "'ELASTIC' is not one of"},
		mistake{"ecr-policy.json", "ecr:PutImage", "ecr:PutImages", "'putimages' is not one of"},
		mistake{"trust-github.json", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithIdentity", "is not one of"})
}

// templateOf returns a CloudFormation template of what the recipes have for AWS.
func templateOf(dir string) ([]byte, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	resources := map[string]any{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var value any
		if err := json.Unmarshal(text, &value); err != nil {
			return nil, err
		}
		name := strings.ReplaceAll(strings.TrimSuffix(filepath.Base(file), ".json"), "-", "")
		resources[name] = resourceOf(kindOf(file), value)
	}
	return json.Marshal(map[string]any{"Resources": resources})
}

func resourceOf(kind string, value any) map[string]any {
	properties := map[string]any{propertyOf[kind]: value}
	if propertyOf[kind] == "" {
		properties = capitalized(value).(map[string]any)
	}
	return map[string]any{"Type": kind, "Properties": properties}
}

func kindOf(file string) string {
	name := filepath.Base(file)
	switch {
	case strings.HasPrefix(name, "trust-"):
		return "AWS::IAM::Role"
	case strings.HasSuffix(name, "-policy.json"):
		return "AWS::IAM::ManagedPolicy"
	case strings.HasSuffix(name, "-schedule.json"):
		return "AWS::Scheduler::Schedule"
	}
	return "AWS::ECS::TaskDefinition"
}

// propertyOf is where a resource of a kind has what the file has; not of those whose properties the file has.
var propertyOf = map[string]string{
	"AWS::IAM::Role": "AssumeRolePolicyDocument", "AWS::IAM::ManagedPolicy": "PolicyDocument",
}

// capitalized returns a request with the names that CloudFormation has for its members. Those of options, such as
// awslogs-group, stay.
func capitalized(value any) any {
	switch v := value.(type) {
	case []any:
		for i := range v {
			v[i] = capitalized(v[i])
		}
	case map[string]any:
		members := map[string]any{}
		for name, member := range v {
			if !strings.Contains(name, "-") {
				name = strings.ToUpper(name[:1]) + name[1:]
			}
			members[name] = capitalized(member)
		}
		return members
	}
	return value
}
