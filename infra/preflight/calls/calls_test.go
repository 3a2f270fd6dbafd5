package calls_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ecrmirror/infra/preflight/calls"
	"ecrmirror/internal/contract"
)

// request is the making of a request to an AWS service in the programs' source.
var request = regexp.MustCompile(`&(dynamodb|batch|ecr|ecrpublic|sts|ssm|secretsmanager)\.([A-Z][A-Za-z]*)Input\b`)

// everything is an environment in which the programs do all that they can.
var everything = map[string]string{
	contract.EnvLedger: "x", contract.EnvAuthParameter: "x", contract.EnvAuthSecret: "x", contract.EnvAssumeRoles: "x",
	contract.EnvSignaturePolicy:     "{}",
	contract.EnvRepositoryTemplate:  `{"lifecyclePolicy":"","repositoryPolicy":"","resourceTags":[]}`,
	contract.EnvAllowedDestinations: "ecr:111122223333,public.ecr.aws",
}

// TestTheListIsTheSource finds the calls of AWS in the programs' source: the list has each, and nothing else.
func TestTheListIsTheSource(t *testing.T) {
	elsewhere := map[string]string{
		"dynamodb:DeleteItem":   "called by people's own credentials: controller remove and import",
		"dynamodb:Query":        "called by people's own credentials: controller list and status",
		"ecr:BatchDeleteImage":  "no program calls it, the transport's tests do",
		"sts:GetCallerIdentity": "takes no permission",
	}
	implied := map[string]string{
		"batch:TagResource":                "SubmitJob with tags",
		"ecr:TagResource":                  "CreateRepository with tags",
		"sts:AssumeRole":                   "the SDK's provider of credentials",
		"sts:GetServiceBearerToken":        "ecr-public:GetAuthorizationToken",
		"ecr-public:GetAuthorizationToken": "optional",
	}
	// By these images of ECR Public are read at the full rate. Roles may do without: reading is anonymous then.
	optional := []string{"ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken"}
	listed := slices.Concat(calls.Mirror(everything), calls.Controller(everything), optional)
	called := source(t)
	for _, action := range slices.Sorted(maps.Keys(called)) {
		if !slices.Contains(listed, action) && elsewhere[action] == "" {
			t.Errorf("%s calls %s, which is not in the list", called[action], action)
		}
		if slices.Contains(listed, action) && elsewhere[action] != "" {
			t.Errorf("%s is in the list, and an exception too", action)
		}
	}
	for _, action := range listed {
		if called[action] == "" && implied[action] == "" {
			t.Errorf("the list has %s, which nothing calls", action)
		}
	}
}

func source(t *testing.T) map[string]string {
	t.Helper()
	called := map[string]string{}
	for _, folder := range []string{"../../../cmd", "../../../internal"} {
		err := filepath.WalkDir(folder, func(path string, _ os.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, m := range request.FindAllStringSubmatch(string(text), -1) {
				called[strings.Replace(m[1], "ecrpublic", "ecr-public", 1)+":"+m[2]] = path
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(called) < 10 {
		t.Fatalf("found %v only: are calls written otherwise now?", called)
	}
	return called
}

// TestCallsFollowTheSettings has less called where less is asked for.
func TestCallsFollowTheSettings(t *testing.T) {
	for _, c := range []struct {
		environment map[string]string
		action      string
		want        bool
	}{
		{nil, "ecr:PutImage", true},
		{nil, "ecr:CreateRepository", false},
		{map[string]string{contract.EnvRepositoryTemplate: "{}"}, "ecr:CreateRepository", true},
		{map[string]string{contract.EnvRepositoryTemplate: "{}"}, "ecr:PutLifecyclePolicy", false},
		{map[string]string{contract.EnvRepositoryTemplate: `{"lifecyclePolicy":"{}"}`}, "ecr:PutLifecyclePolicy", true},
		{nil, "dynamodb:UpdateItem", false},
		{map[string]string{contract.EnvLedger: "ledger"}, "dynamodb:UpdateItem", true},
		{nil, "ssm:GetParameter", false},
		{map[string]string{contract.EnvAllowedSources: contract.FromParameter + "x"}, "ssm:GetParameter", true},
		{nil, "sts:AssumeRole", false},
		{map[string]string{contract.EnvAssumeRoles: "444455556666=arn"}, "sts:AssumeRole", true},
		{map[string]string{contract.EnvAllowedDestinations: "ecr:1"}, "ecr-public:PutImage", false},
		{map[string]string{contract.EnvAllowedDestinations: "ecr:1,public.ecr.aws"}, "ecr-public:PutImage", true},
		{map[string]string{contract.EnvAllowedDestinations: "public.ecr.aws"}, "ecr-public:CreateRepository", false},
	} {
		if got := slices.Contains(calls.Mirror(c.environment), c.action); got != c.want {
			t.Errorf("%v: %s is called: %v, want %v", c.environment, c.action, got, c.want)
		}
	}
	if got := calls.Execution("ghcr.io/x/y:1"); slices.Contains(got, "ecr:BatchGetImage") {
		t.Errorf("an image of elsewhere takes %v", got)
	}
}
