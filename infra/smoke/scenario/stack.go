package scenario

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// deployTime is how long a change of the stack may take.
const deployTime = 20 * time.Minute

// capabilities are what the template takes: it makes roles, without names.
var capabilities = []types.Capability{types.CapabilityCapabilityIam}

// tags are the stack's own, and more.
func (s *Scenario) tags(more ...string) []types.Tag {
	var list []types.Tag
	for key, value := range s.Stack.Tags {
		list = append(list, types.Tag{Key: &key, Value: &value})
	}
	for i := 0; i+1 < len(more); i += 2 {
		list = append(list, types.Tag{Key: &more[i], Value: &more[i+1]})
	}
	slices.SortFunc(list, func(a, b types.Tag) int { return strings.Compare(*a.Key, *b.Key) })
	return list
}

// settled waits until the stack is at rest, and says why if that is not as it is wanted.
func (s *Scenario) settled(ctx context.Context, name string, want types.StackStatus) error {
	return s.until(ctx, deployTime, func(ctx context.Context) (bool, error) {
		status, err := s.status(ctx)
		switch {
		case err != nil:
			return false, err
		case status == want:
			return true, nil
		case strings.HasSuffix(string(status), "_IN_PROGRESS"):
			return false, nil
		}
		return false, fmt.Errorf("the stack is %s: %s", status, s.faults(ctx, name))
	})
}

func (s *Scenario) status(ctx context.Context) (types.StackStatus, error) {
	reply, err := s.stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &s.stackID})
	if err != nil {
		return "", err
	}
	if len(reply.Stacks) == 0 {
		return "", errors.New("CloudFormation does not know the stack any more")
	}
	return reply.Stacks[0].StackStatus, nil
}

// An event is what is kept of a resource that could not be made, changed or deleted.
type event struct {
	Type   string `json:"ResourceType"`
	ID     string `json:"LogicalResourceId"`
	Status string `json:"ResourceStatus"`
	Reason string `json:"ResourceStatusReason"`
}

// faults returns the reasons of what failed in the stack, and keeps them.
func (s *Scenario) faults(ctx context.Context, name string) string {
	var kept []event
	var reasons []string
	pages := cloudformation.NewDescribeStackEventsPaginator(
		s.stacks, &cloudformation.DescribeStackEventsInput{StackName: &s.stackID},
	)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err.Error()
		}
		for _, e := range page.StackEvents {
			if !strings.HasSuffix(string(e.ResourceStatus), "_FAILED") {
				continue
			}
			failed := event{
				Type: aws.ToString(e.ResourceType), ID: aws.ToString(e.LogicalResourceId),
				Status: string(e.ResourceStatus), Reason: aws.ToString(e.ResourceStatusReason),
			}
			kept = append(kept, failed)
			reasons = append(reasons, failed.ID+": "+failed.Reason)
		}
	}
	if err := s.Answers.Save("stack-"+name+"-failed", kept); err != nil {
		reasons = append(reasons, err.Error())
	}
	return strings.Join(reasons, "; ")
}

// readStack reads the stack's outputs and the ids of its resources.
func (s *Scenario) readStack(ctx context.Context) error {
	reply, err := s.stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &s.stackID})
	if err != nil {
		return err
	}
	for _, o := range reply.Stacks[0].Outputs {
		s.outputs[aws.ToString(o.OutputKey)] = aws.ToString(o.OutputValue)
	}
	err = s.resources(ctx, func(r types.StackResourceSummary) {
		kind := aws.ToString(r.ResourceType)
		if s.physical[kind] == nil {
			s.physical[kind] = map[string]string{}
		}
		s.physical[kind][aws.ToString(r.LogicalResourceId)] = aws.ToString(r.PhysicalResourceId)
	})
	if err != nil {
		return err
	}
	for _, name := range []string{"MirrorTable", "MirrorQueue", "MirrorJob", "ControlQueue", "ControllerJob"} {
		if s.outputs[name] == "" {
			return fmt.Errorf("the stack has no output %s", name)
		}
	}
	return nil
}

// resources calls visit with each resource of the stack. The stack may be half-made.
func (s *Scenario) resources(ctx context.Context, visit func(types.StackResourceSummary)) error {
	pages := cloudformation.NewListStackResourcesPaginator(
		s.stacks, &cloudformation.ListStackResourcesInput{StackName: &s.stackID},
	)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, r := range page.StackResourceSummaries {
			visit(r)
		}
	}
	return nil
}
