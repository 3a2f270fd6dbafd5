package logs_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awslogs "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/smithy-go"

	"ecrmirror/localstack/logs"
	"ecrmirror/testkit/awstest"
)

const home = "111122223333"

type world struct {
	*awslogs.Client
	service *logs.Service
	url     string
}

func start(t *testing.T, opts logs.Options) *world {
	t.Helper()
	opts.Home = home
	service := logs.New(opts)
	url := awstest.Serve(t, service)
	return &world{client(url, home), service, url}
}

func client(url, account string) *awslogs.Client {
	return awslogs.NewFromConfig(awstest.Config(url, account, "us-east-1"))
}

// group makes the group /g.
func (w *world) group(t *testing.T) *string {
	t.Helper()
	if _, err := w.CreateLogGroup(t.Context(),
		&awslogs.CreateLogGroupInput{LogGroupName: aws.String("/g")}); err != nil {
		t.Fatal(err)
	}
	return aws.String("/g")
}

// write writes text to a stream of /g.
func (w *world) write(t *testing.T, stream, text string) {
	t.Helper()
	out, err := w.service.Writer(home, "us-east-1", "/g", stream)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(out, text); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestLinesAreEvents(t *testing.T) {
	var told []string
	w := start(t, logs.Options{OnEvent: func(e logs.Event) { told = append(told, e.Stream+" "+e.Message) }})
	group := w.group(t)
	w.write(t, "s/1", "first\n\nsecond\r\nlast")
	w.write(t, "s/2", strings.Repeat("x", 256<<10+1)+"\n")
	out, err := w.GetLogEvents(t.Context(), &awslogs.GetLogEventsInput{
		LogGroupName: group, LogStreamName: aws.String("s/1"), StartFromHead: aws.Bool(true),
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range out.Events {
		got = append(got, aws.ToString(e.Message))
	}
	if !slices.Equal(got, []string{"first", "second", "last"}) || len(told) != 5 || told[2] != "s/1 last" ||
		told[4] != "s/2 x" {
		t.Errorf("events %v, told %d", got, len(told))
	}
	after, err := w.GetLogEvents(t.Context(), &awslogs.GetLogEventsInput{
		LogGroupName: group, LogStreamName: aws.String("s/1"), NextToken: out.NextForwardToken,
	})
	if err != nil || len(after.Events) != 0 ||
		aws.ToString(after.NextForwardToken) != aws.ToString(out.NextForwardToken) {
		t.Errorf("after the end: %v, %v", after, err)
	}
	last, err := w.GetLogEvents(t.Context(), &awslogs.GetLogEventsInput{
		LogGroupName: group, LogStreamName: aws.String("s/1"), Limit: aws.Int32(1),
	})
	if err != nil || len(last.Events) != 1 || aws.ToString(last.Events[0].Message) != "last" {
		t.Fatalf("the last: %v, %v", last, err)
	}
	before, err := w.GetLogEvents(t.Context(), &awslogs.GetLogEventsInput{
		LogGroupName: group, LogStreamName: aws.String("s/1"), Limit: aws.Int32(1), NextToken: last.NextBackwardToken,
	})
	if err != nil || len(before.Events) != 1 || aws.ToString(before.Events[0].Message) != "second" {
		t.Errorf("before it: %v, %v", before, err)
	}
}

func TestFilter(t *testing.T) {
	now := time.UnixMilli(1_800_000_000_000)
	w := start(t, logs.Options{Now: func() time.Time { now = now.Add(time.Millisecond); return now }})
	group := w.group(t)
	begin := now
	for i := range 5 {
		w.write(t, fmt.Sprint("s", i%2), fmt.Sprintf("line %d of job\n", i))
	}
	for _, tc := range []struct {
		name string
		in   awslogs.FilterLogEventsInput
		want string
	}{
		{"all, in their order", awslogs.FilterLogEventsInput{}, "0 1 2 3 4"},
		{"a stream", awslogs.FilterLogEventsInput{LogStreamNames: []string{"s1"}}, "1 3"},
		{"streams by prefix", awslogs.FilterLogEventsInput{LogStreamNamePrefix: aws.String("s0")}, "0 2 4"},
		{"a term", awslogs.FilterLogEventsInput{FilterPattern: aws.String(`"line 3"`)}, "3"},
		{"terms", awslogs.FilterLogEventsInput{FilterPattern: aws.String(`job -3 line`)}, "0 1 2 4"},
		{"until then", awslogs.FilterLogEventsInput{EndTime: aws.Int64(begin.UnixMilli())}, ""},
		{"from then on", awslogs.FilterLogEventsInput{StartTime: aws.Int64(begin.UnixMilli())}, "0 1 2 3 4"},
	} {
		for _, limit := range []int32{2, 100} {
			tc.in.LogGroupName, tc.in.Limit = group, aws.Int32(limit)
			var got []string
			p := awslogs.NewFilterLogEventsPaginator(w, &tc.in)
			for p.HasMorePages() {
				page, err := p.NextPage(t.Context())
				if err != nil {
					t.Fatalf("%s: %v", tc.name, err)
				}
				for _, e := range page.Events {
					got = append(got, strings.Fields(aws.ToString(e.Message))[1])
				}
			}
			if strings.Join(got, " ") != tc.want {
				t.Errorf("%s: %v, want %s", tc.name, got, tc.want)
			}
		}
	}
}

func TestStreamsAndGroups(t *testing.T) {
	w := start(t, logs.Options{Keep: 2})
	group := w.group(t)
	w.write(t, "b", "1\n2\n3\n")
	w.write(t, "a", "1\n")
	byTime, err := w.DescribeLogStreams(t.Context(), &awslogs.DescribeLogStreamsInput{
		LogGroupName: group, OrderBy: types.OrderByLastEventTime, Descending: aws.Bool(true),
	})
	if err != nil || len(byTime.LogStreams) != 2 || aws.ToString(byTime.LogStreams[0].LogStreamName) != "a" ||
		byTime.LogStreams[0].LastEventTimestamp == nil {
		t.Errorf("%v, %v", byTime, err)
	}
	kept, err := w.GetLogEvents(t.Context(), &awslogs.GetLogEventsInput{
		LogGroupName: group, LogStreamName: aws.String("b"),
	})
	if err != nil || len(kept.Events) != 2 || aws.ToString(kept.Events[0].Message) != "2" {
		t.Errorf("kept %v, %v", kept, err)
	}
	if _, err := w.PutRetentionPolicy(t.Context(), &awslogs.PutRetentionPolicyInput{
		LogGroupName:    group,
		RetentionInDays: aws.Int32(30),
	}); err != nil {
		t.Fatal(err)
	}
	groups, err := w.DescribeLogGroups(t.Context(),
		&awslogs.DescribeLogGroupsInput{LogGroupNamePrefix: aws.String("/")})
	if err != nil || len(groups.LogGroups) != 1 || aws.ToInt32(groups.LogGroups[0].RetentionInDays) != 30 {
		t.Errorf("%v, %v", groups, err)
	}
	put := &awslogs.PutLogEventsInput{
		LogGroupName: group, LogStreamName: aws.String("c"),
		LogEvents: []types.InputLogEvent{{Timestamp: aws.Int64(1), Message: aws.String("x")}},
	}
	if _, err := w.CreateLogStream(t.Context(), &awslogs.CreateLogStreamInput{
		LogGroupName:  group,
		LogStreamName: aws.String("c"),
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.PutLogEvents(t.Context(), put); err != nil {
		t.Fatal(err)
	}
	out, err := w.service.Writer(home, "us-east-1", "/g", "late")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.DeleteLogGroup(t.Context(), &awslogs.DeleteLogGroupInput{LogGroupName: group}); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(out, "lost\n"); err != nil { // which is nobody's fault
		t.Error(err)
	}
	if _, err := w.service.Writer(home, "us-east-1", logs.BatchGroup, "s"); err != nil {
		t.Errorf("Batch's own group: %v", err)
	}
}

func TestRefuses(t *testing.T) {
	w := start(t, logs.Options{})
	group := w.group(t)
	w.write(t, "s", "x\n")
	filter := func(c *awslogs.Client, in awslogs.FilterLogEventsInput) error {
		_, err := c.FilterLogEvents(t.Context(), &in)
		return err
	}
	create := func(name string) error {
		_, err := w.CreateLogGroup(t.Context(), &awslogs.CreateLogGroupInput{LogGroupName: &name})
		return err
	}
	retain := func(days int32) error {
		_, err := w.PutRetentionPolicy(t.Context(), &awslogs.PutRetentionPolicyInput{
			LogGroupName: group, RetentionInDays: &days,
		})
		return err
	}
	put := func(times ...int64) error {
		in := &awslogs.PutLogEventsInput{LogGroupName: group, LogStreamName: aws.String("s")}
		for _, at := range times {
			in.LogEvents = append(in.LogEvents, types.InputLogEvent{Timestamp: &at, Message: aws.String("x")})
		}
		_, err := w.PutLogEvents(t.Context(), in)
		return err
	}
	_, noWriter := w.service.Writer(home, "us-east-1", "/absent", "s")
	for _, tc := range []struct {
		name string
		err  error
		code string
	}{
		{"existing group", create("/g"), "ResourceAlreadyExistsException"},
		{"name of a group", create("a b"), "InvalidParameterException"},
		{"days", retain(29), "InvalidParameterException"},
		{
			"absent group", filter(w.Client, awslogs.FilterLogEventsInput{LogGroupName: aws.String("/absent")}),
			"ResourceNotFoundException",
		},
		{
			"another account's group",
			filter(client(w.url, "444455556666"), awslogs.FilterLogEventsInput{LogGroupName: group}),
			"ResourceNotFoundException",
		},
		{
			"pattern in JSON",
			filter(w.Client, awslogs.FilterLogEventsInput{
				LogGroupName: group, FilterPattern: aws.String(`{ $.level = "ERROR" }`),
			}), "InvalidParameterException",
		},
		{
			"half a term",
			filter(w.Client, awslogs.FilterLogEventsInput{LogGroupName: group, FilterPattern: aws.String(`"a`)}),
			"InvalidParameterException",
		},
		{
			"token", filter(w.Client, awslogs.FilterLogEventsInput{LogGroupName: group, NextToken: aws.String("x")}),
			"InvalidParameterException",
		},
		{"events out of order", put(2, 1), "InvalidParameterException"},
	} {
		var api smithy.APIError
		if !errors.As(tc.err, &api) || api.ErrorCode() != tc.code {
			t.Errorf("%s: %v, want %s", tc.name, tc.err, tc.code)
		}
	}
	if noWriter == nil || !strings.Contains(noWriter.Error(), "does not exist") {
		t.Errorf("writer for a group that is not there: %v", noWriter)
	}
}
