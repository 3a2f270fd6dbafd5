package scenario

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	batchtypes "github.com/aws/aws-sdk-go-v2/service/batch/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/internal/contract"
)

// putEntries has each image of the source repository mirrored.
func (s *Scenario) putEntries(ctx context.Context) (string, error) {
	for i := range entryCount {
		if err := s.putEntry(ctx, s.name(s.source(), tagOf(i)), s.name(s.destination(), tagOf(i))); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%d, of which one is new", entryCount), nil
}

func (s *Scenario) putEntry(ctx context.Context, source, destination string) error {
	_, err := s.table.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: aws.String(s.outputs["MirrorTable"]),
		Item: map[string]types.AttributeValue{
			contract.AttrSource:      &types.AttributeValueMemberS{Value: source},
			contract.AttrDestination: &types.AttributeValueMemberSS{Value: []string{destination}},
		},
	})
	return err
}

// sweepAll sweeps the table, and waits for the mirror job of the new entry.
func (s *Scenario) sweepAll(ctx context.Context) (string, error) {
	job, err := s.sweepJob(ctx, "sweep")
	if err != nil {
		return "", err
	}
	if job.Status != batchtypes.JobStatusSucceeded {
		return "", fmt.Errorf("the sweep ended %s; its log is in /%s/controller", told(job), s.Stack.Name)
	}
	succeeded, failed, err := s.idle(ctx)
	if err != nil {
		return "", err
	}
	if failed > 0 || succeeded == 0 {
		return "", fmt.Errorf("%d mirror jobs succeeded and %d failed; their logs are in /%s/mirror",
			succeeded, failed, s.Stack.Name)
	}
	return told(job) + "; so did its mirror job", nil
}

// compareDigests holds every destination against its source.
func (s *Scenario) compareDigests(ctx context.Context) (string, error) {
	copies, err := s.images(ctx, s.destination())
	if err != nil {
		return "", err
	}
	for tag, digest := range s.digests {
		if copies[tag] != digest {
			return "", fmt.Errorf("%s is %q and not %s, as its source",
				s.name(s.destination(), tag), copies[tag], digest)
		}
	}
	return fmt.Sprintf("%d of %d equal", len(s.digests), entryCount), nil
}

// push pushes another image to a source, and waits until what that starts has mirrored it. No
// sweep is due meanwhile: the last was just now.
func (s *Scenario) push(ctx context.Context) (string, error) {
	const tag = "v1"
	begun := time.Now()
	if err := s.pushImage(ctx, s.source(), tag, "pushed again"); err != nil {
		return "", err
	}
	err := s.until(ctx, jobTime, func(ctx context.Context) (bool, error) {
		copies, err := s.images(ctx, s.destination())
		return copies[tag] == s.digests[tag], err
	})
	if err != nil {
		return "", fmt.Errorf(
			"the push was not mirrored: %w; what was started is in the log /%s/push, and its jobs in %s",
			err, s.Stack.Name, s.outputs["MirrorQueue"],
		)
	}
	by := "a job"
	if s.outputs["Function"] != "" {
		by = "the function"
	}
	return fmt.Sprintf("%s heard of it, and its copy was there after %s", by, time.Since(begun).Round(time.Second)), nil
}
