package cloudwatch_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awscloudwatch "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"
)

func TestLinesBecomeMetrics(t *testing.T) {
	w := start(t)
	w.line(2)
	w.now = w.now.Add(time.Second)
	w.line(4)
	for _, other := range []string{
		"plain", `{"_aws":1}`, `{"_aws":{"CloudWatchMetrics":[{"Metrics":[{"Name":"A"}]}]}`,
		`{"_aws":null}`,
	} {
		w.service.RecordLine(home, "us-east-1", other)
	}
	out, err := w.GetMetricStatistics(t.Context(), &awscloudwatch.GetMetricStatisticsInput{
		Namespace: aws.String("ecrmirror"), MetricName: aws.String("Failed"), Dimensions: table, Period: aws.Int32(60),
		StartTime: aws.Time(w.now.Add(-time.Hour)), EndTime: aws.Time(w.now.Add(time.Minute)),
		Statistics: []types.Statistic{
			types.StatisticSum, types.StatisticAverage, types.StatisticMaximum, types.StatisticMinimum,
			types.StatisticSampleCount,
		},
	})
	if err != nil || len(out.Datapoints) != 1 {
		t.Fatalf("%v, %v", out, err)
	}
	p := out.Datapoints[0]
	if *p.Sum != 6 || *p.Average != 3 || *p.Maximum != 4 || *p.Minimum != 2 || *p.SampleCount != 2 ||
		!p.Timestamp.Equal(w.now.Truncate(time.Minute)) {
		t.Errorf("%+v at %v", p, p.Timestamp)
	}
	list, err := w.ListMetrics(t.Context(), &awscloudwatch.ListMetricsInput{
		Namespace: aws.String("ecrmirror"), Dimensions: []types.DimensionFilter{{Name: aws.String("Table")}},
	})
	if err != nil || len(list.Metrics) != 2 {
		t.Errorf("%v, %v", list, err)
	}
	data, err := w.GetMetricData(t.Context(), &awscloudwatch.GetMetricDataInput{
		StartTime: aws.Time(w.now.Add(-time.Hour)), EndTime: aws.Time(w.now.Add(time.Minute)),
		MetricDataQueries: []types.MetricDataQuery{
			{Id: aws.String("all"), Expression: aws.String("FILL(SUM([a, b]), 0)")},
			{Id: aws.String("a"), ReturnData: aws.Bool(false), MetricStat: stat("Failed", "Sum")},
			{Id: aws.String("b"), ReturnData: aws.Bool(false), MetricStat: stat("Sizes", "Maximum")},
		},
	})
	if err != nil || len(data.MetricDataResults) != 1 || data.MetricDataResults[0].Values[0] != 9 {
		t.Errorf("%v, %v", data, err)
	}
}

func TestAlarmsFollowTheirMetrics(t *testing.T) {
	for _, tc := range []struct {
		missing string
		// states without data, with a failure, with none, and hours later without data again
		want [4]types.StateValue
	}{
		{"missing", [4]types.StateValue{"INSUFFICIENT_DATA", "ALARM", "OK", "INSUFFICIENT_DATA"}},
		{"notBreaching", [4]types.StateValue{"OK", "ALARM", "OK", "OK"}},
		{"breaching", [4]types.StateValue{"ALARM", "ALARM", "OK", "ALARM"}},
		{"ignore", [4]types.StateValue{"INSUFFICIENT_DATA", "ALARM", "OK", "OK"}},
	} {
		w := start(t)
		if _, err := w.PutMetricAlarm(t.Context(),
			alarm(func(in *awscloudwatch.PutMetricAlarmInput) { in.TreatMissingData = &tc.missing })); err != nil {
			t.Fatal(err)
		}
		var got [4]types.StateValue
		got[0] = w.state(t)
		w.line(1)
		got[1] = w.state(t)
		w.now = w.now.Add(2 * time.Hour)
		w.line(0)
		got[2] = w.state(t)
		w.now = w.now.Add(2 * time.Hour)
		got[3] = w.state(t)
		if got != tc.want {
			t.Errorf("%s: %v, want %v", tc.missing, got, tc.want)
		}
	}
}

