package ecr

import (
	"fmt"
	"strings"
	"testing"

	"ecrmirror/testkit/awstest"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"
)

const (
	statement = `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:root"},"Action":["ecr:BatchGetImage"]}`
	rule      = `{"rulePriority":1,"description":"untagged ones go","selection":{"tagStatus":"untagged",` +
		`"countType":"imageCountMoreThan","countNumber":5},"action":{"type":"expire"}}`
)

func policyOf(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

func rulesOf(rules ...string) string { return `{"rules":[` + strings.Join(rules, ",") + `]}` }

func TestRepositoryPolicy(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	app, text := aws.String("app"), policyOf(statement)
	get := func() (*string, error) {
		out, err := w.ecr.GetRepositoryPolicy(t.Context(), &awsecr.GetRepositoryPolicyInput{RepositoryName: app})
		if err != nil {
			return nil, err
		}
		return out.PolicyText, nil
	}
	remove := func() (*string, error) {
		out, err := w.ecr.DeleteRepositoryPolicy(t.Context(), &awsecr.DeleteRepositoryPolicyInput{RepositoryName: app})
		if err != nil {
			return nil, err
		}
		return out.PolicyText, nil
	}
	if _, err := get(); awstest.Code(err) != "RepositoryPolicyNotFoundException" ||
		!strings.Contains(awstest.Message(err), "'app'") {
		t.Errorf("before: %v", err)
	}
	set := awstest.Must[*awsecr.SetRepositoryPolicyOutput](t)(w.ecr.SetRepositoryPolicy(t.Context(),
		&awsecr.SetRepositoryPolicyInput{RepositoryName: app, PolicyText: &text}))
	if *set.PolicyText != text || *set.RegistryId != home || *set.RepositoryName != "app" {
		t.Errorf("set: %+v", set)
	}
	if got := awstest.Must[*string](t)(get()); *got != text {
		t.Errorf("get: %s", *got)
	}
	if got := awstest.Must[*string](t)(remove()); *got != text {
		t.Errorf("delete: %s", *got)
	}
	if _, err := remove(); awstest.Code(err) != "RepositoryPolicyNotFoundException" {
		t.Errorf("delete again: %v", err)
	}
}

func TestRepositoryPolicyIsChecked(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	for _, tt := range []struct{ name, repo, text, code, message string }{
		{"one statement without a list", "app", `{"Version":"2008-10-17","Statement":` + statement + `}`, "", ""},
		{
			"10,240 characters", "app", policyOf(statement) + strings.Repeat(" ", maxPolicy-len(policyOf(statement))), "",
			"",
		},
		{
			"10,241 characters", "app", policyOf(statement) + strings.Repeat(" ", maxPolicy+1-len(policyOf(statement))),
			"InvalidParameterException", "10240",
		},
		{"nothing", "app", "", "InvalidParameterException", "Invalid repository policy provided"},
		{"not JSON", "app", "{", "InvalidParameterException", "Invalid repository policy provided"},
		{"no statement", "app", policyOf(), "InvalidParameterException", "Invalid repository policy provided"},
		{
			"statement that is text", "app", policyOf(`"allow"`), "InvalidParameterException",
			"Invalid repository policy provided",
		},
		{
			"unknown version", "app", strings.Replace(policyOf(statement), "2012", "2013", 1), "InvalidParameterException",
			"Invalid repository policy provided",
		},
		{
			"no effect", "app", policyOf(strings.Replace(statement, "Allow", "Maybe", 1)), "InvalidParameterException",
			"Invalid repository policy provided",
		},
		{
			"no principal", "app", policyOf(`{"Effect":"Allow","Action":"ecr:*"}`), "InvalidParameterException",
			"Invalid repository policy provided",
		},
		{
			"no action", "app", policyOf(`{"Effect":"Allow","Principal":"*"}`), "InvalidParameterException",
			"Invalid repository policy provided",
		},
		{
			"a resource", "app", policyOf(`{"Effect":"Allow","Principal":"*","Action":"ecr:*","Resource":"*"}`),
			"InvalidParameterException", "Invalid repository policy provided",
		},
		{"no repository", "nope", policyOf(statement), "RepositoryNotFoundException", "'nope'"},
	} {
		_, err := w.ecr.SetRepositoryPolicy(t.Context(),
			&awsecr.SetRepositoryPolicyInput{RepositoryName: &tt.repo, PolicyText: &tt.text})
		if awstest.Code(err) != tt.code || !strings.Contains(awstest.Message(err), tt.message) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.code)
		}
	}
}

