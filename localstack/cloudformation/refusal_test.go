package cloudformation_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/google/go-cmp/cmp"

	"ecrmirror/localstack/cloudformation"
)

func TestCreateStackRefuses(t *testing.T) {
	w := start(t, cloudformation.Options{After: never})
	w.create(t, &cfn.CreateStackInput{TemplateBody: template(group)})
	const (
		role  = `"Role":{"Type":"AWS::IAM::Role","Properties":{"AssumeRolePolicyDocument":{}}}`
		named = `"Role":{"Type":"AWS::IAM::Role","Properties":{"RoleName":"r","AssumeRolePolicyDocument":{}}}`
	)
	type input = cfn.CreateStackInput
	body := func(text string) func(*input) { return func(in *input) { in.TemplateBody = &text } }
	for _, tc := range []struct {
		name, code, text string
		change           func(*input)
	}{
		{
			"existing", "AlreadyExistsException", "Stack [Mirror] already exists",
			func(in *input) { in.StackName = aws.String("Mirror") },
		},
		{
			"name", "ValidationError",
			"at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: " +
				"[a-zA-Z][-a-zA-Z0-9]*", func(in *input) { in.StackName = aws.String("my_stack") },
		},
		{
			"long name", "ValidationError", "length less than or equal to 128",
			func(in *input) { in.StackName = aws.String(strings.Repeat("a", 129)) },
		},
		{
			"large template", "ValidationError",
			"at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to 51200",
			body(`{"Resources":{` + group + `}}` + strings.Repeat(" ", 51200)),
		},
		{
			"no template", "ValidationError", "Either Template URL or Template Body must be specified.",
			func(in *input) { in.TemplateBody = nil },
		},
		{"template elsewhere", "ValidationError", "it has no S3", func(in *input) {
			in.TemplateBody, in.TemplateURL = nil, aws.String("https://bucket.s3.amazonaws.com/t.json")
		}},
		{"not JSON", "ValidationError", "JSON not well-formed", body("{")},
		{
			"unknown types", "ValidationError", "Unrecognized resource types: [AWS::No::Thing, AWS::S3::Bucket]",
			body(`{"Resources":{"A":{"Type":"AWS::S3::Bucket"},"B":{"Type":"AWS::No::Thing"}}}`),
		},
		{
			"no capability", "InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_IAM]",
			body(`{"Resources":{` + role + `}}`),
		},
		{
			"lesser capability", "InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_NAMED_IAM]",
			func(in *input) {
				in.TemplateBody, in.Capabilities = template(named), []types.Capability{types.CapabilityCapabilityIam}
			},
		},
		{
			"unknown capability", "ValidationError", "enum value set",
			func(in *input) { in.Capabilities = []types.Capability{"CAPABILITY_X"} },
		},
		{
			"parameter in the store", "ValidationError",
			"Unable to fetch parameters [/absent] from parameter store for this account.",
			body(`{"Parameters":{"V":{"Type":"AWS::SSM::Parameter::Value<String>","Default":"/absent"}},"Resources":{` +
				group + `}}`),
		},
		{
			"parameter without a value", "ValidationError", "Parameters: [V] must have values",
			body(`{"Parameters":{"V":{"Type":"String"}},"Resources":{` + group + `}}`),
		},
		{
			"rule", "ValidationError", "too old",
			body(`{"Parameters":{"V":{"Type":"AWS::SSM::Parameter::Value<String>","Default":"/version"}},` +
				`"Rules":{"R":{"Assertions":[{"Assert":{"Fn::Equals":[{"Ref":"V"},"22"]},"AssertDescription":"too ` +
				`old"}]}},"Resources":{` + group + `}}`),
		},
		{
			"reserved tag", "ValidationError", "may not begin with aws:",
			func(in *input) { in.Tags = []types.Tag{{Key: aws.String("aws:x"), Value: aws.String("x")}} },
		},
		{"many tags", "ValidationError", "less than or equal to 50", func(in *input) {
			for i := range 51 {
				in.Tags = append(in.Tags, types.Tag{Key: aws.String(fmt.Sprint("k", i)), Value: aws.String("x")})
			}
		}},
		{
			"stack policy", "ValidationError", "does not have StackPolicyBody",
			func(in *input) { in.StackPolicyBody = aws.String("{}") },
		},
	} {
		in := &input{StackName: aws.String("New"), TemplateBody: template(group)}
		tc.change(in)
		_, err := w.CreateStack(t.Context(), in)
		if why := refusal(err, tc.code, tc.text); why != "" {
			t.Errorf("%s: %s", tc.name, why)
		}
	}
	list, err := w.DescribeStacks(t.Context(), &cfn.DescribeStacksInput{})
	if err != nil || len(list.Stacks) != 1 {
		t.Errorf("stacks that should not be there: %v, %v", list.Stacks, err)
	}
}