func TestAlarmOnExpressionAndGauge(t *testing.T) {
	w := start(t)
	if _, err := w.PutMetricAlarm(t.Context(), alarm(func(in *awscloudwatch.PutMetricAlarmInput) {
		in.Namespace, in.MetricName, in.Dimensions, in.Statistic, in.Period = nil, nil, nil, "", nil
		in.EvaluationPeriods, in.ComparisonOperator = aws.Int32(3), types.ComparisonOperatorLessThanThreshold
		in.Metrics = []types.MetricDataQuery{
			{Id: aws.String("e"), Expression: aws.String("FILL(SUM([sweeps, more]), 0)"), ReturnData: aws.Bool(true)},
			{Id: aws.String("sweeps"), ReturnData: aws.Bool(false), MetricStat: stat("Failed", "SampleCount")},
			{Id: aws.String("more"), ReturnData: aws.Bool(false), MetricStat: stat("Other", "Sum")},
		}
	})); err != nil {
		t.Fatal(err)
	}
	if s := w.state(t); s != "ALARM" {
		t.Errorf("without sweeps: %s", s)
	}
	w.line(0)
	if s := w.state(t); s != "OK" {
		t.Errorf("with a sweep: %s", s)
	}
	if _, err := w.PutMetricAlarm(t.Context(), alarm(func(in *awscloudwatch.PutMetricAlarmInput) {
		in.Namespace, in.MetricName = aws.String("AWS/SQS"), aws.String("ApproximateNumberOfMessagesVisible")
		in.Dimensions = []types.Dimension{{Name: aws.String("QueueName"), Value: aws.String("letters")}}
	})); err != nil {
		t.Fatal(err)
	}
	for depth, want := range map[float64]types.StateValue{0: "OK", 2: "ALARM"} {
		if w.depth = depth; w.state(t) != want {
			t.Errorf("with %v messages: %s", depth, w.state(t))
		}
	}
	if _, err := w.DeleteAlarms(t.Context(), &awscloudwatch.DeleteAlarmsInput{AlarmNames: []string{"a"}}); err != nil {
		t.Fatal(err)
	}
	out, err := w.DescribeAlarms(t.Context(), &awscloudwatch.DescribeAlarmsInput{})
	if err != nil || len(out.MetricAlarms) != 0 {
		t.Errorf("%v, %v", out, err)
	}
}

