package mirrorstack

import (
	"math"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"ecrmirror/infra/schedule"
	"ecrmirror/infra/settings"
	"ecrmirror/internal/contract"
)

// An alarm is what the alarms differ in.
type alarm struct {
	id, name, description string
	metric                awscloudwatch.IMetric
	threshold             float64
	periods               int // 1 if 0
	below                 bool
	missing               awscloudwatch.TreatMissingData
	whenMissing           bool // people are told, too, when the metric comes to an end
}

func (s *stack) newAlarms(topic awssns.Topic, rules jobRules, t triggers) []awscloudwatch.IAlarm {
	hour := awscdk.Duration_Hours(jsii.Number(1))
	alarms := slices.Concat(s.jobAlarms(rules), s.entryAlarms(hour), deadLetterAlarms(t))
	if within := s.props.SweepWithin(); s.props.Schedule != schedule.Off && within <= settings.LongestWatch {
		alarms = append(alarms, alarm{
			id: "NoSweepAlarm", name: "no-sweep", metric: s.signsOfSweeps(t.deployed, hour),
			threshold: 1, below: true, periods: int(math.Ceil(within.Hours())),
			description: "No sweep ended for " + settings.ShortDuration(within) +
				". Look at the controller's queue and its jobs.",
			missing: awscloudwatch.TreatMissingData_MISSING, whenMissing: true,
		})
	}
	var made []awscloudwatch.IAlarm
	for _, a := range alarms {
		made = append(made, s.newAlarm(a, topic))
	}
	return made
}

// jobAlarms watch what Batch tells of jobs.
func (s *stack) jobAlarms(rules jobRules) []alarm {
	return []alarm{
		{
			id: "FailedJobsAlarm", name: "failed-jobs", metric: triggered(rules.failed, "failed jobs"), threshold: 1,
			description: "A mirror job failed for good. The log group /" + s.props.Name +
				"/failed-jobs says which and why.",
			missing: awscloudwatch.TreatMissingData_NOT_BREACHING,
		},
		{
			id: "QueueBlockedAlarm", name: "queue-blocked", threshold: 1,
			metric: triggered(rules.blocked, "blocked queues"),
			description: "The first job of a queue can't start, and those behind it wait. The log group /" +
				s.props.Name + "/failed-jobs says which and why.",
			missing: awscloudwatch.TreatMissingData_NOT_BREACHING,
		},
	}
}

// entryAlarms watch what sweeps found of entries, by the hour.
func (s *stack) entryAlarms(hour awscdk.Duration) []alarm {
	objective := s.props.Watch.Objective
	return []alarm{
		{
			id: "FailedEntriesAlarm", name: "failed-entries", threshold: 1,
			metric: s.metric(contract.MetricFailed, "Maximum", hour),
			description: "A sweep could not compare an entry of the table. The controller's log says which and why; " +
				"so does controller status --state failing.",
			missing: awscloudwatch.TreatMissingData_IGNORE, // until the next sweep
		},
		{
			id: "LagAlarm", name: "lag", threshold: objective.Seconds(),
			metric: s.metric(contract.MetricOldestLag, "Maximum", hour),
			description: "A destination has been behind its source for longer than " +
				settings.ShortDuration(objective) + ". controller status --state stale,failing says which.",
			missing: awscloudwatch.TreatMissingData_IGNORE,
		},
	}
}

// deadLetterAlarms watch for events that could not be handled.
func deadLetterAlarms(t triggers) (alarms []alarm) {
	for _, dead := range t.deadLetters {
		alarms = append(alarms, alarm{
			id: *dead.queue.Node().Id() + "Alarm", name: "dead-letters-" + dead.of, threshold: 1,
			metric: dead.queue.MetricApproximateNumberOfMessagesVisible(&awscloudwatch.MetricOptions{
				Statistic: jsii.String("Maximum"), Period: awscdk.Duration_Minutes(jsii.Number(5)),
			}),
			description: "An event (" + dead.of + ") could not be handled. " +
				"The messages in the queue say which and why.",
			missing: awscloudwatch.TreatMissingData_NOT_BREACHING,
		})
	}
	return alarms
}

func (s *stack) newAlarm(a alarm, topic awssns.Topic) awscloudwatch.IAlarm {
	operator := awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD
	if a.below {
		operator = awscloudwatch.ComparisonOperator_LESS_THAN_THRESHOLD
	}
	made := awscloudwatch.NewAlarm(s.scope, &a.id, &awscloudwatch.AlarmProps{
		AlarmName:          jsii.String(s.name(a.name)),
		AlarmDescription:   &a.description,
		Metric:             a.metric,
		Threshold:          &a.threshold,
		EvaluationPeriods:  jsii.Number(max(1, a.periods)),
		ComparisonOperator: operator,
		TreatMissingData:   a.missing,
	})
	action := awscloudwatchactions.NewSnsAction(topic)
	made.AddAlarmAction(action)
	made.AddOkAction(action)
	if a.whenMissing {
		made.AddInsufficientDataAction(action)
	}
	return made
}

// signsOfSweeps counts the sweeps that ended and the deployments, which begin one, so that the time
// without a sweep begins when the stack is there, and not while it is made. CloudWatch looks at more
// periods than an alarm counts, so that FILL has something to begin from
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarms-and-missing-data);
// should it not, the metric ends, which is told as well. A new alarm has no data, and nobody is told of that.
func (s *stack) signsOfSweeps(deployed awsevents.CfnRule, period awscdk.Duration) awscloudwatch.IMetric {
	return awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
		Expression: jsii.String("FILL(SUM([sweeps, deployments]), 0)"),
		Label:      jsii.String("sweeps and deployments"),
		Period:     period,
		UsingMetrics: &map[string]awscloudwatch.IMetric{
			"sweeps":      s.metric(contract.MetricEntries, "SampleCount", period),
			"deployments": triggered(deployed, "deployments"),
		},
	})
}

// metric returns one of those that the controller writes to its log.
func (s *stack) metric(name, statistic string, period awscdk.Duration) awscloudwatch.Metric {
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace:     jsii.String(contract.MetricNamespace),
		MetricName:    &name,
		DimensionsMap: &map[string]*string{contract.MetricTable: s.table.TableName()},
		Statistic:     &statistic,
		Period:        period,
	})
}

// triggered is how many events the rule has seen.
func triggered(rule awsevents.CfnRule, label string) awscloudwatch.IMetric {
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace: jsii.String("AWS/Events"), MetricName: jsii.String("TriggeredRules"),
		DimensionsMap: &map[string]*string{"RuleName": rule.Ref()},
		Statistic:     jsii.String("Sum"), Period: awscdk.Duration_Minutes(jsii.Number(5)),
		Label: &label,
	})
}
