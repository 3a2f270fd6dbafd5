package mirrorstack

import (
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"ecrmirror/infra/schedule"
	"ecrmirror/infra/settings"
	"ecrmirror/internal/contract"
)

// triggers are what starts the controller.
type triggers struct {
	deadLetters []deadLetters
	deployed    awsevents.CfnRule  // sweeps when the stack was deployed; nil if nothing sweeps
	function    awslambda.Function // nil if pushes don't start one
}

// pushJob is the name of jobs that pushes start (with PushBatch).
const pushJob = "push"

// deadLetters are the events of one kind that could not be handled.
type deadLetters struct {
	of    string
	queue awssqs.Queue
}

func (s *stack) newTriggers(q queues, d definitions) triggers {
	var t triggers
	scheduled, pushed := s.props.Schedule != schedule.Off, s.props.Push.Target
	var submits []string // the job definitions that EventBridge submits
	if pushed == settings.PushBatch {
		submits = append(submits, d.eventName)
	}
	if scheduled {
		submits = append(submits, d.sweepName)
	}
	var role awsiam.IRole
	if len(submits) > 0 {
		role = s.newEventsRole("EventsRole", []permission{{
			sid: "SubmitControllerJobs", actions: []string{"batch:SubmitJob"},
			resources: s.jobResources(q.controller, submits...),
		}})
	}
	if scheduled {
		dead, deployed := s.newSchedule(q, d, role)
		t.deployed, t.deadLetters = deployed, append(t.deadLetters, deadLetters{"schedule", dead})
	}
	switch pushed {
	case settings.PushLambda:
		dead := s.newDeadLetters("PushDeadLetters")
		t.function = s.newFunction(q, d, dead)
		s.newPushRule(dead, awsevents.CfnRule_TargetProperty{Arn: t.function.FunctionArn()})
		t.deadLetters = append(t.deadLetters, deadLetters{"push", dead})
	case settings.PushBatch:
		dead := s.newDeadLetters("PushDeadLetters")
		s.newPushRule(dead, s.eventJob(q, d, role), d.event, policyOf(role))
		t.deadLetters = append(t.deadLetters, deadLetters{"push", dead})
	}
	return t
}

// newSchedule has sweeps submitted, by the schedule and after each deployment, and returns where those go
// that could not be, and the rule of deployments. Events that are old are not worth it: the next is near.
func (s *stack) newSchedule(
	q queues, d definitions, role awsiam.IRole,
) (dead awssqs.Queue, deployed awsevents.CfnRule) {
	dead = s.newDeadLetters("ScheduleDeadLetters")
	sweep := awsevents.CfnRule_TargetProperty{
		Arn:     q.controller.JobQueueArn(),
		RoleArn: role.RoleArn(),
		BatchParameters: &awsevents.CfnRule_BatchParametersProperty{
			JobDefinition: &d.sweepName, JobName: jsii.String("sweep"),
		},
	}
	s.newRule("Schedule", &awsevents.CfnRuleProps{
		Description:        jsii.String("Sweeps the table of entries"),
		ScheduleExpression: jsii.String(string(s.props.Schedule)),
	}, sweep, dead, time.Hour, d.sweep, policyOf(role))
	// A rate first fires when it is over once. CloudFormation says itself when the stack is there:
	// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/event-detail-stack-status-change.html
	deployed = s.newRule("Deployed", &awsevents.CfnRuleProps{
		Description: jsii.String("Sweeps when the stack was deployed"),
		EventPattern: map[string]any{
			"source": texts("aws.cloudformation"), "detail-type": texts("CloudFormation Stack Status Change"),
			"detail": map[string]any{
				"stack-id":       texts(*awscdk.Aws_STACK_ID()),
				"status-details": map[string]any{"status": texts("CREATE_COMPLETE", "UPDATE_COMPLETE")},
			},
		},
	}, sweep, dead, time.Hour, d.sweep, policyOf(role))
	return dead, deployed
}

// newPushRule has pushes of tags to ECR reported to the target. What is pushed by digest
// alone, such as the instances of an index, concerns no entry.
func (s *stack) newPushRule(
	dead awssqs.Queue, target awsevents.CfnRule_TargetProperty, before ...constructs.IDependable,
) {
	rule := s.newRule("Push", &awsevents.CfnRuleProps{
		Description:  jsii.String("Mirrors what is pushed to ECR"),
		EventPattern: settings.PushPattern(s.props.Push),
	}, target, dead, 6*time.Hour, before...)
	if s.props.Push.Target == settings.PushLambda {
		awslambda.NewCfnPermission(s.scope, jsii.String("PushPermission"), &awslambda.CfnPermissionProps{
			Action: jsii.String("lambda:InvokeFunction"), FunctionName: target.Arn,
			Principal: jsii.String("events.amazonaws.com"), SourceArn: rule.AttrArn(),
		})
	}
}

// eventJob is the target that submits a job for a push, with the event's repository and tag.
func (s *stack) eventJob(q queues, d definitions, role awsiam.IRole) awsevents.CfnRule_TargetProperty {
	return awsevents.CfnRule_TargetProperty{
		Arn:     q.controller.JobQueueArn(),
		RoleArn: role.RoleArn(),
		BatchParameters: &awsevents.CfnRule_BatchParametersProperty{
			JobDefinition: &d.eventName, JobName: jsii.String(pushJob),
		},
		InputTransformer: &awsevents.CfnRule_InputTransformerProperty{
			InputPathsMap: &map[string]*string{
				contract.ParamRepository: jsii.String("$.detail.repository-name"),
				contract.ParamTag:        jsii.String("$.detail.image-tag"),
			},
			InputTemplate: jsii.String(fmt.Sprintf(`{"Parameters":{"%s":<%[1]s>,"%s":<%[2]s>}}`,
				contract.ParamRepository, contract.ParamTag)),
		},
	}
}

// newRule makes a rule whose target is tried again until the event is too old, and then put
// among the dead letters. What the target names without a reference must exist before.
func (s *stack) newRule(id string, props *awsevents.CfnRuleProps, target awsevents.CfnRule_TargetProperty,
	dead awssqs.Queue, oldest time.Duration, before ...constructs.IDependable,
) awsevents.CfnRule {
	target.Id = jsii.String("Controller")
	target.RetryPolicy = &awsevents.CfnRule_RetryPolicyProperty{
		MaximumEventAgeInSeconds: jsii.Number(oldest.Seconds()),
		MaximumRetryAttempts:     jsii.Number(60),
	}
	target.DeadLetterConfig = &awsevents.CfnRule_DeadLetterConfigProperty{Arn: dead.QueueArn()}
	props.State = jsii.String("ENABLED")
	props.Targets = []any{&target}
	rule := awsevents.NewCfnRule(s.scope, &id, props)
	for _, b := range before {
		rule.Node().AddDependency(b)
	}
	dead.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("Undelivered" + id),
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("events.amazonaws.com"), nil)},
		Actions:    texts("sqs:SendMessage"),
		Resources:  texts(*dead.QueueArn()),
		Conditions: &map[string]any{"ArnEquals": map[string]any{"aws:SourceArn": rule.AttrArn()}},
	}))
	return rule
}

// newDeadLetters makes a queue for what could not be delivered, as long as SQS keeps anything.
func (s *stack) newDeadLetters(id string) awssqs.Queue {
	return awssqs.NewQueue(s.scope, &id, &awssqs.QueueProps{
		RetentionPeriod: awscdk.Duration_Days(jsii.Number(14)),
		Encryption:      awssqs.QueueEncryption_SQS_MANAGED,
		EnforceSSL:      jsii.Bool(true),
	})
}