func TestRefuses(t *testing.T) {
	w := start(t)
	put := func(change func(*awscloudwatch.PutMetricAlarmInput)) error {
		_, err := w.PutMetricAlarm(t.Context(), alarm(change))
		return err
	}
	statistics := func(change func(*awscloudwatch.GetMetricStatisticsInput)) error {
		in := &awscloudwatch.GetMetricStatisticsInput{
			Namespace: aws.String("n"), MetricName: aws.String("m"), Period: aws.Int32(60),
			StartTime: aws.Time(w.now.Add(-time.Hour)), EndTime: aws.Time(w.now),
			Statistics: []types.Statistic{types.StatisticSum},
		}
		change(in)
		_, err := w.GetMetricStatistics(t.Context(), in)
		return err
	}
	dashboard := func(name, body string) error {
		_, err := w.PutDashboard(t.Context(), &awscloudwatch.PutDashboardInput{
			DashboardName: &name, DashboardBody: &body,
		})
		return err
	}
	_, absent := w.GetDashboard(t.Context(), &awscloudwatch.GetDashboardInput{DashboardName: aws.String("absent")})
	expression := func(text string) error {
		return put(func(in *awscloudwatch.PutMetricAlarmInput) {
			in.Namespace, in.MetricName, in.Statistic, in.Period = nil, nil, "", nil
			in.Metrics = []types.MetricDataQuery{{Id: aws.String("e"), Expression: &text}}
		})
	}
	for _, tc := range []struct {
		name string
		err  error
		text string
	}{
		{"operator", put(func(in *awscloudwatch.PutMetricAlarmInput) {
			in.ComparisonOperator = types.ComparisonOperatorLessThanLowerThreshold
		}), "does not know the operator"},
		{
			"missing data", put(func(in *awscloudwatch.PutMetricAlarmInput) { in.TreatMissingData = aws.String("x") }),
			"not supported for TreatMissingData",
		},
		{"no metric", put(func(in *awscloudwatch.PutMetricAlarmInput) { in.MetricName = nil }), "must be given"},
		{
			"datapoints", put(func(in *awscloudwatch.PutMetricAlarmInput) { in.DatapointsToAlarm = aws.Int32(2) }),
			"less than or equal",
		},
		{
			"percentile", put(func(in *awscloudwatch.PutMetricAlarmInput) { in.ExtendedStatistic = aws.String("p99") }),
			"no percentiles",
		},
		{"unknown function", expression("ANOMALY_DETECTION_BAND(m)"), "there is no metric with the Id m"},
		{"half an expression", expression("SUM([1"), "does not know the expression"},
		{"expression of itself", expression("e"), "there is no metric with the Id e"},
		{"arithmetic", expression("1 + 1"), "does not know the expression"},
		{
			"period", statistics(func(in *awscloudwatch.GetMetricStatisticsInput) { in.Period = aws.Int32(61) }),
			"Period must be",
		},
		{
			"times", statistics(func(in *awscloudwatch.GetMetricStatisticsInput) { in.StartTime = in.EndTime }),
			"must be less than",
		},
		{
			"many datapoints",
			statistics(func(in *awscloudwatch.GetMetricStatisticsInput) {
				in.StartTime = aws.Time(w.now.Add(-48 * time.Hour))
			}), "1,440",
		},
		{"dashboard that is no JSON", dashboard("d", "x"), "valid JSON"},
		{"name of a dashboard", dashboard("a b", "{}"), "invalid characters"},
		{"absent dashboard", absent, "does not exist"},
	} {
		var api smithy.APIError
		if !errors.As(tc.err, &api) || !strings.Contains(api.ErrorMessage(), tc.text) {
			t.Errorf("%s: %v, want %s", tc.name, tc.err, tc.text)
		}
	}
}

func TestDashboards(t *testing.T) {
	w := start(t)
	if _, err := w.PutDashboard(t.Context(), &awscloudwatch.PutDashboardInput{
		DashboardName: aws.String("d"),
		DashboardBody: aws.String(`{"widgets":[]}`),
	}); err != nil {
		t.Fatal(err)
	}
	list, err := w.ListDashboards(t.Context(), &awscloudwatch.ListDashboardsInput{})
	if err != nil || len(list.DashboardEntries) != 1 || !list.DashboardEntries[0].LastModified.Equal(w.now) {
		t.Errorf("%v, %v", list, err)
	}
	other, err := client(w.url, "444455556666").ListDashboards(t.Context(), &awscloudwatch.ListDashboardsInput{})
	if err != nil || len(other.DashboardEntries) != 0 {
		t.Errorf("another account's: %v, %v", other, err)
	}
	if _, err := w.DeleteDashboards(t.Context(),
		&awscloudwatch.DeleteDashboardsInput{DashboardNames: []string{"d"}}); err != nil {
		t.Error(err)
	}
}

// The AWS CLI speaks JSON, where the SDK for Go speaks CBOR.
func TestAnswersInJSON(t *testing.T) {
	w := start(t)
	if _, err := w.PutMetricAlarm(t.Context(), alarm(nil)); err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url, strings.NewReader(`{"AlarmNames":["a"]}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Amz-Target", "GraniteServiceVersion20100801.DescribeAlarms")
	r.Header.Set("Authorization",
		"AWS4-HMAC-SHA256 Credential="+home+
			"/20300101/us-east-1/monitoring/aws4_request, SignedHeaders=host, Signature=0")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	var out struct {
		MetricAlarms []struct{ StateUpdatedTimestamp float64 }
	}
	if err != nil || json.Unmarshal(body, &out) != nil || len(out.MetricAlarms) != 1 ||
		out.MetricAlarms[0].StateUpdatedTimestamp != 1_800_000_000 {
		t.Errorf("%s, %v", body, err)
	}
}
