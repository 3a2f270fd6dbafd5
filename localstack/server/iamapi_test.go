package server_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"

	"ecrmirror/localstack/server"
)

func TestIAMTellsRoles(t *testing.T) {
	s := start(t, server.Options{})
	client := awsiam.NewFromConfig(s.Config())
	out, err := client.GetRole(t.Context(), &awsiam.GetRoleInput{RoleName: aws.String("ecrmirror-MirrorRole")})
	if err != nil {
		t.Fatal(err)
	}
	if aws.ToString(out.Role.Arn) != s.Role("MirrorRole") ||
		!strings.Contains(aws.ToString(out.Role.AssumeRolePolicyDocument), "ecs-tasks.amazonaws.com") {
		t.Errorf("%+v", out.Role)
	}
	_, err = client.GetRole(t.Context(), &awsiam.GetRoleInput{RoleName: aws.String("AWSServiceRoleForBatch")})
	if status, code, message := refusedAs(err); status != 404 || code != "NoSuchEntity" || !strings.Contains(message,
		"AWSServiceRoleForBatch") {
		t.Errorf("%v", err)
	}
	cfg := s.Config()
	cfg.Credentials = as(t, s, "MirrorRole")
	_, err = awsiam.NewFromConfig(cfg).GetRole(t.Context(),
		&awsiam.GetRoleInput{RoleName: aws.String("ecrmirror-MirrorRole")})
	if status, code, message := refusedAs(err); status != 403 || code != "AccessDenied" || !strings.Contains(message,
		"iam:GetRole on resource: "+s.Role("MirrorRole")) {
		t.Errorf("%v", err)
	}
}

// TestIAMSimulates asks about policies that are given, and about a role's own.
func TestIAMSimulates(t *testing.T) {
	s := start(t, server.Options{})
	client := awsiam.NewFromConfig(s.Config())
	const text = `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":"ecr:*","Resource":"arn:aws:ecr:*:111122223333:repository/*"},
		{"Effect":"Deny","Action":"ecr:Delete*","Resource":"*"},
		{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*","Condition":{"StringEquals":{"kms:ViaService":"ssm.us-east-1.amazonaws.com"}}}]}`
	app := "arn:aws:ecr:us-east-1:111122223333:repository/app"
	custom := func(action, resource string, keys ...iamtypes.ContextEntry) iamtypes.EvaluationResult {
		out, err := client.SimulateCustomPolicy(t.Context(), &awsiam.SimulateCustomPolicyInput{
			PolicyInputList: []string{text}, ActionNames: []string{action}, ResourceArns: []string{resource},
			ContextEntries: keys,
		})
		if err != nil {
			t.Fatal(err)
		}
		return out.EvaluationResults[0]
	}
	via := iamtypes.ContextEntry{
		ContextKeyName: aws.String("kms:ViaService"), ContextKeyType: iamtypes.ContextKeyTypeEnumString,
		ContextKeyValues: []string{"ssm.us-east-1.amazonaws.com"},
	}
	for _, c := range []struct {
		result iamtypes.EvaluationResult
		want   iamtypes.PolicyEvaluationDecisionType
	}{
		{custom("ecr:ListImages", app), "allowed"},
		{custom("ecr:ListImages", "arn:aws:ecr:us-east-1:444455556666:repository/app"), "implicitDeny"},
		{custom("ecr:DeleteRepository", app), "explicitDeny"},
		{custom("kms:Decrypt", "*"), "implicitDeny"},
		{custom("kms:Decrypt", "*", via), "allowed"},
	} {
		if c.result.EvalDecision != c.want {
			t.Errorf("%s on %s: %s, want %s", *c.result.EvalActionName, *c.result.EvalResourceName,
				c.result.EvalDecision, c.want)
		}
	}
	if missing := custom("kms:Decrypt", "*").MissingContextValues; len(missing) != 1 || missing[0] != "kms:ViaService" {
		t.Errorf("missing %q", missing)
	}
	out, err := client.SimulatePrincipalPolicy(t.Context(), &awsiam.SimulatePrincipalPolicyInput{
		PolicySourceArn: aws.String(s.Role("ControllerRole")), ActionNames: []string{"ecr:ListImages", "ecr:PutImage"},
		ResourceArns: []string{app},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.EvaluationResults) != 2 || out.EvaluationResults[0].EvalDecision != "allowed" ||
		out.EvaluationResults[1].EvalDecision != "implicitDeny" {
		t.Errorf("%+v", out.EvaluationResults)
	}
	for name, in := range map[string]*awsiam.SimulateCustomPolicyInput{
		"InvalidInput": {PolicyInputList: []string{"{}"}, ActionNames: []string{"a:b"}},
	} {
		_, err := client.SimulateCustomPolicy(t.Context(), in)
		if _, code, _ := refusedAs(err); code != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}
