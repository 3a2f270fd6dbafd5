// Package mirrorstack is the AWS side of the service as one CloudFormation stack: the tables
// of entries and of the ledger, the queues and jobs that mirror, what starts them, what they may do,
// and what watches them.
//
// Nothing names a partition or a DNS suffix, so the stack goes to any region. What can't be
// made again, the tables, outlives the stack.
package mirrorstack

import (
	"errors"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"ecrmirror/infra/settings"
)

// New adds the stack to the scope, an app. Its error says which of the props are wrong.
func New(scope constructs.Construct, props settings.Props) (awscdk.Stack, error) {
	if err := props.Validate(); err != nil {
		return nil, err
	}
	s := &stack{scope: awscdk.NewStack(scope, jsii.String("Mirror"), stackProps(&props)), props: props}
	awscdk.Tags_Of(s.scope).Add(jsii.String("application"), &props.Name, nil)

	s.table = s.newEntries()
	s.ledger = s.newLedger()
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

// purpose is the stack's description in CloudFormation.
const purpose = "Keeps container images in Amazon ECR, and in other registries, equal to their source"

// stackProps returns what CDK is told of the stack as a whole.
func stackProps(props *settings.Props) *awscdk.StackProps {
	made := &awscdk.StackProps{
		StackName:   &props.Name,
		Description: jsii.String(purpose),
		// What CDK knows of a stack's constructs is of no use to those who run it.
		AnalyticsReporting: jsii.Bool(false),
		// CloudFormation takes 51,200 bytes of a template that comes with the request.
		SuppressTemplateIndentation: jsii.Bool(true),
	}
	if props.Image.Name != "" {
		// Nothing has to be built or uploaded: the template goes to accounts without CDK's bootstrap stack, too.
		made.Synthesizer = awscdk.NewDefaultStackSynthesizer(&awscdk.DefaultStackSynthesizerProps{
			GenerateBootstrapVersionRule: jsii.Bool(false),
		})
	}
	if props.Region != "" {
		made.Env = &awscdk.Environment{Region: &props.Region}
	}
	return made
}
