package mirrorstack

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"ecrmirror/internal/contract"
)

// newOutputs says what a person needs.
func (s *stack) newOutputs(q queues, d definitions, t triggers, w watch) {
	s.output("MirrorTable", "Table of entries", *s.table.TableName())
	if s.ledger != nil {
		s.output("MirrorLedger", "Table of what is known of each image", s.ledgerName())
	}
	s.output("MirrorQueue", "ARN of the Batch queue of mirror jobs", *q.mirror.JobQueueArn())
	s.output("MirrorJob", "Batch job definition of mirror jobs", d.mirrorName)
	s.output("ControlQueue", "ARN of the Batch queue of the controller's jobs", *q.controller.JobQueueArn())
	s.output("ControllerJob", "Batch job definition of a sweep", d.sweepName)
	if t.function != nil {
		s.output("Function", "Lambda function that pushes to ECR start", *t.function.FunctionName())
	}
	s.output("AlarmTopic", "SNS topic that alarms go to: subscribe to it", *w.topic.TopicArn())
	s.output("DashboardPage", "What to look at, in the console", "CloudWatch > Dashboards > "+s.props.Name)
	s.newCommands(q, d)
}

// newCommands says what a person does, in lines that can be run.
func (s *stack) newCommands(q queues, d definitions) {
	region := *awscdk.Aws_REGION()
	registry := fmt.Sprintf("%s.dkr.ecr.%s.%s", *awscdk.Aws_ACCOUNT_ID(), region, *awscdk.Aws_URL_SUFFIX())
	s.output("PutEntry", "Have an image mirrored from now on", fmt.Sprintf(
		`aws dynamodb put-item --region %s --table-name %s --item '{"%s":{"S":"docker.io/library/alpine:3"},`+
			`"%s":{"SS":["%s/alpine:3"]}}'`,
		region, *s.table.TableName(), contract.AttrSource, contract.AttrDestination, registry))
	s.output("SubmitMirrorJob", "Mirror an image once, now", fmt.Sprintf(
		`aws batch submit-job --region %s --job-name by-hand --job-queue %s --job-definition %s --parameters `+
			`'{"%s":"docker.io/library/alpine:3","%s":"%s/alpine:3"}'`,
		region, *q.mirror.JobQueueArn(), d.mirrorName, contract.ParamSource, contract.ParamDest, registry))
	s.output("SubmitSweep", "Sweep the table now", fmt.Sprintf(
		`aws batch submit-job --region %s --job-name sweep --job-queue %s --job-definition %s`,
		region, *q.controller.JobQueueArn(), d.sweepName))
	s.output("FollowMirrorJobs", "Watch mirror jobs work", fmt.Sprintf(
		`aws logs tail --region %s --follow %s`, region, *s.logs.mirror.LogGroupName()))
	exports := fmt.Sprintf(`export %s=%s %s=%s %s=%s %s=%s %s=%d`, envRegion, region,
		contract.EnvTable, *s.table.TableName(), contract.EnvQueue, *q.mirror.JobQueueArn(),
		contract.EnvJobDefinition, d.mirrorName, contract.EnvJobParameters, d.parameters)
	if s.ledger != nil {
		exports += fmt.Sprintf(" %s=%s", contract.EnvLedger, s.ledgerName())
	}
	s.output("ControllerEnvironment", "For the controller on your machine: status, plan, put, ...", exports)
}

func (s *stack) output(id, description, value string) {
	output := awscdk.NewCfnOutput(s.scope, jsii.String(id+"Output"), &awscdk.CfnOutputProps{
		Description: &description, Value: &value,
	})
	output.OverrideLogicalId(&id)
}
