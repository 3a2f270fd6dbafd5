// Package batch is a stand-in for AWS Batch whose jobs are processes on this
// machine: a directory of programs stands for the container image. It is strict
// where Batch is (names, sizes, filters, retry rules) and refuses what it does not
// have (array and multi-node jobs, dependencies, share identifiers, Amazon EKS)
// instead of accepting it in vain.
package batch

import (
	"context"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"ecrmirror/localstack/awsjson"
)

// Options configure [New].
type Options struct {
	Home     string // account of callers whose access key id is not that of an account
	Programs string // directory with the programs that jobs may run; "" = every job fails to start
	Dir      string // where each attempt gets a temporary home directory; "" = the system's
	// Environment gives NAME=VALUE pairs for a task, as a container gets its credentials
	// and region from AWS. An error, whose text is the reason, keeps it from starting.
	// nil = none.
	Environment func(Task) ([]string, error)
	// Output takes what a task writes, for its log group. An error keeps it from starting, as
	// above. nil = it is dropped.
	Output func(Task) (io.WriteCloser, error)
	// OnChange is told of each change of a job's status. It must not call the service. It may be nil.
	OnChange   func(Change)
	Slots      int           // jobs of one queue that run at once; 0 = 2
	LogSize    int           // bytes of output kept of each attempt, the last ones; 0 = 256 KiB
	KillDelay  time.Duration // from SIGTERM to SIGKILL; 0 = 30 s, as in Amazon ECS
	CloseDelay time.Duration // the same for Close, where somebody waits; 0 = 5 s
	Log        *slog.Logger  // nil = discard

	Now   func() time.Time                     // nil = time.Now
	After func(time.Duration) <-chan time.Time // for timeouts; nil = time.After
}

// A Task is an attempt that is about to start.
type Task struct {
	Account, Region string
	ID              string // of the job
	// Role and ExecutionRole are the ARNs in the job definition, of the program's role and of
	// the one by which ECS starts it; "" if it has none.
	Role, ExecutionRole string
	LogGroup            string // "" for Batch's own
	LogStream           string
}

// A Change tells that a job has another status.
type Change struct {
	Account, Region string
	ARN             string // of the job
	Detail          any    // the job as DescribeJobs has it, for encoding/json
}

func (o Options) withDefaults() Options {
	if o.Slots == 0 {
		o.Slots = 2
	}
	if o.LogSize == 0 {
		o.LogSize = 256 << 10
	}
	if o.KillDelay == 0 {
		o.KillDelay = 30 * time.Second
	}
	if o.CloseDelay == 0 {
		o.CloseDelay = 5 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.After == nil {
		o.After = time.After
	}
	if o.Dir == "" {
		o.Dir = os.TempDir()
	}
	return o
}

// A Service answers the Batch API and runs the jobs. It is safe for concurrent use.
type Service struct {
	opts    Options
	ctx     context.Context //nolint:containedctx // the service's own life, and its jobs'; ends with Close
	stop    context.CancelCauseFunc
	running sync.WaitGroup

	mu     sync.Mutex
	worlds map[worldKey]*world
	jobs   map[string]*job // by id
	last   int64           // sequence number of the newest job
	active int             // jobs that are not terminal
	idle   chan struct{}   // closed while active is 0
}

// New returns a service without queues and definitions. Its jobs keep the values
// of ctx but not its end: they end with [Service.Close].
func New(ctx context.Context, opts Options) *Service {
	s := &Service{
		opts: opts.withDefaults(), worlds: map[worldKey]*world{}, jobs: map[string]*job{}, idle: make(chan struct{}),
	}
	s.ctx, s.stop = context.WithCancelCause(context.WithoutCancel(ctx))
	close(s.idle)
	return s
}

// Idle waits until every job is terminal, or ctx ends. A job submitted by a
// running job, or by an event it caused, counts from before that job's end.
func (s *Service) Idle(ctx context.Context) error {
	s.mu.Lock()
	idle := s.idle
	s.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Attempts returns how many attempts of jobs have begun, and not ended. As long as jobs wait, each that ends is
// followed by another at the same instant.
func (s *Service) Attempts() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.worlds {
		for _, q := range w.queues {
			n += q.running
		}
	}
	return n
}

// world returns the caller's world. The lock must be held.
func (s *Service) world(c awsjson.Caller) *world {
	key := worldKey{c.Account, c.Region}
	w, ok := s.worlds[key]
	if !ok {
		w = &world{
			environments: map[string]*computeEnvironment{}, queues: map[string]*queue{},
			definitions: map[string][]*jobDefinition{},
		}
		s.worlds[key] = w
	}
	return w
}

// job returns the caller's job of that id. The lock must be held.
func (s *Service) job(c awsjson.Caller, id string) (*job, bool) {
	j, ok := s.jobs[id]
	if !ok || j.caller.Account != c.Account || j.caller.Region != c.Region {
		return nil, false
	}
	return j, true
}
