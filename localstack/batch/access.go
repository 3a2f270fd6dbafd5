package batch

import (
	"encoding/json"
	"strconv"
	"strings"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/iam"
)

// An accessInput is what of a request's input says what it is about.
type accessInput struct {
	JobQueue      string            `json:"jobQueue"`
	JobDefinition string            `json:"jobDefinition"`
	JobID         string            `json:"jobId"`
	Tags          map[string]string `json:"tags"`
	Definition    string            `json:"jobDefinitionName"`
	Queue         string            `json:"jobQueueName"`
	Environment   string            `json:"computeEnvironmentName"`

	ComputeEnvironment string `json:"computeEnvironment"`
	Container          struct {
		JobRole       string `json:"jobRoleArn"`
		ExecutionRole string `json:"executionRoleArn"`
	} `json:"containerProperties"`
}

// Access returns what a call of Batch's API takes, given its body. Operations that only
// look know no resources. Those on tags have theirs in the path, which is not to be had here: they take
// what is allowed for all.
//
// Source: Service Authorization Reference, AWS Batch.
func (s *Service) Access(c awsjson.Caller, operation string, body []byte) ([]iam.Access, error) {
	var in accessInput
	if err := json.Unmarshal(body, &in); err != nil && len(body) > 0 {
		return nil, awsjson.Errorf("SerializationException", "%v", err)
	}
	on := func(resources ...string) (list []iam.Access) {
		for _, r := range resources {
			list = append(list, iam.Access{Action: "batch:" + operation, Resource: r})
		}
		return list
	}
	switch operation {
	case "SubmitJob":
		return s.SubmitAccess(c, SubmitJobInput{
			JobQueue: in.JobQueue, JobDefinition: in.JobDefinition, Tags: in.Tags,
		}), nil
	case "CancelJob", "TerminateJob":
		return on(c.ARN("batch", "job/"+in.JobID)), nil
	case "UpdateJobQueue", "DeleteJobQueue":
		return on(arnOf(c, "job-queue", in.JobQueue)), nil
	case "UpdateComputeEnvironment", "DeleteComputeEnvironment":
		return on(arnOf(c, "compute-environment", in.ComputeEnvironment)), nil
	case "CreateJobQueue":
		return on(c.ARN("batch", "job-queue/"+in.Queue)), nil
	case "CreateComputeEnvironment":
		return on(c.ARN("batch", "compute-environment/"+in.Environment)), nil
	case "DeregisterJobDefinition":
		return on(arnOf(c, "job-definition", in.JobDefinition)), nil
	case "RegisterJobDefinition":
		list := on(c.ARN("batch", "job-definition/"+in.Definition))
		for _, role := range []string{in.Container.JobRole, in.Container.ExecutionRole} {
			if role != "" {
				list = append(list, iam.Access{Action: "iam:PassRole", Resource: role})
			}
		}
		return list, nil
	}
	return on("*"), nil
}

// SubmitAccess returns what it takes to submit a job: the queue, the definition, and to tag
// the job if it has tags.
func (s *Service) SubmitAccess(c awsjson.Caller, in SubmitJobInput) []iam.Access {
	var list []iam.Access
	for _, arn := range append(s.definitionARNs(c, in.JobDefinition), arnOf(c, "job-queue", in.JobQueue)) {
		list = append(list, iam.Access{Action: "batch:SubmitJob", Resource: arn})
	}
	if len(in.Tags) > 0 {
		list = append(list, iam.Access{Action: "batch:TagResource", Resource: c.ARN("batch", "job/"+awsjson.NewID())})
	}
	return list
}

// definitionARNs are those of the definition that a submission names. Where it names no
// revision, AWS's documents have policies both with the bare name and with a revision; which of
// them counts is not said, so both must be allowed.
func (s *Service) definitionARNs(c awsjson.Caller, nameOrARN string) []string {
	arn := arnOf(c, "job-definition", nameOrARN)
	if _, revision, _ := splitRevision(arn[strings.LastIndex(arn, "/")+1:]); revision > 0 {
		return []string{arn}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	revision := 1
	if d, err := s.definition(c, nameOrARN); err == nil {
		revision = d.Revision
	}
	return []string{arn, arn + ":" + strconv.Itoa(revision)}
}

// arnOf returns the ARN of the caller's resource that is named, or the ARN given.
func arnOf(c awsjson.Caller, kind, nameOrARN string) string {
	if strings.HasPrefix(nameOrARN, "arn:") {
		return nameOrARN
	}
	return c.ARN("batch", kind+"/"+nameOrARN)
}
