package scenario

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"ecrmirror/infra/smoke/steps"
	"ecrmirror/internal/contract"
)

// metricTime is how long metrics may take from a log line to an alarm.
const metricTime = 15 * time.Minute

// failingSource sweeps with an entry whose source is not there, and removes the entry.
func (s *Scenario) failingSource(ctx context.Context) (string, error) {
	source := s.name(s.source(), "missing")
	if err := s.putEntry(ctx, source, s.name(s.destination(), "missing")); err != nil {
		return "", err
	}
	job, err := s.sweepJob(ctx, "failing")
	if err != nil {
		return "", err
	}
	_, err = s.table.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: aws.String(s.outputs["MirrorTable"]),
		Key: map[string]dynamodbtypes.AttributeValue{
			contract.AttrSource: &dynamodbtypes.AttributeValueMemberS{Value: source},
		},
	})
	if err != nil {
		return "", err
	}
	if job.Container == nil || aws.ToInt32(job.Container.ExitCode) != contract.ExitFailed {
		return "", fmt.Errorf("the sweep should have failed of one entry, with exit code %d, and ended %s",
			contract.ExitFailed, told(job))
	}
	return "the sweep: " + told(job), nil
}

// alarm waits until the alarm on failed entries has gone off.
func (s *Scenario) alarm(ctx context.Context) (string, error) {
	var name string
	for _, physical := range s.physical["AWS::CloudWatch::Alarm"] {
		if strings.HasSuffix(physical, "failed-entries") {
			name = physical
		}
	}
	if name == "" {
		return "", &steps.AbsentError{What: "the stack's alarm failed-entries"}
	}
	var state types.StateValue
	err := s.until(ctx, metricTime, func(ctx context.Context) (bool, error) {
		reply, err := s.metrics.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{name}})
		if err != nil || len(reply.MetricAlarms) != 1 {
			return false, err
		}
		state = reply.MetricAlarms[0].StateValue
		return state == types.StateValueAlarm, nil
	})
	if err != nil {
		return "", fmt.Errorf("%s is %q, not ALARM: %w", name, state, err)
	}
	return name + " went off", nil
}

// sweepMetrics looks for what the sweep wrote to its log as metrics.
func (s *Scenario) sweepMetrics(ctx context.Context) (string, error) {
	sweeps := 0.0
	err := s.until(ctx, metricTime, func(ctx context.Context) (bool, error) {
		reply, err := s.metrics.GetMetricStatistics(ctx, &cloudwatch.GetMetricStatisticsInput{
			Namespace: aws.String(contract.MetricNamespace), MetricName: aws.String(contract.MetricEntries),
			Dimensions: []types.Dimension{
				{Name: aws.String(contract.MetricTable), Value: aws.String(s.outputs["MirrorTable"])},
			},
			StartTime: aws.Time(time.Now().Add(-3 * time.Hour)), EndTime: aws.Time(time.Now().Add(time.Minute)),
			Period: aws.Int32(60), Statistics: []types.Statistic{types.StatisticSampleCount},
		})
		if err != nil {
			return false, err
		}
		sweeps = 0
		for _, point := range reply.Datapoints {
			sweeps += aws.ToFloat64(point.SampleCount)
		}
		return sweeps > 0, nil
	})
	if err != nil {
		return "", fmt.Errorf("there are no metrics %s of the table: %w", contract.MetricNamespace, err)
	}
	return fmt.Sprintf("%v sweeps counted", sweeps), nil
}

// deadLetters holds that no event was lost.
func (s *Scenario) deadLetters(ctx context.Context) (string, error) {
	urls := s.physical["AWS::SQS::Queue"]
	for id, url := range urls {
		reply, err := s.queues.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
			QueueUrl:       &url,
			AttributeNames: []sqstypes.QueueAttributeName{sqstypes.QueueAttributeNameApproximateNumberOfMessages},
		})
		if err != nil {
			return "", err
		}
		if n := reply.Attributes["ApproximateNumberOfMessages"]; n != "0" {
			return "", fmt.Errorf("%s holds %s messages: aws sqs receive-message --queue-url %s", id, n, url)
		}
	}
	return fmt.Sprintf("none in %d queues", len(urls)), nil
}