// What is wrong with a resource shows when its turn comes.
func TestResourcesFailWithReasons(t *testing.T) {
	for resource, want := range map[string]string{
		`{"Type":"AWS::SQS::Queue","Properties":{"Delay":1}}`:                                   "R CREATE_FAILED: Properties validation failed for resource R with message:\n[#: extraneous key [Delay] is not permitted]",
		`{"Type":"AWS::Batch::JobQueue"}`:                                                       "R CREATE_FAILED: Properties validation failed for resource R with message:\n[#: required key [Priority] not found]",
		`{"Type":"AWS::SQS::Queue","Properties":{"QueueName":{"Fn::GetAtt":["Group","Size"]}}}`: "R CREATE_FAILED: Template error: resource Group does not support attribute type Size in Fn::GetAtt",
		`{"Type":"AWS::SQS::Queue","Properties":{"QueueName":{"Fn::Select":[3,["a"]]}}}`:        "R CREATE_FAILED: Template error: Fn::Select cannot select nonexistent value at index 3",
	} {
		w := start(t, cloudformation.Options{After: never})
		_, err := w.CreateStack(t.Context(), &cfn.CreateStackInput{
			StackName: aws.String("Mirror"), TemplateBody: template(group + `,"R":` + resource),
		})
		if err != nil {
			t.Errorf("%s: %v", resource, err)
			continue
		}
		w.want(t, types.StackStatusRollbackComplete)
		if events := strings.Join(w.events(t), "\n"); !strings.Contains(events, want) {
			t.Errorf("%s: no %q in\n%s", resource, want, events)
		}
	}
}

func TestSummaries(t *testing.T) {
	w := start(t, cloudformation.Options{After: never})
	body := aws.String(`{"Description":"about","Parameters":{"V":{"Type":"AWS::SSM::Parameter::Value<String>","Default":"/version"},"S":{"Type":"String","NoEcho":true,"Default":"secret"}},
		"Resources":{` + group + `,"Role":{"Type":"AWS::IAM::Role","Properties":{"AssumeRolePolicyDocument":{}}}}}`)
	valid, err := w.ValidateTemplate(t.Context(), &cfn.ValidateTemplateInput{TemplateBody: body})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]types.Capability{types.CapabilityCapabilityIam}, valid.Capabilities); d != "" ||
		len(valid.Parameters) != 2 || !aws.ToBool(valid.Parameters[0].NoEcho) {
		t.Errorf("%s %v", d, valid.Parameters)
	}
	w.create(t, &cfn.CreateStackInput{TemplateBody: body, Capabilities: valid.Capabilities})
	w.want(t, types.StackStatusCreateComplete)
	for _, p := range w.stack(t).Parameters {
		want := map[string]string{"S": "**** ", "V": "/version 21"}[aws.ToString(p.ParameterKey)]
		if got := aws.ToString(p.ParameterValue) + " " + aws.ToString(p.ResolvedValue); got != want {
			t.Errorf("parameter %s: %q, want %q", aws.ToString(p.ParameterKey), got, want)
		}
	}
	summary, err := w.GetTemplateSummary(t.Context(), &cfn.GetTemplateSummaryInput{StackName: aws.String("Mirror")})
	if err != nil || aws.ToString(summary.Description) != "about" ||
		cmp.Diff([]string{"AWS::IAM::Role", "AWS::Logs::LogGroup"}, summary.ResourceTypes) != "" {
		t.Errorf("%+v, %v", summary, err)
	}
	got, err := w.GetTemplate(t.Context(), &cfn.GetTemplateInput{StackName: aws.String("Mirror")})
	if err != nil || aws.ToString(got.TemplateBody) != *body {
		t.Errorf("%v, %v", got, err)
	}
	resource, err := w.DescribeStackResource(t.Context(),
		&cfn.DescribeStackResourceInput{StackName: aws.String("Mirror"), LogicalResourceId: aws.String("Role")})
	if err != nil || aws.ToString(resource.StackResourceDetail.ResourceType) != "AWS::IAM::Role" {
		t.Errorf("%v, %v", resource, err)
	}
	resources, err := w.ListStackResources(t.Context(), &cfn.ListStackResourcesInput{StackName: aws.String("Mirror")})
	if err != nil || len(resources.StackResourceSummaries) != 2 {
		t.Errorf("%v, %v", resources, err)
	}
}

func TestAccountsAndRegionsAreApart(t *testing.T) {
	w := start(t, cloudformation.Options{After: never})
	w.create(t, &cfn.CreateStackInput{TemplateBody: template(group)})
	for name, other := range map[string]*cfn.Client{
		"account": client(w.url, "444455556666", "us-east-1"),
		"region":  client(w.url, home, "eu-west-1"),
	} {
		_, err := other.DescribeStacks(t.Context(), &cfn.DescribeStacksInput{StackName: aws.String("Mirror")})
		if why := refusal(err, "ValidationError", "does not exist"); why != "" {
			t.Errorf("another %s: %s", name, why)
		}
	}
	_, err := w.ListExports(t.Context(), &cfn.ListExportsInput{})
	if why := refusal(err, "InvalidAction", "does not have the action ListExports"); why != "" {
		t.Error(why)
	}
}
