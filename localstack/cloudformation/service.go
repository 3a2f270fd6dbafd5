// Package cloudformation is a stand-in for AWS CloudFormation: stacks, change sets, events, and
// what makes them fail. The resources are made by [Provider]s, in the other stand-ins.
//
// It knows the words and the rules of CloudFormation as far as `aws cloudformation deploy`,
// describe-stacks, describe-stack-events and delete-stack, and AWS SDK clients meet them.
// Templates are JSON, in the request itself; nested stacks, transforms, macros, exports, stack
// policies, drift and imports are refused. Resources are made one after the other.
//
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/
package cloudformation

import (
	"context"
	"sync"
	"time"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/cloudformation/schema"
)

// grace is how long a request waits for the work that it begins. AWS answers at once, and clients look
// again half a minute later; here the work is done by then.
const grace = 2 * time.Second

// A Provider makes the resources of one type.
type Provider interface {
	// Create makes a resource. One that it returns beside an error is there all the same, and will be deleted.
	Create(ctx context.Context, r Request) (Resource, error)
	// Update changes a resource in place to the request's properties.
	Update(ctx context.Context, r Request, was Resource) (Resource, error)
	// Delete deletes a resource. That it is gone already is no error.
	Delete(ctx context.Context, r Request, was Resource) error
}

// A Request tells a provider what is wanted. Its functions are evaluated, and the tags of the stack are among its own.
type Request struct {
	Caller     awsjson.Caller // whose stack it is
	StackName  string
	LogicalID  string
	Type       string
	Name       string // for a resource to which the template gives no name; unique
	Properties map[string]any
	Old        map[string]any // what the properties were, for Update
}

// A Resource is what a provider has made.
type Resource struct {
	ID         string         // the physical id, which Ref gives
	Attributes map[string]any // for Fn::GetAtt
}

// Options configure [New].
type Options struct {
	Home      string              // account of callers whose access key id is not that of an account
	Providers map[string]Provider // by resource type; other types are unknown
	// Parameter returns the value of a parameter in the parameter store; nil = there are none.
	Parameter func(ctx context.Context, c awsjson.Caller, name string) (string, error)
	// OnStatus is told of each change of a stack's status. It must not call the service. It may be nil.
	OnStatus func(Status)
	Now      func() time.Time                     // nil = time.Now
	After    func(time.Duration) <-chan time.Time // for the time that a request waits; nil = time.After
}

// A Status tells that a stack has another status.
type Status struct {
	Account, Region        string
	StackID                string
	Status, Reason, Client string // Client is the token of the request
}

// A Service answers CloudFormation's API. It is safe for concurrent use.
type Service struct {
	opts    Options
	types   map[string]schema.Type
	ctx     context.Context //nolint:containedctx // the service's own life, and its work's; ends with Close
	stop    context.CancelFunc
	working sync.WaitGroup

	mu     sync.Mutex
	stacks []*stack // oldest first; deleted ones stay
}

// New returns a service without stacks. The work that it begins ends with ctx, or with Close.
func New(ctx context.Context, opts Options) (*Service, error) {
	types, err := schema.Load()
	if err != nil {
		return nil, err
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.After == nil {
		opts.After = time.After
	}
	s := &Service{opts: opts, types: types}
	s.ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	return s, nil
}

// Close stops what is being made and waits for it.
func (s *Service) Close() {
	s.stop()
	s.working.Wait()
}

// begin has work done for the stack, after the work that is under way. It returns when it is
// done, or has taken longer than a client would want to wait. The lock must not be held.
func (s *Service) begin(st *stack, work func(context.Context)) {
	done := make(chan struct{})
	s.mu.Lock()
	before := st.work
	st.work = done
	s.mu.Unlock()
	s.working.Add(1)
	go func() {
		defer s.working.Done()
		defer close(done)
		if before != nil {
			<-before
		}
		work(s.ctx)
	}()
	select {
	case <-done:
	case <-s.opts.After(grace):
	}
}
