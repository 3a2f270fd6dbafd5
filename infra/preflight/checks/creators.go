package checks

import (
	"slices"

	"ecrmirror/infra/assembly"
)

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
	"AWS::Batch::ComputeEnvironment": {
		"batch:CreateComputeEnvironment", "batch:DescribeComputeEnvironments", "batch:TagResource",
	},
	"AWS::Batch::JobDefinition": {
		"batch:RegisterJobDefinition", "batch:DescribeJobDefinitions", "batch:TagResource", "iam:PassRole",
	},
	"AWS::Batch::JobQueue":       {"batch:CreateJobQueue", "batch:DescribeJobQueues", "batch:TagResource"},
	"AWS::CloudWatch::Alarm":     {"cloudwatch:PutMetricAlarm", "cloudwatch:DescribeAlarms"},
	"AWS::CloudWatch::Dashboard": {"cloudwatch:PutDashboard", "cloudwatch:GetDashboard"},
	"AWS::DynamoDB::Table": {
		"dynamodb:CreateTable", "dynamodb:DescribeTable", "dynamodb:UpdateTimeToLive",
		"dynamodb:UpdateContinuousBackups", "dynamodb:TagResource",
	},
	"AWS::EC2::EIP": {"ec2:AllocateAddress", "ec2:DescribeAddresses"},
	"AWS::EC2::InternetGateway": {
		"ec2:CreateInternetGateway", "ec2:CreateTags", "ec2:DescribeInternetGateways",
	},
	"AWS::EC2::LaunchTemplate": {"ec2:CreateLaunchTemplate", "ec2:CreateTags"},
	"AWS::EC2::NatGateway":     {"ec2:CreateNatGateway", "ec2:DescribeNatGateways"},
	"AWS::EC2::Route":          {"ec2:CreateRoute", "ec2:DescribeRouteTables"},
	"AWS::EC2::RouteTable":     {"ec2:CreateRouteTable", "ec2:CreateTags", "ec2:DescribeRouteTables"},
	"AWS::EC2::SecurityGroup": {
		"ec2:CreateSecurityGroup", "ec2:AuthorizeSecurityGroupEgress", "ec2:RevokeSecurityGroupEgress",
		"ec2:CreateTags", "ec2:DescribeSecurityGroups",
	},
	"AWS::EC2::Subnet": {
		"ec2:CreateSubnet", "ec2:CreateTags", "ec2:DescribeSubnets", "ec2:DescribeAvailabilityZones",
	},
	"AWS::EC2::SubnetRouteTableAssociation": {"ec2:AssociateRouteTable", "ec2:DescribeRouteTables"},
	"AWS::EC2::VPC": {
		"ec2:CreateVpc", "ec2:CreateTags", "ec2:DescribeVpcs", "ec2:ModifyVpcAttribute",
	},
	"AWS::EC2::VPCEndpoint":          {"ec2:CreateVpcEndpoint", "ec2:DescribeVpcEndpoints"},
	"AWS::EC2::VPCGatewayAttachment": {"ec2:AttachInternetGateway", "ec2:DescribeInternetGateways"},
	"AWS::Events::Rule": {
		"events:PutRule", "events:PutTargets", "events:DescribeRule", "iam:PassRole",
	},
	"AWS::IAM::InstanceProfile": {
		"iam:CreateInstanceProfile", "iam:AddRoleToInstanceProfile", "iam:PassRole",
	},
	"AWS::IAM::Policy":               {"iam:PutRolePolicy", "iam:GetRolePolicy"},
	"AWS::IAM::Role":                 {"iam:CreateRole", "iam:GetRole", "iam:TagRole"},
	"AWS::Lambda::EventInvokeConfig": {"lambda:PutFunctionEventInvokeConfig"},
	"AWS::Lambda::Function": {
		"lambda:CreateFunction", "lambda:GetFunction", "lambda:TagResource", "iam:PassRole", "ecr:GetRepositoryPolicy",
		"ecr:SetRepositoryPolicy",
	},
	"AWS::Lambda::Permission": {"lambda:AddPermission"},
	"AWS::Logs::LogGroup": {
		"logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:DescribeLogGroups", "logs:TagResource",
	},
	"AWS::Logs::ResourcePolicy": {"logs:PutResourcePolicy", "logs:DescribeResourcePolicies"},
	"AWS::SNS::Subscription":    {"sns:Subscribe"},
	"AWS::SNS::Topic":           {"sns:CreateTopic", "sns:GetTopicAttributes", "sns:TagResource"},
	"AWS::SNS::TopicPolicy":     {"sns:SetTopicAttributes"},
	"AWS::SQS::Queue":           {"sqs:CreateQueue", "sqs:GetQueueAttributes", "sqs:TagQueue"},
	"AWS::SQS::QueuePolicy":     {"sqs:SetQueueAttributes"},
	"AWS::SSM::Parameter":       {"ssm:PutParameter", "ssm:GetParameters"},
}
