// Package logs is a stand-in for Amazon CloudWatch Logs: groups, streams and their events, as
// programs write them and as `aws logs` reads them. It has no queries, subscriptions and metric filters.
//
// Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/
package logs

import (
	"net/http"
	"sync"
	"time"

	"ecrmirror/localstack/awsjson"
)

const (
	targetPrefix = "Logs_20140328."
	bodyLimit    = 2 << 20 // bytes; PutLogEvents takes 1 MiB
)

// BatchGroup is where the output of jobs goes whose definition names no group. Batch makes it.
const BatchGroup = "/aws/batch/job"

// Options configure [New].
type Options struct {
	Home string           // account of callers whose access key id is not that of an account
	Keep int              // events of a stream that are kept, the last ones; 0 = 10,000
	Now  func() time.Time // nil = time.Now
	// OnEvent is told of each event. It must not call the service. It may be nil.
	OnEvent func(Event)
}

// An Event is a line of a log.
type Event struct {
	Account, Region string
	Group, Stream   string
	Time            time.Time
	Message         string
}

// A Service answers CloudWatch Logs' API. It is safe for concurrent use.
type Service struct {
	opts       Options
	operations awsjson.Operations

	mu     sync.Mutex
	groups map[key]*group
	events int64 // so far, for their ids
}

// A key is a group's place: accounts and regions are apart.
type key struct{ account, region, name string }

type group struct {
	arn       string
	created   time.Time
	retention int // days; 0 = for ever
	streams   map[string]*stream
}

type stream struct {
	created  time.Time
	ingested time.Time
	events   []stored // oldest first
}

type stored struct {
	id       int64
	at       time.Time
	ingested time.Time
	message  string
}

// New returns a service without groups.
func New(opts Options) *Service {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Keep == 0 {
		opts.Keep = 10_000
	}
	s := &Service{opts: opts, groups: map[key]*group{}}
	s.operations = awsjson.Operations{
		"CreateLogGroup":        awsjson.Func(s.createLogGroup),
		"CreateLogStream":       awsjson.Func(s.createLogStream),
		"DeleteLogGroup":        awsjson.Func(s.deleteLogGroup),
		"DeleteRetentionPolicy": awsjson.Func(s.deleteRetentionPolicy),
		"DescribeLogGroups":     awsjson.Func(s.describeLogGroups),
		"DescribeLogStreams":    awsjson.Func(s.describeLogStreams),
		"FilterLogEvents":       awsjson.Func(s.filterLogEvents),
		"GetLogEvents":          awsjson.Func(s.getLogEvents),
		"PutLogEvents":          awsjson.Func(s.putLogEvents),
		"PutRetentionPolicy":    awsjson.Func(s.putRetentionPolicy),
	}
	return s
}

// ServeHTTP answers requests whose X-Amz-Target is Logs_20140328.<Operation>.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	awsjson.Serve(w, r, s.opts.Home, bodyLimit, targetPrefix, s.operations)
}

// Operations are what other stand-ins may call.
func (s *Service) Operations() awsjson.Operations { return s.operations }

// group finds a group by its name or ARN. The lock must be held.
func (s *Service) group(c awsjson.Caller, nameOrARN string) (*group, error) {
	g, ok := s.groups[keyOf(c, nameOrARN)]
	if !ok {
		return nil, awsjson.Errorf("ResourceNotFoundException", "The specified log group does not exist.")
	}
	return g, nil
}

// stream finds a stream of a group. The lock must be held.
func (s *Service) stream(c awsjson.Caller, groupNameOrARN, name string) (*stream, error) {
	g, err := s.group(c, groupNameOrARN)
	if err != nil {
		return nil, err
	}
	st, ok := g.streams[name]
	if !ok {
		return nil, awsjson.Errorf("ResourceNotFoundException", "The specified log stream does not exist.")
	}
	return st, nil
}

func invalid(format string, args ...any) error {
	return awsjson.Errorf("InvalidParameterException", format, args...)
}

func millis(t time.Time) int64 { return t.UnixMilli() }
