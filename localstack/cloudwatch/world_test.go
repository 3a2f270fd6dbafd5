package cloudwatch_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awscloudwatch "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"ecrmirror/localstack/cloudwatch"
	"ecrmirror/testkit/awstest"
)

const home = "111122223333"

type world struct {
	*awscloudwatch.Client
	service *cloudwatch.Service
	url     string
	now     time.Time
	depth   float64 // of the queue "letters"
}

func start(t *testing.T) *world {
	t.Helper()
	w := &world{now: time.UnixMilli(1_800_000_000_000)}
	w.service = cloudwatch.New(cloudwatch.Options{
		Home: home, Now: func() time.Time { return w.now },
		Gauge: func(_, _ string, m cloudwatch.Metric) (float64, bool) {
			return w.depth, m.Namespace == "AWS/SQS" && m.Dimensions[0].Value == "letters"
		},
	})
	w.url = awstest.Serve(t, w.service)
	w.Client = client(w.url, home)
	return w
}

func client(url, account string) *awscloudwatch.Client {
	return awscloudwatch.NewFromConfig(awstest.Config(url, account, "us-east-1"))
}

// line is one of the controller's, in the embedded metric format.
func (w *world) line(failed int) {
	w.service.RecordLine(home, "us-east-1",
		fmt.Sprintf(`{"Failed":%d,"Sizes":[1,3],"Table":"entries","_aws":{"Timestamp":%d,`+
			`"CloudWatchMetrics":[{"Namespace":"ecrmirror","Dimensions":[["Table"],["Missing"]],`+
			`"Metrics":[{"Name":"Failed","Unit":"Count"},{"Name":"Sizes"},{"Name":"Absent"}]}]}}`, failed,
			w.now.UnixMilli()))
}

var table = []types.Dimension{{Name: aws.String("Table"), Value: aws.String("entries")}}

func stat(name, of string) *types.MetricStat {
	return &types.MetricStat{
		Metric: &types.Metric{Namespace: aws.String("ecrmirror"), MetricName: &name, Dimensions: table},
		Period: aws.Int32(3600), Stat: &of,
	}
}

// alarm is one on failed entries.
func alarm(change func(*awscloudwatch.PutMetricAlarmInput)) *awscloudwatch.PutMetricAlarmInput {
	in := &awscloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String("a"), Namespace: aws.String("ecrmirror"), MetricName: aws.String("Failed"),
		Dimensions: table, Statistic: types.StatisticMaximum,
		Period: aws.Int32(3600), EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(1),
		ComparisonOperator: types.ComparisonOperatorGreaterThanOrEqualToThreshold,
	}
	if change != nil {
		change(in)
	}
	return in
}

func (w *world) state(t *testing.T) types.StateValue {
	t.Helper()
	out, err := w.DescribeAlarms(t.Context(), &awscloudwatch.DescribeAlarmsInput{AlarmNames: []string{"a"}})
	if err != nil || len(out.MetricAlarms) != 1 {
		t.Fatalf("%v, %v", out, err)
	}
	return out.MetricAlarms[0].StateValue
}
