package mirrorstack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/jsii-runtime-go"
)

// watch is what tells people how the service does.
type watch struct {
	topic      awssns.Topic
	dashboard  awscloudwatch.Dashboard
	failedJobs string // name of the log group
}

func (s *stack) newWatch(q queues, t triggers) watch {
	w := watch{failedJobs: "/" + s.props.Name + "/failed-jobs"}
	w.topic = awssns.NewTopic(s.scope, jsii.String("Alarms"), &awssns.TopicProps{
		DisplayName: jsii.String(s.props.Name + " alarms"),
		EnforceSSL:  jsii.Bool(true),
	})
	if s.props.Watch.Email != "" {
		w.topic.AddSubscription(awssnssubscriptions.NewEmailSubscription(&s.props.Watch.Email, nil))
	}
	w.topic.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("AlarmsOfThisAccount"),
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("cloudwatch.amazonaws.com"), nil)},
		Actions:    texts("sns:Publish"),
		Resources:  texts(*w.topic.TopicArn()),
		Conditions: &map[string]any{"ArnLike": map[string]any{"aws:SourceArn": s.arn("cloudwatch", "alarm:"+s.props.Name+"-*")}},
	}))
	failures := s.newFailedJobs(q, w.failedJobs)
	alarms := s.newAlarms(w.topic, failures, t)
	w.dashboard = s.newDashboard(failures, alarms, t)
	return w
}

// newFailedJobs logs each job for an image that failed for good, with Batch's reasons, and
// returns the rule that does. Batch has no metric of jobs, but the rule has: how often it
// was triggered. Sweeps are not among them: they have metrics.
func (s *stack) newFailedJobs(q queues, name string) awsevents.CfnRule {
	group := s.newLogGroup("FailedJobLogs", "failed-jobs")
	arn := s.arn("logs", "log-group:"+name)
	policy := awslogs.NewResourcePolicy(s.scope, jsii.String("FailedJobLogsPolicy"), &awslogs.ResourcePolicyProps{
		PolicyStatements: &[]awsiam.PolicyStatement{awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Principals: &[]awsiam.IPrincipal{
				awsiam.NewServicePrincipal(jsii.String("events.amazonaws.com"), nil),
				awsiam.NewServicePrincipal(jsii.String("delivery.logs.amazonaws.com"), nil),
			},
			Actions:   texts("logs:CreateLogStream", "logs:PutLogEvents"),
			Resources: texts(arn + ":*"),
		})},
	})
	failed := map[string]any{"status": texts("FAILED"), "jobQueue": []any{q.mirror.JobQueueArn()}}
	if s.props.Push.Target == PushBatch {
		delete(failed, "jobQueue")
		failed["$or"] = []any{
			map[string]any{"jobQueue": []any{q.mirror.JobQueueArn()}},
			map[string]any{"jobQueue": []any{q.controller.JobQueueArn()}, "jobName": texts(pushJob)},
		}
	}
	rule := awsevents.NewCfnRule(s.scope, jsii.String("FailedJobs"), &awsevents.CfnRuleProps{
		Description: jsii.String("Logs jobs for images that failed"),
		State:       jsii.String("ENABLED"),
		EventPattern: map[string]any{
			"source": texts("aws.batch"), "detail-type": texts("Batch Job State Change"),
			"detail": failed,
		},
		Targets: []any{&awsevents.CfnRule_TargetProperty{Id: jsii.String("Logs"), Arn: &arn}},
	})
	rule.Node().AddDependency(group, policy)
	return rule
}
