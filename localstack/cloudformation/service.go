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
	"iter"
	"slices"
	"sync"
	"time"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/cloudformation/schema"
)

// grace is how long a request waits for the work that it begins. AWS answers at once, and clients look
// again half a minute later; here the work is done by then.
const grace = 2 * time.Second

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

// of passes on the caller's stacks, the newest first. The lock must be held.
func (s *Service) of(c awsjson.Caller) iter.Seq[*stack] {
	return func(yield func(*stack) bool) {
		for _, st := range slices.Backward(s.stacks) {
			if st.caller.Account == c.Account && st.caller.Region == c.Region && !yield(st) {
				return
			}
		}
	}
}

// find returns the caller's stack of that name, or of that id even if it is deleted; nil if there is none.
// The lock must be held.
func (s *Service) find(c awsjson.Caller, nameOrID string) *stack {
	for st := range s.of(c) {
		if st.id == nameOrID || st.name == nameOrID && st.status != deleteComplete {
			return st
		}
	}
	return nil
}

// stackOf finds a stack that must be there. The lock must be held.
func (s *Service) stackOf(c awsjson.Caller, nameOrID string) (*stack, error) {
	if err := checkName("stackName", nameOrID, stackNameID); err != nil {
		return nil, err
	}
	if st := s.find(c, nameOrID); st != nil {
		return st, nil
	}
	return nil, missing(nameOrID)
}

func missing(nameOrID string) error { return invalid("Stack with id %s does not exist", nameOrID) }

// newStack adds a stack. The lock must be held.
func (s *Service) newStack(c awsjson.Caller, name string) *stack {
	st := &stack{
		caller: c, name: name, id: c.ARN("cloudformation", "stack/"+name+"/"+awsjson.NewID()), created: s.opts.Now(),
		resources: map[string]*resource{},
	}
	s.stacks = append(s.stacks, st)
	return st
}
