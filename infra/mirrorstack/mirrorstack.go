// Package mirrorstack is the AWS side of the service as one CloudFormation stack: the table
// of entries, the queues and jobs that mirror, what starts them, what they may do, and what
// watches them.
//
// Nothing names a partition or a DNS suffix, so the stack goes to any region. What can't be
// made again, the table, outlives the stack.
package mirrorstack

import (
	"errors"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"ecrmirror/infra/settings"
)

// stack is what the parts of the stack need of each other.
type stack struct {
	scope awscdk.Stack
	props settings.Props

	image   image
	table   awsdynamodb.ITable
	network network

	documents documents
	wrong     []error // what turned out only when the parts were made
	logs      struct{ mirror, controller awslogs.ILogGroup }
}

// New adds the stack to the scope, an app. Its error says which of the props are wrong.
func New(scope constructs.Construct, props settings.Props) (awscdk.Stack, error) {
	if err := props.Validate(); err != nil {
		return nil, err
	}
	stackProps := &awscdk.StackProps{
		StackName:   &props.Name,
		Description: jsii.String("Keeps container images in Amazon ECR, and in other registries, equal to their source"),
		// What CDK knows of a stack's constructs is of no use to those who run it.
		AnalyticsReporting: jsii.Bool(false),
		// CloudFormation takes 51,200 bytes of a template that comes with the request.
		SuppressTemplateIndentation: jsii.Bool(true),
	}
	if props.Image.Name != "" {
		// Nothing has to be built or uploaded: the template goes to accounts without CDK's bootstrap stack, too.
		stackProps.Synthesizer = awscdk.NewDefaultStackSynthesizer(&awscdk.DefaultStackSynthesizerProps{GenerateBootstrapVersionRule: jsii.Bool(false)})
	}
	if props.Region != "" {
		stackProps.Env = &awscdk.Environment{Region: &props.Region}
	}
	s := &stack{scope: awscdk.NewStack(scope, jsii.String("Mirror"), stackProps), props: props}
	awscdk.Tags_Of(s.scope).Add(jsii.String("application"), &props.Name, nil)

	s.table = s.newTable()
	s.network = s.newNetwork()
	s.image = s.newImage()
	s.logs.mirror = s.newLogGroup("MirrorLogs", "mirror")
	s.logs.controller = s.newLogGroup("ControllerLogs", "controller")

	documents, err := s.newDocuments()
	if err != nil {
		return nil, err
	}
	s.documents = documents
	queues := s.newQueues()
	definitions := s.newDefinitions(queues)
	triggers := s.newTriggers(queues, definitions)
	watch := s.newWatch(queues, triggers)
	s.newOutputs(queues, definitions, triggers, watch)
	return s.scope, errors.Join(s.wrong...)
}

// name returns the physical name of something that people call by its name.
func (s *stack) name(suffix string) string { return s.props.Name + "-" + suffix }

// arn returns the ARN of something in the stack's partition, region and account.
func (s *stack) arn(service, resource string) string {
	return fmt.Sprintf("arn:%s:%s:%s:%s:%s", *awscdk.Aws_PARTITION(), service, *awscdk.Aws_REGION(), *awscdk.Aws_ACCOUNT_ID(), resource)
}

// newLogGroup makes a log group that goes with the stack: logs are no records.
func (s *stack) newLogGroup(id, name string) awslogs.ILogGroup {
	return awslogs.NewLogGroup(s.scope, &id, &awslogs.LogGroupProps{
		LogGroupName:  jsii.String("/" + s.props.Name + "/" + name),
		Retention:     awslogs.RetentionDays(retention(s.props.Watch.LogDays)),
		RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
}

// texts returns the strings as jsii wants them.
func texts(list ...string) *[]*string { return jsii.Strings(list...) }

// selection returns a selection of the network's subnets.
func (n network) selection() *awsec2.SubnetSelection {
	return &awsec2.SubnetSelection{Subnets: &n.subnets}
}
