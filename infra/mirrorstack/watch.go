package mirrorstack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
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
		Conditions: &map[string]any{
			"ArnLike": map[string]any{"aws:SourceArn": s.arn("cloudwatch", "alarm:"+s.props.Name+"-*")},
		},
	}))
	rules := s.newJobRules(q, w.failedJobs)
	alarms := s.newAlarms(w.topic, rules, t)
	w.dashboard = s.newDashboard(rules, alarms, t)
	return w
}
