package batch

import (
	"context"
	"strings"
	"time"

	"ecrmirror/localstack/awsjson"
)

// The states of a job, in the order it goes through them. A job to be retried is RUNNABLE again.
const (
	statusSubmitted = "SUBMITTED"
	statusPending   = "PENDING" // waits for other jobs; the stand-in has no such jobs
	statusRunnable  = "RUNNABLE"
	statusStarting  = "STARTING"
	statusRunning   = "RUNNING"
	statusSucceeded = "SUCCEEDED"
	statusFailed    = "FAILED"
)

// A job is one submission. What is set at submission never changes; the rest is the lock's.
type job struct {
	seq         int64
	id, arn     string
	name        string
	caller      awsjson.Caller
	queue       *queue
	definition  *jobDefinition
	parameters  map[string]string
	command     []string // as submitted or defined
	substituted []string // as run
	environment []KeyValue
	resources   []Resource
	retry       *RetryStrategy
	timeout     *Timeout
	tags        map[string]string
	created     time.Time

	propagateTags bool

	status       string
	statusReason string
	attempts     []attempt // ended ones
	current      *attempt  // the one that is STARTING or RUNNING
	logs         []*tail   // one for each attempt, the current one's too
	stopped      time.Time // when it became terminal
	cancelled    bool
	terminated   bool
	stopReason   string                  // of TerminateJob
	end          context.CancelCauseFunc // of the current attempt
}

func (j *job) terminal() bool { return j.status == statusSucceeded || j.status == statusFailed }

// An attempt is one run of a job's process.
type attempt struct {
	outcome
	queue            string // the queue's name when it started
	environment      string // and that of the compute environment
	taskID           string
	logStream        string
	started, stopped time.Time // started is zero if the process did not start
}

// An outcome is how an attempt ended.
type outcome struct {
	exitCode     *int   // nil if there was no process
	reason       string // of the container, such as why it did not start
	statusReason string // of the task
	final        bool   // never retried
}

func (o outcome) succeeded() bool { return o.exitCode != nil && *o.exitCode == 0 && !o.final }

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
			Container: j.container(a), Started: millis(a.started), Stopped: millis(a.stopped), StatusReason: a.statusReason,
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
		ecs := strings.Join([]string{"arn", awsjson.Partition(j.caller.Region), "ecs", j.caller.Region, j.caller.Account}, ":")
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
