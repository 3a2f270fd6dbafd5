package scenario

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"ecrmirror/infra/smoke/answers"
)

// tagAgain updates the stack with one more tag, as cdk deploy --tags does. Resources whose tags
// can't be changed would have to be replaced.
func (s *Scenario) tagAgain(ctx context.Context) (string, error) {
	before := s.outputs["MirrorQueue"]
	in := &cloudformation.UpdateStackInput{
		StackName: &s.stackID, UsePreviousTemplate: aws.Bool(true), Capabilities: capabilities,
		Tags: s.tags("smoke", "again"),
	}
	if _, err := s.stacks.UpdateStack(ctx, in); err != nil {
		return "", err
	}
	if err := s.settled(ctx, "tags", types.StackStatusUpdateComplete); err != nil {
		return "", err
	}
	if err := s.readStack(ctx); err != nil {
		return "", err
	}
	if after := s.outputs["MirrorQueue"]; after != before {
		return "updated; the queue was replaced", nil
	}
	return "updated; the queue stayed", nil
}

// refusals asks for what AWS refuses, and keeps the shapes of its errors.
func (s *Scenario) refusals(ctx context.Context) (string, error) {
	none := s.Stack.Name + "-none"
	var kept []answers.Refusal
	for _, wrong := range []struct {
		what string
		ask  func() error
	}{
		{"a stack that is not there", func() error {
			_, err := s.stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &none})
			return err
		}},
		{"parameters of 40,000 characters", func() error {
			_, err := s.submit(
				ctx, none, s.outputs["MirrorQueue"], s.outputs["MirrorJob"],
				map[string]string{"source": strings.Repeat("x", 40_000)},
			)
			return err
		}},
		{"a job definition that is not there", func() error {
			_, err := s.submit(ctx, none, s.outputs["MirrorQueue"], none, nil)
			return err
		}},
		{"a job that is not there", func() error {
			_, err := s.batch.TerminateJob(ctx, &batch.TerminateJobInput{
				JobId: aws.String("00000000-0000-0000-0000-000000000000"), Reason: &none,
			})
			return err
		}},
		{"an image that is not there", func() error {
			_, err := s.ecr.DescribeImages(ctx, &ecr.DescribeImagesInput{
				RepositoryName: aws.String(s.source()), ImageIds: []ecrtypes.ImageIdentifier{{ImageTag: &none}},
			})
			return err
		}},
		{"a repository that is not there", func() error {
			_, err := s.ecr.DescribeImages(ctx, &ecr.DescribeImagesInput{RepositoryName: &none})
			return err
		}},
		{"a queue that is not there", func() error {
			_, err := s.queues.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &none})
			return err
		}},
	} {
		err := wrong.ask()
		refusal, ok := answers.RefusalOf(err)
		_, absent := Absent(err)
		switch {
		case s.Emulated && (err == nil || absent):
			continue // less strict than AWS, or less complete
		case err == nil:
			return "", fmt.Errorf("%s was not refused", wrong.what)
		case !ok:
			return "", fmt.Errorf("%s: %w", wrong.what, err)
		}
		kept = append(kept, refusal)
	}
	return fmt.Sprintf("%d errors as they should be", len(kept)), s.Answers.Save("refusals", kept)
}
