package mirrorstack

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecr"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"
	"github.com/aws/jsii-runtime-go"

	"ecrmirror/infra/settings"
)

// stack is what the parts of the stack need of each other.
type stack struct {
	scope awscdk.Stack
	props settings.Props

	image   image
	table   awsdynamodb.ITable
	ledger  awsdynamodb.ITable // nil if there is none
	network network

	documents documents
	wrong     []error // what turned out only when the parts were made
	logs      struct{ mirror, controller awslogs.ILogGroup }
}

// An image is the container image that everything runs.
type image struct {
	container awsecs.ContainerImage // for jobs

	// For the function: nil if the image is not in private ECR.
	repository  awsecr.IRepository
	tagOrDigest string
}

// A network is where the jobs run.
type network struct {
	vpc      awsec2.IVpc
	subnets  []awsec2.ISubnet
	security awsec2.ISecurityGroup // of the jobs and the function
	publicIP bool                  // whether jobs need a public address to get anywhere
}

// selection returns a selection of the network's subnets.
func (n network) selection() *awsec2.SubnetSelection {
	return &awsec2.SubnetSelection{Subnets: &n.subnets}
}

// documents are the settings that may be long.
type documents struct {
	parameters map[string]awsssm.CfnParameter // by variable: of those that are
	texts      map[string]string              // their values
}

// name returns the physical name of something that people call by its name.
func (s *stack) name(suffix string) string { return s.props.Name + "-" + suffix }

// arn returns the ARN of something in the stack's partition, region and account.
func (s *stack) arn(service, resource string) string {
	return fmt.Sprintf("arn:%s:%s:%s:%s:%s", *awscdk.Aws_PARTITION(), service, *awscdk.Aws_REGION(),
		*awscdk.Aws_ACCOUNT_ID(), resource)
}

// newLogGroup makes a log group that goes with the stack: logs are no records.
func (s *stack) newLogGroup(id, name string) awslogs.ILogGroup {
	return awslogs.NewLogGroup(s.scope, &id, &awslogs.LogGroupProps{
		LogGroupName:  jsii.String("/" + s.props.Name + "/" + name),
		Retention:     awslogs.RetentionDays(retention(s.props.Watch.LogDays)),
		RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
}

// retention returns CDK's name of a number of days.
func retention(days int) string {
	names := map[int]string{
		1: "ONE_DAY", 3: "THREE_DAYS", 5: "FIVE_DAYS", 7: "ONE_WEEK", 14: "TWO_WEEKS", 30: "ONE_MONTH",
		60: "TWO_MONTHS", 90: "THREE_MONTHS", 120: "FOUR_MONTHS", 150: "FIVE_MONTHS", 180: "SIX_MONTHS",
		365: "ONE_YEAR", 400: "THIRTEEN_MONTHS", 545: "EIGHTEEN_MONTHS", 731: "TWO_YEARS", 1096: "THREE_YEARS",
		1827: "FIVE_YEARS", 2192: "SIX_YEARS", 2557: "SEVEN_YEARS", 2922: "EIGHT_YEARS",
		3288: "NINE_YEARS", 3653: "TEN_YEARS",
	}
	return names[days]
}

// texts returns the strings as jsii wants them.
func texts(list ...string) *[]*string { return jsii.Strings(list...) }

// join returns a list as the programs' environment has it.
func join(list []string) string { return strings.Join(list, ",") }

// environment returns the variables that have a value, as jsii wants them.
func environment(values map[string]string) *map[string]*string {
	m := map[string]*string{}
	for name, value := range values {
		if value != "" {
			m[name] = jsii.String(value)
		}
	}
	return &m
}
