package resources

import (
	"context"
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"

	"ecrmirror/localstack/cloudformation"
)

func (o Options) batch(r cloudformation.Request) *batch.Client {
	return batch.NewFromConfig(o.Config(r.Caller))
}

// computeEnvironments are those of Batch.
type computeEnvironments struct{ opts Options }

// Create makes a compute environment.
func (p computeEnvironments) Create(ctx context.Context, r cloudformation.Request) (cloudformation.Resource, error) {
	in := &batch.CreateComputeEnvironmentInput{}
	properties := maps.Clone(r.Properties)
	if compute, ok := properties["ComputeResources"].(map[string]any); ok {
		compute = maps.Clone(compute)
		delete(compute, "UpdateToLatestImageVersion") // is of updates alone
		properties["ComputeResources"] = compute
	}
	if err := into(properties, in, "ReplaceComputeEnvironment", "UpdatePolicy"); err != nil {
		return cloudformation.Resource{}, err
	}
	in.ComputeEnvironmentName = aws.String(named(r, "ComputeEnvironmentName"))
	in.Type = types.CEType(strings.ToUpper(string(in.Type))) // CDK writes "managed", and CloudFormation takes that
	out, err := p.opts.batch(r).CreateComputeEnvironment(ctx, in)
	if err != nil {
		return cloudformation.Resource{}, told("Batch", err)
	}
	arn := aws.ToString(out.ComputeEnvironmentArn)
	return cloudformation.Resource{ID: arn, Attributes: map[string]any{"ComputeEnvironmentArn": arn}}, nil
}

// Update changes what can be changed of it.
func (p computeEnvironments) Update(
	ctx context.Context, r cloudformation.Request, was cloudformation.Resource,
) (cloudformation.Resource, error) {
	in := &batch.UpdateComputeEnvironmentInput{}
	if err := into(r.Properties, in, "ReplaceComputeEnvironment", "ComputeEnvironmentName", "Type", "Tags",
		"EksConfiguration", "EcsSettings"); err != nil {
		return was, err
	}
	in.ComputeEnvironment = aws.String(was.ID)
	_, err := p.opts.batch(r).UpdateComputeEnvironment(ctx, in)
	return was, told("Batch", err)
}

// Delete disables a compute environment, as Batch wants it, and deletes it.
func (p computeEnvironments) Delete(ctx context.Context, r cloudformation.Request, was cloudformation.Resource) error {
	client := p.opts.batch(r)
	found, err := client.DescribeComputeEnvironments(ctx,
		&batch.DescribeComputeEnvironmentsInput{ComputeEnvironments: []string{was.ID}})
	if err != nil || len(found.ComputeEnvironments) == 0 {
		return told("Batch", err)
	}
	_, err = client.UpdateComputeEnvironment(ctx, &batch.UpdateComputeEnvironmentInput{
		ComputeEnvironment: aws.String(was.ID), State: types.CEStateDisabled,
	})
	if err != nil {
		return told("Batch", err)
	}
	_, err = client.DeleteComputeEnvironment(ctx,
		&batch.DeleteComputeEnvironmentInput{ComputeEnvironment: aws.String(was.ID)})
	return told("Batch", err)
}

// jobQueues are those of Batch.
type jobQueues struct{ opts Options }

// Create makes a queue.
func (p jobQueues) Create(ctx context.Context, r cloudformation.Request) (cloudformation.Resource, error) {
	in := &batch.CreateJobQueueInput{}
	if err := into(r.Properties, in); err != nil {
		return cloudformation.Resource{}, err
	}
	in.JobQueueName = aws.String(named(r, "JobQueueName"))
	out, err := p.opts.batch(r).CreateJobQueue(ctx, in)
	if err != nil {
		return cloudformation.Resource{}, told("Batch", err)
	}
	arn := aws.ToString(out.JobQueueArn)
	return cloudformation.Resource{ID: arn, Attributes: map[string]any{"JobQueueArn": arn}}, nil
}

// Update changes what can be changed of it.
func (p jobQueues) Update(
	ctx context.Context, r cloudformation.Request, was cloudformation.Resource,
) (cloudformation.Resource, error) {
	in := &batch.UpdateJobQueueInput{}
	if err := into(r.Properties, in, "JobQueueName", "JobQueueType", "Tags"); err != nil {
		return was, err
	}
	in.JobQueue = aws.String(was.ID)
	_, err := p.opts.batch(r).UpdateJobQueue(ctx, in)
	return was, told("Batch", err)
}

// Delete disables a queue, as Batch wants it, and deletes it with the jobs in it.
func (p jobQueues) Delete(ctx context.Context, r cloudformation.Request, was cloudformation.Resource) error {
	client := p.opts.batch(r)
	found, err := client.DescribeJobQueues(ctx, &batch.DescribeJobQueuesInput{JobQueues: []string{was.ID}})
	if err != nil || len(found.JobQueues) == 0 {
		return told("Batch", err)
	}
	if _, err := client.UpdateJobQueue(ctx, &batch.UpdateJobQueueInput{
		JobQueue: aws.String(was.ID),
		State:    types.JQStateDisabled,
	}); err != nil {
		return told("Batch", err)
	}
	_, err = client.DeleteJobQueue(ctx, &batch.DeleteJobQueueInput{JobQueue: aws.String(was.ID)})
	return told("Batch", err)
}

// jobDefinitions are those of Batch.
type jobDefinitions struct{ opts Options }

// Create registers a definition.
func (p jobDefinitions) Create(ctx context.Context, r cloudformation.Request) (cloudformation.Resource, error) {
	return p.register(ctx, r, named(r, "JobDefinitionName"))
}

func (p jobDefinitions) register(
	ctx context.Context, r cloudformation.Request, name string,
) (cloudformation.Resource, error) {
	in := &batch.RegisterJobDefinitionInput{}
	if err := into(r.Properties, in, "ResourceRetentionPolicy"); err != nil {
		return cloudformation.Resource{}, err
	}
	in.JobDefinitionName = &name
	in.Type = types.JobDefinitionType(strings.ToLower(string(in.Type)))
	out, err := p.opts.batch(r).RegisterJobDefinition(ctx, in)
	if err != nil {
		return cloudformation.Resource{}, told("Batch", err)
	}
	arn := aws.ToString(out.JobDefinitionArn)
	return cloudformation.Resource{ID: arn, Attributes: map[string]any{"JobDefinitionArn": arn}}, nil
}

// Update registers a new revision, and deregisters the one before.
func (p jobDefinitions) Update(
	ctx context.Context, r cloudformation.Request, was cloudformation.Resource,
) (cloudformation.Resource, error) {
	parts := strings.Split(was.ID, ":") // arn:...:job-definition/name:revision
	name := strings.TrimPrefix(parts[len(parts)-2], "job-definition/")
	now, err := p.register(ctx, r, name)
	if err != nil {
		return was, err
	}
	retention, _ := r.Properties["ResourceRetentionPolicy"].(map[string]any)
	if retention["SkipDeregisterOnUpdate"] == true {
		return now, nil
	}
	return now, p.Delete(ctx, r, was)
}

// Delete deregisters the revision.
func (p jobDefinitions) Delete(ctx context.Context, r cloudformation.Request, was cloudformation.Resource) error {
	_, err := p.opts.batch(r).DeregisterJobDefinition(ctx,
		&batch.DeregisterJobDefinitionInput{JobDefinition: aws.String(was.ID)})
	return told("Batch", err)
}
