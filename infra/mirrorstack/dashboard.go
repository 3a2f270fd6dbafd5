package mirrorstack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudwatch"
	"github.com/aws/jsii-runtime-go"

	"ecrmirror/internal/contract"
)

// newDashboard makes the page to look at: alarms, then entries, then jobs and events, then
// the words of the last failures.
func (s *stack) newDashboard(rules jobRules, alarms []awscloudwatch.IAlarm, t triggers) awscloudwatch.Dashboard {
	period := awscdk.Duration_Minutes(jsii.Number(15))
	maximum := func(names ...string) *[]awscloudwatch.IMetric {
		var list []awscloudwatch.IMetric
		for _, name := range names {
			list = append(list, s.metric(name, "Maximum", period))
		}
		return &list
	}
	var undelivered []awscloudwatch.IMetric
	for _, dead := range t.deadLetters {
		undelivered = append(undelivered,
			dead.queue.MetricApproximateNumberOfMessagesVisible(&awscloudwatch.MetricOptions{
				Label: jsii.String("dead letters: " + dead.of),
			}))
	}
	if t.function != nil {
		undelivered = append(undelivered, t.function.MetricErrors(nil), t.function.MetricInvocations(nil))
	}
	graph := func(title string, left, right *[]awscloudwatch.IMetric) awscloudwatch.IWidget {
		return awscloudwatch.NewGraphWidget(&awscloudwatch.GraphWidgetProps{
			Title: &title, Left: left, Right: right, Width: jsii.Number(12), Height: jsii.Number(6),
		})
	}
	var references []interfacesawscloudwatch.IAlarmRef
	for _, a := range alarms {
		references = append(references, a)
	}
	dashboard := awscloudwatch.NewDashboard(s.scope, jsii.String("Dashboard"), &awscloudwatch.DashboardProps{
		DashboardName: &s.props.Name,
	})
	dashboard.AddWidgets(awscloudwatch.NewAlarmStatusWidget(&awscloudwatch.AlarmStatusWidgetProps{
		Title: jsii.String("Alarms"), Alarms: &references, Width: jsii.Number(24),
	}))
	dashboard.AddWidgets(
		graph("Entries", maximum(contract.MetricEntries, contract.MetricCurrent, contract.MetricFailed,
			contract.MetricDeferred, contract.MetricUnreached), nil),
		graph("Behind", maximum(contract.MetricStale), maximum(contract.MetricOldestLag)))
	dashboard.AddWidgets(
		graph("Jobs", maximum(contract.MetricSubmitted), &[]awscloudwatch.IMetric{
			triggered(rules.failed, "failed jobs"), triggered(rules.blocked, "blocked queues"),
		}),
		graph("Sweeps and events", maximum(contract.MetricDuration), &undelivered))
	dashboard.AddWidgets(awscloudwatch.NewLogQueryWidget(&awscloudwatch.LogQueryWidgetProps{
		Title: jsii.String("Last failed jobs"), Width: jsii.Number(24),
		LogGroupNames: texts("/" + s.props.Name + "/failed-jobs"),
		QueryLines: texts(
			"fields @timestamp, detail.jobName, detail.parameters.source, detail.container.exitCode, "+
				"detail.statusReason, detail.container.logStreamName",
			"sort @timestamp desc", "limit 20"),
	}))
	return dashboard
}
