package mirrorstack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"

	"ecrmirror/infra/settings"
)

// jobRules log what Batch tells of jobs that come to nothing. Batch has no metric of them, but a rule has:
// how often it was triggered.
type jobRules struct {
	failed  awsevents.CfnRule // jobs for images that failed for good; sweeps have metrics of their own
	blocked awsevents.CfnRule // jobs at the head of a queue that can't start, of both queues
}

func (s *stack) newJobRules(q queues, name string) jobRules {
	group := s.newLogGroup("FailedJobLogs", "failed-jobs")
	arn := s.arn("logs", "log-group:"+name)
	policy := awslogs.NewResourcePolicy(s.scope, jsii.String("FailedJobLogsPolicy"), &awslogs.ResourcePolicyProps{
		ResourcePolicyName: jsii.String(s.name("failed-jobs")), // CDK's own is the same for every stack of this app
		PolicyStatements: &[]awsiam.PolicyStatement{awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Principals: &[]awsiam.IPrincipal{
				awsiam.NewServicePrincipal(jsii.String("events.amazonaws.com"), nil),
				awsiam.NewServicePrincipal(jsii.String("delivery.logs.amazonaws.com"), nil),
			},
			Actions:   texts("logs:CreateLogStream", "logs:PutLogEvents"),
			Resources: texts(arn + ":*"),
		})},
	})
	rule := func(id, description, kind string, detail map[string]any) awsevents.CfnRule {
		made := awsevents.NewCfnRule(s.scope, &id, &awsevents.CfnRuleProps{
			Description:  &description,
			State:        jsii.String("ENABLED"),
			EventPattern: map[string]any{"source": texts("aws.batch"), "detail-type": texts(kind), "detail": detail},
			Targets:      []any{&awsevents.CfnRule_TargetProperty{Id: jsii.String("Logs"), Arn: &arn}},
		})
		made.Node().AddDependency(group, policy)
		return made
	}
	return jobRules{
		failed: rule("FailedJobs", "Logs jobs for images that failed", "Batch Job State Change",
			s.failedJobs(q)),
		// https://docs.aws.amazon.com/batch/latest/userguide/batch-job-queue-blocked-events.html
		blocked: rule("BlockedQueues", "Logs jobs that keep a queue from going on", "Batch Job Queue Blocked",
			map[string]any{"jobQueue": []any{q.mirror.JobQueueArn(), q.controller.JobQueueArn()}}),
	}
}

// failedJobs returns the pattern of jobs that failed: of mirror jobs, and of those that pushes start.
func (s *stack) failedJobs(q queues) map[string]any {
	if s.props.Push.Target != settings.PushBatch {
		return map[string]any{"status": texts("FAILED"), "jobQueue": []any{q.mirror.JobQueueArn()}}
	}
	return map[string]any{"status": texts("FAILED"), "$or": []any{
		map[string]any{"jobQueue": []any{q.mirror.JobQueueArn()}},
		map[string]any{"jobQueue": []any{q.controller.JobQueueArn()}, "jobName": texts(pushJob)},
	}}
}
