// Package lambda is a stand-in for AWS Lambda: functions from container images, of which each
// invocation is a process of its own that takes one event by the runtime API and is ended then. The
// program is that of the image's entry point, from a directory of programs.
//
// Functions are made by [Service.Put], by CloudFormation that is; the API has GetFunction,
// GetFunctionConfiguration, ListFunctions and Invoke.
//
// Source: https://docs.aws.amazon.com/lambda/latest/api/
package lambda

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"time"

	"ecrmirror/localstack/awsjson"
)

// Limits of functions.
//
// Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const (
	environmentLimit = 4 << 10 // bytes of all variables' names and values
	longestTimeout   = 900     // seconds
)

// A Function is what a function is made of. Its members are those of CreateFunction.
type Function struct {
	FunctionName  string
	Description   string
	Role          string // ARN
	PackageType   string
	Architectures []string
	MemorySize    int // MiB; 0 = 128
	Timeout       int // seconds; 0 = 3
	Code          struct{ ImageURI string }
	ImageConfig   struct {
		EntryPoint, Command []string
		WorkingDirectory    string
	}
	Environment      struct{ Variables map[string]string }
	LoggingConfig    struct{ LogGroup, LogFormat, ApplicationLogLevel, SystemLogLevel string }
	DeadLetterConfig struct {
		TargetARN string `json:"TargetArn"`
	}
}

// Options configure [New].
type Options struct {
	Home     string // account of callers whose access key id is not that of an account
	Programs string // directory with the programs that functions may be; "" = none starts
	Dir      string // where each invocation gets a temporary directory; "" = the system's
	// Environment gives NAME=VALUE pairs for a function: its credentials, above all. An error is why it cannot start.
	Environment func(account, region string, f Function) ([]string, error)
	// Output takes what a function writes, for a stream of a log group; nil = it is dropped.
	Output func(account, region, group, stream string) (io.WriteCloser, error)
	// DeadLetter takes an event that a function has failed to handle, for the queue of that ARN; nil = it is dropped.
	DeadLetter func(account, region, queueARN, body string) error
	// OnInvoke is told of each attempt, and how it ended; may be nil.
	OnInvoke func(account, region, function string, err error)
	Log      *slog.Logger     // nil = discard
	Now      func() time.Time // nil = time.Now
}

// A Service has functions. It is safe for concurrent use.
type Service struct {
	opts     Options
	ctx      context.Context //nolint:containedctx // the service's own life, and its functions'; ends with Close
	stop     context.CancelFunc
	invoking sync.WaitGroup

	mu        sync.Mutex
	functions map[key]*function
}

// A key is a function's place: accounts and regions are apart.
type key struct{ account, region, name string }

type function struct {
	Function
	arn      string
	modified time.Time
	retries  int // of asynchronous invocations
}

// New returns a service without functions. What they do ends with ctx, or with Close.
func New(ctx context.Context, opts Options) *Service {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	s := &Service{opts: opts, functions: map[key]*function{}}
	s.ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	return s
}

// Close ends the functions that run, and waits for them.
func (s *Service) Close() {
	s.stop()
	s.invoking.Wait()
}

var (
	functionName = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)
	reserved     = regexp.MustCompile(`^(AWS_(REGION|DEFAULT_REGION|ACCESS_KEY|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|LAMBDA_.*|EXECUTION_ENV)|LAMBDA_(TASK_ROOT|RUNTIME_DIR)|_HANDLER|_X_AMZN_TRACE_ID)$`)
)

func invalid(format string, args ...any) *awsjson.Error {
	return awsjson.Errorf("InvalidParameterValueException", format, args...)
}

func (f Function) check() error {
	size := 0
	for name, value := range f.Environment.Variables {
		size += len(name) + len(value)
		if reserved.MatchString(name) {
			return invalid("Lambda was unable to configure your environment variables because the environment "+
				"variables you have provided contains reserved keys that are currently not supported for "+
				"modification. Reserved keys used in this request: %s", name)
		}
	}
	switch {
	case !functionName.MatchString(f.FunctionName):
		return invalid("1 validation error detected: Value '%s' at 'functionName' failed to satisfy constraint: "+
			"Member must satisfy regular expression pattern", f.FunctionName)
	case f.PackageType != "Image" || f.Code.ImageURI == "":
		return invalid("the stand-in for Lambda has functions from images only")
	case size > environmentLimit:
		return invalid("Lambda was unable to configure your environment variables because the environment variables "+
			"you have provided exceeded the 4KB limit. String measured: %d", size)
	case f.Timeout < 0 || f.Timeout > longestTimeout:
		return invalid("1 validation error detected: Value '%d' at 'timeout' failed to satisfy constraint: Member "+
			"must have value less than or equal to %d", f.Timeout, longestTimeout)
	case f.MemorySize != 0 && (f.MemorySize < 128 || f.MemorySize > 10240):
		return invalid("1 validation error detected: Value '%d' at 'memorySize' failed to satisfy constraint: 128 to "+
			"10240", f.MemorySize)
	}
	return nil
}

// Put makes or changes a function, and returns its ARN. One of that name is refused where isNew says so.
func (s *Service) Put(c awsjson.Caller, f Function, isNew bool) (arn string, err error) {
	if err := f.check(); err != nil {
		return "", err
	}
	if f.Timeout == 0 {
		f.Timeout = 3
	}
	if f.MemorySize == 0 {
		f.MemorySize = 128
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k := key{c.Account, c.Region, f.FunctionName}
	made := &function{Function: f, arn: c.ARN("lambda", "function:"+f.FunctionName), modified: s.opts.Now(), retries: 2}
	was, exists := s.functions[k]
	switch {
	case exists && isNew:
		return "", &awsjson.Error{
			Status: 409, Code: "ResourceConflictException", Message: "Function already exist: " + f.FunctionName,
		}
	case exists:
		made.retries = was.retries
	}
	s.functions[k] = made
	return made.arn, nil
}

// SetRetries says how often an asynchronous invocation is tried again; at first, it is 2.
func (s *Service) SetRetries(c awsjson.Caller, nameOrARN string, retries int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := s.find(c.Account, c.Region, nameOrARN)
	if err != nil {
		return err
	}
	f.retries = retries
	return nil
}

// Delete deletes a function. It does nothing where there is no such function.
func (s *Service) Delete(c awsjson.Caller, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.functions, key{c.Account, c.Region, name})
}

// find finds a function by its name or ARN. The lock must be held.
func (s *Service) find(account, region, nameOrARN string) (*function, error) {
	c := awsjson.Caller{Account: account, Region: region}
	name := strings.TrimPrefix(nameOrARN, c.ARN("lambda", "function:"))
	name, _, _ = strings.Cut(name, ":") // a qualifier; there is one version
	f, ok := s.functions[key{account, region, name}]
	if !ok {
		return nil, &awsjson.Error{
			Status: 404, Code: "ResourceNotFoundException",
			Message: fmt.Sprintf("Function not found: %s", c.ARN("lambda", "function:"+name)),
		}
	}
	return f, nil
}
