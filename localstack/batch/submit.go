package batch

import (
	"context"
	"encoding/json"
	"maps"

	"ecrmirror/localstack/awsjson"
)

// SubmitJobInput is what SubmitJob takes. Members that the stand-in does not have are refused unless empty.
type SubmitJobInput struct {
	JobName       string             `json:"jobName"`
	JobQueue      string             `json:"jobQueue"`      // name or ARN
	JobDefinition string             `json:"jobDefinition"` // name, name:revision or ARN
	Parameters    map[string]string  `json:"parameters"`
	Overrides     ContainerOverrides `json:"containerOverrides"`
	Retry         *RetryStrategy     `json:"retryStrategy"` // nil = the definition's
	Timeout       *Timeout           `json:"timeout"`       // nil = the definition's
	Tags          map[string]string  `json:"tags"`
	PropagateTags *bool              `json:"propagateTags"` // to the ECS task; nil = as the definition says

	Array        json.RawMessage `json:"arrayProperties"`
	Dependencies json.RawMessage `json:"dependsOn"`
	Node         json.RawMessage `json:"nodeOverrides"`
	EKS          json.RawMessage `json:"eksPropertiesOverride"`
	ECS          json.RawMessage `json:"ecsPropertiesOverride"`
	Consumables  json.RawMessage `json:"consumableResourcePropertiesOverride"`
	Share        string          `json:"shareIdentifier"`
	Priority     *int            `json:"schedulingPriorityOverride"`
}

// ContainerOverrides replace what the job definition says of the container.
type ContainerOverrides struct {
	Command     []string   `json:"command"`              // replaces the whole command if it is not empty
	Environment []KeyValue `json:"environment"`          // replaces variables of the same name, adds others
	Resources   []Resource `json:"resourceRequirements"` // replaces those of the same type
}

func (in SubmitJobInput) check() error {
	if err := checkName("jobName", in.JobName); err != nil {
		return err
	}
	switch {
	case in.JobQueue == "":
		return refused("jobQueue must be provided")
	case in.JobDefinition == "":
		return refused("jobDefinition must be provided")
	case in.Share != "", in.Priority != nil:
		return refused("shareIdentifier and schedulingPriorityOverride can only be given for a fair-share job queue")
	case given(in.Array), given(in.Dependencies), given(in.Node), given(in.EKS), given(in.ECS), given(in.Consumables):
		return refused("the stand-in for Batch has no array jobs, dependencies, nodeOverrides, " +
			"eksPropertiesOverride, ecsPropertiesOverride and consumable resources")
	}
	if err := checkCommand(in.Overrides.Command); err != nil {
		return err
	}
	if err := checkEnvironment(in.Overrides.Environment); err != nil {
		return err
	}
	if err := in.Retry.check(); err != nil {
		return err
	}
	if err := checkTags(in.Tags); err != nil {
		return err
	}
	return in.Timeout.check()
}

func (s *Service) submitJob(_ context.Context, c awsjson.Caller, in SubmitJobInput) (any, error) {
	j, err := s.submit(c, in)
	if err != nil {
		return nil, err
	}
	return map[string]string{"jobId": j.id, "jobArn": j.arn, "jobName": j.name}, nil
}

// Submit submits a job for an account in a region, as SubmitJob does, and returns
// its id. An error is an [awsjson.Error].
func (s *Service) Submit(account, region string, in SubmitJobInput) (string, error) {
	j, err := s.submit(awsjson.Caller{Account: account, Region: region, Service: "batch"}, in)
	if err != nil {
		return "", err
	}
	return j.id, nil
}

func (s *Service) submit(c awsjson.Caller, in SubmitJobInput) (*job, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := context.Cause(s.ctx); err != nil {
		return nil, err
	}
	q, err := s.queue(c, in.JobQueue)
	if err != nil {
		return nil, err
	}
	if q.State == "DISABLED" {
		return nil, refused("JobQueue %s is DISABLED", q.ARN)
	}
	d, err := s.definition(c, in.JobDefinition)
	if err != nil {
		return nil, err
	}
	j := newJob(c, in, q, d)
	if err := checkCommand(j.substituted); err != nil {
		return nil, err
	}
	s.add(j)
	return j, nil
}

func newJob(c awsjson.Caller, in SubmitJobInput, q *queue, d *jobDefinition) *job {
	j := &job{
		id: awsjson.NewID(), name: in.JobName, caller: c, queue: q, definition: d,
		parameters: maps.Clone(d.Parameters), command: d.Container.Command,
		environment: mergeEnvironment(d.Container.Environment, in.Overrides.Environment),
		resources:   mergeResources(d.Container.Resources, in.Overrides.Resources),
		retry:       d.Retry, timeout: d.Timeout, tags: in.Tags, propagateTags: d.PropagateTags,
		status: statusSubmitted,
	}
	j.arn = c.ARN("batch", "job/"+j.id)
	if j.parameters == nil {
		j.parameters = map[string]string{}
	}
	maps.Copy(j.parameters, in.Parameters)
	if len(in.Overrides.Command) > 0 {
		j.command = in.Overrides.Command
	}
	if in.PropagateTags != nil {
		j.propagateTags = *in.PropagateTags
	}
	if in.Retry != nil {
		j.retry = in.Retry
	}
	if in.Timeout != nil {
		j.timeout = in.Timeout
	}
	j.substituted = substitute(j.command, j.parameters)
	return j
}
