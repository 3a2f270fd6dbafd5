package batch

import (
	"strings"
	"time"

	"ecrmirror/localstack/awsjson"
)

// jobDetail is a job in DescribeJobs.
type jobDetail struct {
	ID           string            `json:"jobId"`
	ARN          string            `json:"jobArn"`
	Name         string            `json:"jobName"`
	Queue        string            `json:"jobQueue"`
	Definition   string            `json:"jobDefinition"`
	Status       string            `json:"status"`
	StatusReason string            `json:"statusReason,omitempty"`
	Created      int64             `json:"createdAt"`
	Started      int64             `json:"startedAt,omitempty"`
	Stopped      int64             `json:"stoppedAt,omitempty"`
	Attempts     []attemptDetail   `json:"attempts"`
	Parameters   map[string]string `json:"parameters"`
	Retry        *RetryStrategy    `json:"retryStrategy,omitempty"`
	Timeout      *Timeout          `json:"timeout,omitempty"`
	Container    containerDetail   `json:"container"`
	DependsOn    []any             `json:"dependsOn"`
	Tags         map[string]string `json:"tags,omitempty"`
	Propagate    bool              `json:"propagateTags"`
	Platforms    []string          `json:"platformCapabilities,omitempty"`
	Cancelled    bool              `json:"isCancelled"`
	Terminated   bool              `json:"isTerminated"`
}

type containerDetail struct {
	containerProperties
	attemptContainer
}

type attemptDetail struct {
	Container    attemptContainer `json:"container"`
	Started      int64            `json:"startedAt,omitempty"`
	Stopped      int64            `json:"stoppedAt,omitempty"`
	StatusReason string           `json:"statusReason,omitempty"`
}

type attemptContainer struct {
	ExitCode  *int   `json:"exitCode,omitempty"`
	Reason    string `json:"reason,omitempty"`
	LogStream string `json:"logStreamName,omitempty"`
	Task      string `json:"taskArn,omitempty"`
}

// detail describes the job. The lock must be held.
func (j *job) detail() jobDetail {
	d := jobDetail{
		ID: j.id, ARN: j.arn, Name: j.name, Queue: j.queue.ARN, Definition: j.definition.ARN,
		Status: j.status, StatusReason: j.statusReason, Created: millis(j.created), Stopped: millis(j.stopped),
		Attempts: []attemptDetail{}, Parameters: j.parameters, Retry: j.retry, Timeout: j.timeout,
		DependsOn: []any{}, Tags: j.tags, Propagate: j.propagateTags, Platforms: j.definition.PlatformCapabilities,
		Cancelled: j.cancelled, Terminated: j.terminated,
	}
	for _, a := range j.attempts {
		d.Attempts = append(d.Attempts, attemptDetail{
			Container: j.container(a), Started: millis(a.started), Stopped: millis(a.stopped),
			StatusReason: a.statusReason,
		})
	}
	d.Container.containerProperties = *j.definition.Container
	d.Container.Command, d.Container.Environment, d.Container.Resources = j.command, j.environment, j.resources
	if last := j.lastAttempt(); last != nil {
		d.Started = millis(last.started)
		d.Container.attemptContainer = j.container(*last)
	}
	return d
}

func (j *job) container(a attempt) attemptContainer {
	c := attemptContainer{ExitCode: a.exitCode, Reason: a.reason}
	if !a.started.IsZero() {
		ecs := strings.Join([]string{
			"arn", awsjson.Partition(j.caller.Region), "ecs", j.caller.Region, j.caller.Account,
		}, ":")
		c.LogStream, c.Task = a.logStream, ecs+":task/"+a.environment+"/"+a.taskID
	}
	return c
}

// lastAttempt returns the current attempt, or the last one that ended, or nil.
func (j *job) lastAttempt() *attempt {
	if j.current != nil {
		return j.current
	}
	if len(j.attempts) == 0 {
		return nil
	}
	return &j.attempts[len(j.attempts)-1]
}

// millis is how Batch writes times: milliseconds since 1970, absent (0) for the zero time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
