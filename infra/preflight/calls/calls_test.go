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
	"ecrmirror/localstack/roles"
)

// request is the making of a request to an AWS service in the programs' source.
var request = regexp.MustCompile(`&(dynamodb|batch|ecr|ecrpublic|kms|sts|ssm|secretsmanager)\.([A-Z][A-Za-z]*)Input\b`)

// everything is an environment in which the programs do all that they can.
var everything = map[string]string{
	contract.EnvLedger: "x", contract.EnvAuthParameter: "x", contract.EnvAuthSecret: "x", contract.EnvAssumeRoles: "x",
	contract.EnvSignaturePolicy:     "{}",
	contract.EnvReceiptKey:          "x",
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
		"ecr-public:TagResource":           "the same in ECR Public",
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

// TestEachRoleIsAskedAboutAllThatItMay: what a role's policies allow is asked about for that role, or is here with why
// not.
func TestEachRoleIsAskedAboutAllThatItMay(t *testing.T) {
	const image = "111122223333.dkr.ecr.us-east-1.amazonaws.com/ecrmirror:1"
	asked := map[string][]string{
		"MirrorRole":              calls.Mirror(everything),
		"ControllerRole":          calls.Controller(everything),
		"FunctionRole":            slices.Concat(calls.Controller(everything), calls.Function(everything)),
		"MirrorExecutionRole":     calls.Execution(image),
		"ControllerExecutionRole": calls.Execution(image),
		"EventsRole":              calls.Events(),
	}
	unasked := map[string]string{
		"ecr-public:GetAuthorizationToken": "reading ECR Public is anonymous without",
		"sts:GetServiceBearerToken":        "the same",
		"kms:CreateGrant":                  "ECR uses the key, under conditions that only ECR's requests meet",
		"kms:DescribeKey":                  "the same, and DynamoDB",
		"kms:Decrypt":                      "of which of several keys, the logins say",
	}
	met := map[string]bool{}
	for _, variant := range roles.Variants() {
		granted, err := roles.Actions(variant)
		if err != nil {
			t.Fatal(err)
		}
		for role, actions := range granted {
			for _, action := range actions {
				met[role], met[action] = true, true
				if !slices.Contains(asked[role], action) && unasked[action] == "" {
					t.Errorf("%s: %s may call %s, about which it is not asked", variant, role, action)
				}
			}
		}
	}
	for _, name := range slices.Concat(slices.Collect(maps.Keys(asked)), slices.Collect(maps.Keys(unasked))) {
		if !met[name] {
			t.Errorf("%s is here, and in no variant of the roles", name)
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
	const verifies = `[{"key":["arn:aws:kms:us-east-1:111122223333:key/33333333-4444-4555-8666-777777777777"]}]`
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
		{nil, "kms:Sign", false},
		{map[string]string{contract.EnvReceiptKey: "arn"}, "kms:Sign", true},
		{map[string]string{contract.EnvReceiptKey: "arn"}, "kms:GetPublicKey", true},
		{map[string]string{contract.EnvVerify: `[{"github":["org/app"]}]`}, "kms:GetPublicKey", false},
		{map[string]string{contract.EnvVerify: verifies}, "kms:GetPublicKey", true},
		{map[string]string{contract.EnvVerify: verifies}, "kms:Sign", false},
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