func TestLifecyclePolicy(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	app, text := aws.String("app"), rulesOf(rule)
	get := func() error {
		_, err := w.ecr.GetLifecyclePolicy(t.Context(), &awsecr.GetLifecyclePolicyInput{RepositoryName: app})
		return err
	}
	if err := get(); awstest.Code(err) != "LifecyclePolicyNotFoundException" ||
		!strings.Contains(awstest.Message(err), "'app'") {
		t.Errorf("before: %v", err)
	}
	put := awstest.Must[*awsecr.PutLifecyclePolicyOutput](t)(w.ecr.PutLifecyclePolicy(t.Context(),
		&awsecr.PutLifecyclePolicyInput{RepositoryName: app, LifecyclePolicyText: &text}))
	got := awstest.Must[*awsecr.GetLifecyclePolicyOutput](t)(w.ecr.GetLifecyclePolicy(t.Context(),
		&awsecr.GetLifecyclePolicyInput{RepositoryName: app}))
	if *put.LifecyclePolicyText != text || *got.LifecyclePolicyText != text || *got.RegistryId != home ||
		got.LastEvaluatedAt != nil {
		t.Errorf("put: %+v\ngot: %+v", put, got)
	}
	gone := awstest.Must[*awsecr.DeleteLifecyclePolicyOutput](t)(w.ecr.DeleteLifecyclePolicy(t.Context(),
		&awsecr.DeleteLifecyclePolicyInput{RepositoryName: app}))
	if *gone.LifecyclePolicyText != text {
		t.Errorf("deleted: %s", *gone.LifecyclePolicyText)
	}
	if err := get(); awstest.Code(err) != "LifecyclePolicyNotFoundException" {
		t.Errorf("afterwards: %v", err)
	}
	_, err := w.ecr.DeleteLifecyclePolicy(t.Context(), &awsecr.DeleteLifecyclePolicyInput{RepositoryName: app})
	if awstest.Code(err) != "LifecyclePolicyNotFoundException" {
		t.Errorf("delete again: %v", err)
	}
}

func TestLifecyclePolicyIsChecked(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	with := func(old, new string) string {
		if !strings.Contains(rule, old) {
			t.Fatalf("no %s in the rule", old)
		}
		return strings.Replace(rule, old, new, 1)
	}
	numbered := func(n int) (rules []string) {
		for i := range n {
			rules = append(rules, with(`"rulePriority":1`, fmt.Sprintf(`"rulePriority":%d`, i+1)))
		}
		return rules
	}
	const text = "Lifecycle policy validation failure"
	anyTag := with(`"untagged"`, `"any"`)
	for _, tt := range []struct {
		name, policy string
		message      string // of InvalidParameterException; "" if the policy is taken
	}{
		{"50 rules", rulesOf(numbered(50)...), ""},
		{"51 rules", rulesOf(numbered(51)...), text},
		{"no rules", rulesOf() + strings.Repeat(" ", 100), text},
		{"99 characters", `{"rules":[]}` + strings.Repeat(" ", 87), "100"},
		{"30,721 characters", rulesOf(rule) + strings.Repeat(" ", 30_721-len(rulesOf(rule))), "30720"},
		{"not JSON", rulesOf(rule) + "}", text},
		{"by age", rulesOf(with(`"imageCountMoreThan"`, `"sinceImagePushed","countUnit":"days"`)), ""},
		{"by age without a unit", rulesOf(with("imageCountMoreThan", "sinceImagePushed")), text},
		{
			"by number with a unit", rulesOf(with(`"imageCountMoreThan"`, `"imageCountMoreThan","countUnit":"days"`)),
			text,
		},
		{"a unit that is null", rulesOf(with(`"imageCountMoreThan"`, `"imageCountMoreThan","countUnit":null`)), text},
		{"a member that is unknown", rulesOf(with(`"selection"`, `"x":1,"selection"`)), text},
		{"tags by prefix", rulesOf(with(`"untagged"`, `"tagged","tagPrefixList":["v"]`)), ""},
		{"tags by pattern", rulesOf(with(`"untagged"`, `"tagged","tagPatternList":["v*"]`)), ""},
		{"tags by nothing", rulesOf(with(`"untagged"`, `"tagged"`)), text},
		{"no tags by prefix", rulesOf(with(`"untagged"`, `"untagged","tagPrefixList":["v"]`)), text},
		{"unknown tag status", rulesOf(with(`"untagged"`, `"all"`)), text},
		{"count of 0", rulesOf(with(`"countNumber":5`, `"countNumber":0`)), text},
		{"priority 0", rulesOf(with(`"rulePriority":1`, `"rulePriority":0`)), text},
		{"a priority twice", rulesOf(rule, rule), text},
		{"any before others", rulesOf(anyTag, numbered(2)[1]), text},
		{"any after others", rulesOf(strings.Replace(anyTag, `"rulePriority":1`, `"rulePriority":9`, 1),
			numbered(2)[1]), ""},
		{"unknown action", rulesOf(with(`"expire"`, `"keep"`)), text},
		{"to the archive", rulesOf(with(`"expire"`, `"transition","targetStorageClass":"archive"`)), ""},
		{"to nowhere", rulesOf(with(`"expire"`, `"transition"`)), text},
	} {
		_, err := w.ecr.PutLifecyclePolicy(t.Context(),
			&awsecr.PutLifecyclePolicyInput{RepositoryName: aws.String("app"), LifecyclePolicyText: &tt.policy})
		want := "InvalidParameterException"
		if tt.message == "" {
			want = ""
		}
		if awstest.Code(err) != want || !strings.Contains(awstest.Message(err), tt.message) {
			t.Errorf("%s: got %v, want %q", tt.name, err, want)
		}
	}
	_, err := w.ecr.PutLifecyclePolicy(t.Context(), &awsecr.PutLifecyclePolicyInput{
		RepositoryName: aws.String("nope"), LifecyclePolicyText: aws.String(rulesOf(rule)),
	})
	if awstest.Code(err) != "RepositoryNotFoundException" {
		t.Errorf("no repository: %v", err)
	}
}
