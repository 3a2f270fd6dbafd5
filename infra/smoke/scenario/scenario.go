// Package scenario is what make smoke tries of the service in an account: one throw-away stack,
// its sweeps, pushes and jobs, what goes wrong, and that nothing stays behind.
package scenario

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"ecrmirror/infra/assembly"
	"ecrmirror/infra/smoke/answers"
	"ecrmirror/infra/smoke/steps"
)

// Options say what is tried and where.
type Options struct {
	Stack    assembly.Stack // to be made, under its own name
	Account  string
	Config   aws.Config
	Emulated bool   // the endpoint is not AWS: short waits, and what needs machines is not here
	Bucket   string // for a template that no request takes; "" = that of CDK's bootstrap stack
	Silent   string // host where nothing answers, for a job that is to be stopped; "" = 192.0.2.1
	Answers  *answers.Recorder
}

// A Scenario is one try-out. It is used once.
type Scenario struct {
	Options
	stacks   *cloudformation.Client
	batch    *batch.Client
	table    *dynamodb.Client
	ecr      *ecr.Client
	metrics  *cloudwatch.Client
	queues   *sqs.Client
	storage  *s3.Client
	stackID  string
	outputs  map[string]string            // of the stack
	physical map[string]map[string]string // ids of its resources, by type and logical id
	digests  map[string]string            // of what is in the source repository, by tag
	undo     []undo
}

// An undo removes something that the scenario made.
type undo struct {
	what string // how a person would remove it
	do   func(context.Context) error
}

// New returns a scenario.
func New(o Options) *Scenario {
	return &Scenario{
		Options: o,
		stacks:  cloudformation.NewFromConfig(o.Config),
		batch:   batch.NewFromConfig(o.Config),
		table:   dynamodb.NewFromConfig(o.Config),
		ecr:     ecr.NewFromConfig(o.Config),
		metrics: cloudwatch.NewFromConfig(o.Config),
		queues:  sqs.NewFromConfig(o.Config),
		storage: s3.NewFromConfig(o.Config, func(s *s3.Options) { s.UsePathStyle = o.Emulated }),
		outputs: map[string]string{}, physical: map[string]map[string]string{}, digests: map[string]string{},
	}
}

// Destroy removes all that was made, the last first, and goes on where something cannot be removed.
// Its error names what stays, as commands that remove it.
func (s *Scenario) Destroy(ctx context.Context) (string, error) {
	var errs []error
	for i := len(s.undo) - 1; i >= 0; i-- {
		if err := s.undo[i].do(ctx); err != nil {
			errs = append(errs, fmt.Errorf("%w; by hand: %s", err, s.undo[i].what))
		}
	}
	made := len(s.undo)
	s.undo = nil
	return fmt.Sprintf("%d things removed", made), errors.Join(errs...)
}

// Left returns the commands that remove what is there, in order, for a person who keeps it.
func (s *Scenario) Left() (commands []string) {
	for i := len(s.undo) - 1; i >= 0; i-- {
		commands = append(commands, s.undo[i].what)
	}
	return commands
}

func (s *Scenario) later(what string, do func(context.Context) error) {
	s.undo = append(s.undo, undo{what, do})
}

// until waits for what is sure to come, for so long at most.
func (s *Scenario) until(ctx context.Context, limit time.Duration, ask func(context.Context) (bool, error)) error {
	if s.Emulated {
		return steps.Until(ctx, 100*time.Millisecond, min(limit, 2*time.Minute), ask)
	}
	return steps.Until(ctx, 5*time.Second, limit, ask)
}

// within waits for what an emulator may not have: there, for a moment only.
func (s *Scenario) within(ctx context.Context, limit time.Duration, ask func(context.Context) (bool, error)) error {
	if s.Emulated {
		return steps.Until(ctx, 100*time.Millisecond, 3*time.Second, ask)
	}
	return steps.Until(ctx, 5*time.Second, limit, ask)
}
