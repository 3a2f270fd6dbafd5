package checks

import (
	"context"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// stackState says whether the stack is there already, and can be updated.
func stackState(ctx context.Context, w World) []Finding {
	const what = "stack"
	reply, err := w.AWS.Stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &w.Stack.Name})
	switch {
	// "Stack with id NAME does not exist": DescribeStacks has no code of its own for it.
	case codeOf(err) == "ValidationError":
		return []Finding{okay(what, "%s does not exist yet", w.Stack.Name)}
	case err != nil:
		return []Finding{asked(what, "cloudformation:DescribeStacks", err)}
	case len(reply.Stacks) == 0:
		return []Finding{okay(what, "%s does not exist yet", w.Stack.Name)}
	}
	switch status := reply.Stacks[0].StackStatus; status {
	case types.StackStatusReviewInProgress:
		return []Finding{okay(what, "%s does not exist yet", w.Stack.Name)}
	case types.StackStatusRollbackComplete, types.StackStatusRollbackFailed, types.StackStatusCreateFailed,
		types.StackStatusDeleteFailed:
		return []Finding{fix(what, "%s is %s, which cannot be updated: aws cloudformation delete-stack --stack-name "+
			"%[1]s", w.Stack.Name, status)}
	case types.StackStatusUpdateRollbackFailed:
		return []Finding{fix(what, "%s is %s: aws cloudformation continue-update-rollback --stack-name %[1]s",
			w.Stack.Name, status)}
	default:
		if strings.HasSuffix(string(status), "_IN_PROGRESS") {
			return []Finding{fix(what, "%s is %s: wait until that has ended", w.Stack.Name, status)}
		}
		return []Finding{okay(what, "%s exists (%s): it will be updated", w.Stack.Name, status)}
	}
}

// bootstrap looks for CDK's bootstrap stack, without which there is nowhere to push an image to.
func bootstrap(ctx context.Context, w World) []Finding {
	const what = "bootstrap"
	need := w.Stack.Bootstrap
	if need.Parameter == "" {
		return nil
	}
	command := "make bootstrap PLACE=aws://" + w.Place.Account + "/" + w.Place.Region
	reply, err := w.AWS.Parameter.GetParameter(ctx, &ssm.GetParameterInput{Name: &need.Parameter})
	switch {
	case codeOf(err) == "ParameterNotFound" && w.Stack.Builds:
		return []Finding{fix(what, "the account has no bootstrap stack in this region, which make deploy takes: %s "+
			"(or deploy an image that is there: -c image=NAME)", command)}
	case codeOf(err) == "ParameterNotFound":
		return []Finding{okay(what, "none, and with image= none is needed by aws cloudformation deploy (make deploy "+
			"takes one: %s)", command)}
	case err != nil:
		return []Finding{asked(what, "ssm:GetParameter on "+need.Parameter, err)}
	}
	value := aws.ToString(reply.Parameter.Value)
	if version, err := strconv.Atoi(value); err != nil || version < need.Version {
		return []Finding{fix(what, "the bootstrap stack has version %s, and %d is the least that does: %s", value,
			need.Version, command)}
	}
	return []Finding{okay(what, "version %s of the bootstrap stack; %d is the least that does", value, need.Version)}
}

// linkedRoles looks for the roles by which Batch, ECS and Spot work. AWS makes them at the first
// use of a service, which may be too late for that use.
func linkedRoles(ctx context.Context, w World) []Finding {
	roles := []struct{ name, service string }{
		{"AWSServiceRoleForBatch", "batch.amazonaws.com"},
		{"AWSServiceRoleForECS", "ecs.amazonaws.com"},
	}
	if n := instances(w.Stack); n.spot > 0 {
		roles = append(roles, struct{ name, service string }{"AWSServiceRoleForEC2Spot", "spot.amazonaws.com"})
	}
	var findings []Finding
	for _, role := range roles {
		what := "role " + role.name
		_, err := w.AWS.IAM.GetRole(ctx, &iam.GetRoleInput{RoleName: &role.name})
		switch codeOf(err) {
		case "NoSuchEntity", "NoSuchEntityException":
			findings = append(findings, fix(what, "does not exist: aws iam create-service-linked-role "+
				"--aws-service-name %s", role.service))
		default:
			if err != nil {
				findings = append(findings, asked(what, "iam:GetRole", err))
				continue
			}
			findings = append(findings, okay(what, "exists"))
		}
	}
	return findings
}
