package batch

import (
	"context"
	"encoding/json"
	"time"

	"ecrmirror/localstack/awsjson"
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

// A computeEnvironment is kept and described; the jobs of every one run on this machine.
type computeEnvironment struct {
	Name      string            `json:"computeEnvironmentName"`
	ARN       string            `json:"computeEnvironmentArn"`
	Type      string            `json:"type"`
	State     string            `json:"state"`
	Status    string            `json:"status"`
	Resources json.RawMessage   `json:"computeResources,omitempty"`
	Role      string            `json:"serviceRole,omitempty"`
	Tags      map[string]string `json:"tags,omitempty"`
}

// A queue holds the jobs that wait and counts those that run.
type queue struct {
	queueDetail
	environment string // name of its first compute environment
	waiting     []*job // RUNNABLE, first come first served
	running     int
}

type queueDetail struct {
	Name         string             `json:"jobQueueName"`
	ARN          string             `json:"jobQueueArn"`
	State        string             `json:"state"`
	Status       string             `json:"status"`
	Priority     *int               `json:"priority"`
	Environments []environmentOrder `json:"computeEnvironmentOrder"`
	TimeLimits   json.RawMessage    `json:"jobStateTimeLimitActions,omitempty"`
	Tags         map[string]string  `json:"tags,omitempty"`
}

type environmentOrder struct {
	Order       int    `json:"order"`
	Environment string `json:"computeEnvironment"` // name or ARN from the caller, ARN in descriptions
}

// A jobDefinition is one revision of a job definition.
type jobDefinition struct {
	Name                 string               `json:"jobDefinitionName"`
	ARN                  string               `json:"jobDefinitionArn"`
	Revision             int                  `json:"revision"`
	Status               string               `json:"status"`
	Type                 string               `json:"type"`
	Orchestration        string               `json:"containerOrchestrationType"`
	Parameters           map[string]string    `json:"parameters"`
	Container            *containerProperties `json:"containerProperties"`
	Retry                *RetryStrategy       `json:"retryStrategy,omitempty"`
	Timeout              *Timeout             `json:"timeout,omitempty"`
	SchedulingPriority   *int                 `json:"schedulingPriority,omitempty"`
	PropagateTags        bool                 `json:"propagateTags"`
	PlatformCapabilities []string             `json:"platformCapabilities,omitempty"`
	Tags                 map[string]string    `json:"tags,omitempty"`
}

// containerProperties are a definition's container. What a process on this
// machine has no use for is kept as it came, for descriptions.
type containerProperties struct {
	Image            string          `json:"image,omitempty"`
	Command          []string        `json:"command"`
	Environment      []KeyValue      `json:"environment"`
	Resources        []Resource      `json:"resourceRequirements"`
	JobRole          string          `json:"jobRoleArn,omitempty"`
	ExecutionRole    string          `json:"executionRoleArn,omitempty"`
	Logs             json.RawMessage `json:"logConfiguration,omitempty"`
	Network          json.RawMessage `json:"networkConfiguration,omitempty"`
	Fargate          json.RawMessage `json:"fargatePlatformConfiguration,omitempty"`
	RuntimePlatform  json.RawMessage `json:"runtimePlatform,omitempty"`
	EphemeralStorage json.RawMessage `json:"ephemeralStorage,omitempty"`
	Linux            json.RawMessage `json:"linuxParameters,omitempty"`
	Secrets          []any           `json:"secrets"`
	MountPoints      []any           `json:"mountPoints"`
	Volumes          []any           `json:"volumes"`
}

// A worldKey names what Batch keeps apart.
type worldKey struct{ account, region string }

// A world is one account's Batch in one region.
type world struct {
	environments map[string]*computeEnvironment
	queues       map[string]*queue
	definitions  map[string][]*jobDefinition // by name; revision n at n-1
	jobs         []*job                      // oldest first
}

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
