package checks

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"ecrmirror/infra/assembly"
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
	var lacking []string
	for {
		reply, err := w.AWS.IAM.SimulatePrincipalPolicy(ctx, in)
		if err != nil {
			return []Finding{asked(what, "iam:SimulatePrincipalPolicy on "+source, err)}
		}
		for _, r := range reply.EvaluationResults {
			if r.EvalDecision != types.PolicyEvaluationDecisionTypeAllowed {
				lacking = append(lacking, refused([]types.EvaluationResult{r})...)
			}
		}
		if !reply.IsTruncated {
			break
		}
		in.Marker = reply.Marker
	}
	if slices.Sort(lacking); len(lacking) > 0 {
		return []Finding{fix(what, "%s may not %s: have it allowed %s", w.Caller, how, strings.Join(slices.Compact(lacking), ", "))}
	}
	return []Finding{okay(what, "%s may %s (by its own policies; an organization's may still deny)", w.Caller, how)}
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
		reply, err := w.AWS.IAM.GetRole(ctx, &iam.GetRoleInput{RoleName: &name}) // a session's ARN lacks the role's path
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
		list = append(list, fmt.Sprintf("arn:%s:iam::%s:role/cdk-%s-%s-%[2]s-%[5]s", w.Place.Partition, w.Place.Account, qualifier, kind, w.Place.Region))
	}
	return list
}

// deployActions returns what CloudFormation calls, as the caller, to make the stack's resources.
func deployActions(s assembly.Stack) []string {
	list := []string{
		"cloudformation:CreateChangeSet", "cloudformation:DescribeChangeSet", "cloudformation:DescribeStackEvents",
		"cloudformation:DescribeStacks", "cloudformation:ExecuteChangeSet", "cloudformation:GetTemplateSummary",
	}
	for _, r := range s.Resources {
		list = append(list, creators[r.Type]...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// creators are the calls that make a resource of a type, from the types' schemas ("handlers",
// "create", "permissions"). Those that AWS lists but makes only for other settings are left out.
var creators = map[string][]string{
	"AWS::Batch::ComputeEnvironment":        {"batch:CreateComputeEnvironment", "batch:DescribeComputeEnvironments", "batch:TagResource"},
	"AWS::Batch::JobDefinition":             {"batch:RegisterJobDefinition", "batch:DescribeJobDefinitions", "batch:TagResource", "iam:PassRole"},
	"AWS::Batch::JobQueue":                  {"batch:CreateJobQueue", "batch:DescribeJobQueues", "batch:TagResource"},
	"AWS::CloudWatch::Alarm":                {"cloudwatch:PutMetricAlarm", "cloudwatch:DescribeAlarms"},
	"AWS::CloudWatch::Dashboard":            {"cloudwatch:PutDashboard", "cloudwatch:GetDashboard"},
	"AWS::DynamoDB::Table":                  {"dynamodb:CreateTable", "dynamodb:DescribeTable", "dynamodb:UpdateTimeToLive", "dynamodb:UpdateContinuousBackups", "dynamodb:TagResource"},
	"AWS::EC2::EIP":                         {"ec2:AllocateAddress", "ec2:DescribeAddresses"},
	"AWS::EC2::InternetGateway":             {"ec2:CreateInternetGateway", "ec2:CreateTags", "ec2:DescribeInternetGateways"},
	"AWS::EC2::LaunchTemplate":              {"ec2:CreateLaunchTemplate", "ec2:CreateTags"},
	"AWS::EC2::NatGateway":                  {"ec2:CreateNatGateway", "ec2:DescribeNatGateways"},
	"AWS::EC2::Route":                       {"ec2:CreateRoute", "ec2:DescribeRouteTables"},
	"AWS::EC2::RouteTable":                  {"ec2:CreateRouteTable", "ec2:CreateTags", "ec2:DescribeRouteTables"},
	"AWS::EC2::SecurityGroup":               {"ec2:CreateSecurityGroup", "ec2:AuthorizeSecurityGroupEgress", "ec2:RevokeSecurityGroupEgress", "ec2:CreateTags", "ec2:DescribeSecurityGroups"},
	"AWS::EC2::Subnet":                      {"ec2:CreateSubnet", "ec2:CreateTags", "ec2:DescribeSubnets", "ec2:DescribeAvailabilityZones"},
	"AWS::EC2::SubnetRouteTableAssociation": {"ec2:AssociateRouteTable", "ec2:DescribeRouteTables"},
	"AWS::EC2::VPC":                         {"ec2:CreateVpc", "ec2:CreateTags", "ec2:DescribeVpcs", "ec2:ModifyVpcAttribute"},
	"AWS::EC2::VPCEndpoint":                 {"ec2:CreateVpcEndpoint", "ec2:DescribeVpcEndpoints"},
	"AWS::EC2::VPCGatewayAttachment":        {"ec2:AttachInternetGateway", "ec2:DescribeInternetGateways"},
	"AWS::Events::Rule":                     {"events:PutRule", "events:PutTargets", "events:DescribeRule", "iam:PassRole"},
	"AWS::IAM::InstanceProfile":             {"iam:CreateInstanceProfile", "iam:AddRoleToInstanceProfile", "iam:PassRole"},
	"AWS::IAM::Policy":                      {"iam:PutRolePolicy", "iam:GetRolePolicy"},
	"AWS::IAM::Role":                        {"iam:CreateRole", "iam:GetRole", "iam:TagRole"},
	"AWS::Lambda::EventInvokeConfig":        {"lambda:PutFunctionEventInvokeConfig"},
	"AWS::Lambda::Function":                 {"lambda:CreateFunction", "lambda:GetFunction", "lambda:TagResource", "iam:PassRole", "ecr:GetRepositoryPolicy", "ecr:SetRepositoryPolicy"},
	"AWS::Lambda::Permission":               {"lambda:AddPermission"},
	"AWS::Logs::LogGroup":                   {"logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:DescribeLogGroups", "logs:TagResource"},
	"AWS::Logs::ResourcePolicy":             {"logs:PutResourcePolicy", "logs:DescribeResourcePolicies"},
	"AWS::SNS::Subscription":                {"sns:Subscribe"},
	"AWS::SNS::Topic":                       {"sns:CreateTopic", "sns:GetTopicAttributes", "sns:TagResource"},
	"AWS::SNS::TopicPolicy":                 {"sns:SetTopicAttributes"},
	"AWS::SQS::Queue":                       {"sqs:CreateQueue", "sqs:GetQueueAttributes", "sqs:TagQueue"},
	"AWS::SQS::QueuePolicy":                 {"sqs:SetQueueAttributes"},
	"AWS::SSM::Parameter":                   {"ssm:PutParameter", "ssm:GetParameters"},
}
