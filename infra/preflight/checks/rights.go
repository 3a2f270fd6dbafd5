package checks

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// rights asks IAM whether the caller may do what a deployment does: with a bootstrap stack, take
// its roles, which do the rest; without, call CloudFormation and make each resource.
func rights(ctx context.Context, w World) []Finding {
	const what = "your rights"
	source, finding := w.principal(ctx)
	if source == "" {
		return []Finding{finding}
	}
	in := &iam.SimulatePrincipalPolicyInput{PolicySourceArn: &source}
	how := "take the bootstrap stack's roles"
	if w.bootstrapped(ctx) {
		in.ActionNames, in.ResourceArns = []string{"sts:AssumeRole"}, bootstrapRoles(w)
	} else {
		in.ActionNames, in.ResourceArns = deployActions(w.Stack), []string{"*"}
		how = "deploy by CloudFormation"
	}
	lacking, err := w.lacking(ctx, in)
	switch {
	case err != nil:
		return []Finding{asked(what, "iam:SimulatePrincipalPolicy on "+source, err)}
	case len(lacking) > 0:
		return []Finding{fix(what, "%s may not %s: have it allowed %s", w.Caller, how, strings.Join(lacking, ", "))}
	}
	return []Finding{okay(what, "%s may %s (by its own policies; an organization's may still deny)", w.Caller, how)}
}

// lacking returns the actions that the caller may not do, each once, in order.
func (w World) lacking(ctx context.Context, in *iam.SimulatePrincipalPolicyInput) ([]string, error) {
	var lacking []string
	for {
		reply, err := w.AWS.IAM.SimulatePrincipalPolicy(ctx, in)
		if err != nil {
			return nil, err
		}
		lacking = append(lacking, refused(reply.EvaluationResults)...)
		if !reply.IsTruncated {
			slices.Sort(lacking)
			return slices.Compact(lacking), nil
		}
		in.Marker = reply.Marker
	}
}

// principal returns the ARN of the user or role that the caller is, "" with a finding if there is none to ask about.
func (w World) principal(ctx context.Context) (string, Finding) {
	const what = "your rights"
	parts := strings.SplitN(w.Caller, ":", 6)
	if len(parts) != 6 {
		return "", unknown(what, "%q is no ARN of a user or role", w.Caller)
	}
	kind, rest, _ := strings.Cut(parts[5], "/")
	switch kind {
	case "root":
		return "", okay(what, "the account's root may do everything (deploy as a role instead)")
	case "user":
		return w.Caller, Finding{}
	case "assumed-role":
		name, _, _ := strings.Cut(rest, "/")
		// a session's ARN lacks the role's path
		reply, err := w.AWS.IAM.GetRole(ctx, &iam.GetRoleInput{RoleName: &name})
		if err != nil {
			return "", asked(what, "iam:GetRole on "+name, err)
		}
		return aws.ToString(reply.Role.Arn), Finding{}
	}
	return "", unknown(what, "IAM does not simulate %s", w.Caller)
}

// bootstrapped says whether there is a bootstrap stack. Where it can't be asked, there may be one.
func (w World) bootstrapped(ctx context.Context) bool {
	if w.Stack.Builds {
		return true
	}
	_, err := w.AWS.Parameter.GetParameter(ctx, &ssm.GetParameterInput{Name: &w.Stack.Bootstrap.Parameter})
	return err == nil
}

// bootstrapRoles are those that CDK takes to deploy. Their names are those of its default bootstrap stack.
func bootstrapRoles(w World) []string {
	qualifier := "hnb659fds"
	if parts := strings.Split(w.Stack.Bootstrap.Parameter, "/"); len(parts) == 4 {
		qualifier = parts[2]
	}
	kinds := []string{"deploy-role", "file-publishing-role"}
	if w.Stack.Builds {
		kinds = append(kinds, "image-publishing-role")
	}
	var list []string
	for _, kind := range kinds {
		list = append(list, fmt.Sprintf("arn:%s:iam::%s:role/cdk-%s-%s-%[2]s-%[5]s", w.Place.Partition,
			w.Place.Account, qualifier, kind, w.Place.Region))
	}
	return list
}
