// Package cloudwatch is a stand-in for Amazon CloudWatch: metrics, from log lines in the embedded
// metric format and from other stand-ins, and the alarms and dashboards on them. An alarm's state is
// what its metrics say when somebody asks; its actions are not done.
//
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/
package cloudwatch

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"ecrmirror/localstack/awsjson"
)

const (
	targetPrefix = "GraniteServiceVersion20100801."
	bodyLimit    = 1 << 20 // bytes
)

// PathPrefix is where the operations are in the protocol rpc-v2-cbor.
const PathPrefix = "/service/GraniteServiceVersion20100801/operation/"

// Options configure [New].
type Options struct {
	Home string           // account of callers whose access key id is not that of an account
	Now  func() time.Time // nil = time.Now
	// Gauge returns the value that a metric has now, for those that other stand-ins keep; nil = there are none.
	Gauge func(account, region string, m Metric) (float64, bool)
}

// A Service answers CloudWatch's API. It is safe for concurrent use.
type Service struct {
	opts       Options
	operations awsjson.Operations

	mu         sync.Mutex
	series     map[seriesKey][]point
	metrics    map[seriesKey]Metric
	alarms     map[nameKey]*alarm
	dashboards map[nameKey]dashboard
}

// A nameKey is the place of an alarm or a dashboard: accounts and regions are apart.
type nameKey struct{ account, region, name string }

// New returns a service without metrics.
func New(opts Options) *Service {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	s := &Service{
		opts: opts, series: map[seriesKey][]point{}, metrics: map[seriesKey]Metric{}, alarms: map[nameKey]*alarm{},
		dashboards: map[nameKey]dashboard{},
	}
	s.operations = awsjson.Operations{
		"DeleteAlarms":        awsjson.Func(s.deleteAlarms),
		"DeleteDashboards":    awsjson.Func(s.deleteDashboards),
		"DescribeAlarms":      awsjson.Func(s.describeAlarms),
		"GetDashboard":        awsjson.Func(s.getDashboard),
		"GetMetricData":       awsjson.Func(s.getMetricData),
		"GetMetricStatistics": awsjson.Func(s.getMetricStatistics),
		"ListDashboards":      awsjson.Func(s.listDashboards),
		"ListMetrics":         awsjson.Func(s.listMetrics),
		"PutDashboard":        awsjson.Func(s.putDashboard),
		"PutMetricAlarm":      awsjson.Func(s.putMetricAlarm),
	}
	return s
}

// Operations are what other stand-ins may call. Times in answers are [time.Time].
func (s *Service) Operations() awsjson.Operations { return s.operations }

// OperationName names the operation that a request asks for, in either protocol; "" for others.
func OperationName(r *http.Request) string {
	if name, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), targetPrefix); ok {
		return name
	}
	name, _ := strings.CutPrefix(r.URL.Path, PathPrefix)
	if name == r.URL.Path {
		return ""
	}
	return name
}

// ServeHTTP answers in the protocols that clients speak: rpc-v2-cbor under [PathPrefix], and awsJson1.0.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, PathPrefix) {
		s.serveCBOR(w, r)
		return
	}
	out, err := awsjson.Do(r, s.opts.Home, bodyLimit, s.operations[OperationName(r)])
	awsjson.Reply(w, seconds(out), err)
}

// seconds writes times as awsJson1.0 does.
func seconds(v any) any {
	switch v := v.(type) {
	case time.Time:
		return awsjson.Seconds(v)
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = seconds(item)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, item := range v {
			out[name] = seconds(item)
		}
		return out
	default:
		return v
	}
}

// refused is CloudWatch's answer to what it cannot do.
func refused(code, format string, args ...any) error {
	return awsjson.Errorf(code, format, args...)
}

func invalid(format string, args ...any) error {
	return refused("InvalidParameterValue", format, args...)
}
