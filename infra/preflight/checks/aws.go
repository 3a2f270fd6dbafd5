package checks

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"ecrmirror/infra/ec2"
)

// AWS has the clients that checks ask.
type AWS struct {
	STS       STS
	Stacks    Stacks
	IAM       IAM
	Quotas    Quotas
	Parameter Parameters
	Networks  Networks
	Images    func(region string) Images
}

// STS says whose the credentials are.
type STS interface {
	GetCallerIdentity(
		context.Context, *sts.GetCallerIdentityInput, ...func(*sts.Options),
	) (*sts.GetCallerIdentityOutput, error)
}

// Stacks is CloudFormation.
type Stacks interface {
	DescribeStacks(
		context.Context, *cloudformation.DescribeStacksInput, ...func(*cloudformation.Options),
	) (*cloudformation.DescribeStacksOutput, error)
}

// IAM has the calls of IAM that checks make: they read roles and simulate policies.
type IAM interface {
	GetRole(context.Context, *iam.GetRoleInput, ...func(*iam.Options)) (*iam.GetRoleOutput, error)
	SimulateCustomPolicy(
		context.Context, *iam.SimulateCustomPolicyInput, ...func(*iam.Options),
	) (*iam.SimulateCustomPolicyOutput, error)
	SimulatePrincipalPolicy(
		context.Context, *iam.SimulatePrincipalPolicyInput, ...func(*iam.Options),
	) (*iam.SimulatePrincipalPolicyOutput, error)
}

// Quotas is Service Quotas.
type Quotas interface {
	GetServiceQuota(
		context.Context, *servicequotas.GetServiceQuotaInput, ...func(*servicequotas.Options),
	) (*servicequotas.GetServiceQuotaOutput, error)
	GetAWSDefaultServiceQuota(
		context.Context, *servicequotas.GetAWSDefaultServiceQuotaInput, ...func(*servicequotas.Options),
	) (*servicequotas.GetAWSDefaultServiceQuotaOutput, error)
}

// Parameters is Parameter Store.
type Parameters interface {
	GetParameter(context.Context, *ssm.GetParameterInput, ...func(*ssm.Options)) (*ssm.GetParameterOutput, error)
}

// Networks is EC2.
type Networks interface {
	Zones(context.Context) ([]ec2.Zone, error)
	Subnets(ctx context.Context, ids []string) ([]ec2.Subnet, error)
	RouteTables(ctx context.Context, vpc string) ([]ec2.RouteTable, error)
	Endpoints(ctx context.Context, vpc string) ([]string, error)
}

// Images is ECR of one region.
type Images interface {
	DescribeImages(context.Context, *ecr.DescribeImagesInput, ...func(*ecr.Options)) (*ecr.DescribeImagesOutput, error)
}
