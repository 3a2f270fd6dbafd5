package batch

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"ecrmirror/localstack/awsjson"
)

var statuses = []string{
	statusSubmitted, statusPending, statusRunnable, statusStarting, statusRunning, statusSucceeded, statusFailed,
}

type listJobsInput struct {
	page
	Queue   string `json:"jobQueue"`
	Array   string `json:"arrayJobId"`
	Node    string `json:"multiNodeJobId"`
	Status  string `json:"jobStatus"`
	Filters []struct {
		Name   string   `json:"name"`
		Values []string `json:"values"`
	} `json:"filters"`
}

// jobSummary is a job in ListJobs. It has no parameters, as in Batch.
type jobSummary struct {
	ID           string            `json:"jobId"`
	ARN          string            `json:"jobArn"`
	Name         string            `json:"jobName"`
	Definition   string            `json:"jobDefinition"`
	Status       string            `json:"status"`
	StatusReason string            `json:"statusReason,omitempty"`
	Created      int64             `json:"createdAt"`
	Started      int64             `json:"startedAt,omitempty"`
	Stopped      int64             `json:"stoppedAt,omitempty"`
	Container    *containerSummary `json:"container,omitempty"`
}

type containerSummary struct {
	ExitCode *int   `json:"exitCode,omitempty"`
	Reason   string `json:"reason,omitempty"`
}

func (j *job) summary() jobSummary {
	d := j.detail()
	out := jobSummary{
		ID: d.ID, ARN: d.ARN, Name: d.Name, Definition: d.Definition, Status: d.Status, StatusReason: d.StatusReason,
		Created: d.Created, Started: d.Started, Stopped: d.Stopped,
	}
	if d.Container.ExitCode != nil || d.Container.Reason != "" {
		out.Container = &containerSummary{ExitCode: d.Container.ExitCode, Reason: d.Container.Reason}
	}
	return out
}

// listJobs lists the newest jobs first, with a filter and without.
func (s *Service) listJobs(_ context.Context, c awsjson.Caller, in listJobsInput) (any, error) {
	matches, limit, err := in.matcher()
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queue(c, in.Queue)
	if err != nil {
		return nil, err
	}
	var found []*job
	for _, j := range slices.Backward(s.world(c).jobs) {
		if j.queue == q && matches(j) {
			found = append(found, j)
		}
	}
	found, next, err := cut(in.page, q.ARN, limit, found, func(j *job) int64 { return j.seq })
	list := make([]jobSummary, len(found))
	for i, j := range found {
		list[i] = j.summary()
	}
	return map[string]any{"jobSummaryList": list, "nextToken": next}, err
}

// matcher returns what tells the jobs asked for, and the size of the largest page.
func (in listJobsInput) matcher() (matches func(*job) bool, limit int, err error) {
	parents := 0
	for _, parent := range []string{in.Queue, in.Array, in.Node} {
		if parent != "" {
			parents++
		}
	}
	switch {
	case parents != 1:
		return nil, 0, refused("exactly one of jobQueue, arrayJobId and multiNodeJobId must be provided")
	case in.Queue == "":
		return nil, 0, refused("job %s%s is not an array or multi-node job", in.Array, in.Node)
	case in.Status != "" && !slices.Contains(statuses, in.Status):
		return nil, 0, refused("jobStatus %q is not one of %s", in.Status, strings.Join(statuses, ", "))
	case len(in.Filters) > 1:
		return nil, 0, refused("only one filter can be used at a time, got %d", len(in.Filters))
	case len(in.Filters) == 1:
		matches, err = filter(in.Filters[0].Name, in.Filters[0].Values)
		return matches, 100, err
	}
	status := in.Status
	if status == "" {
		status = statusRunning
	}
	return func(j *job) bool { return j.status == status }, 1000, nil
}

// filter returns what tells the jobs that one of the values of a ListJobs filter matches. Their status does not matter.
func filter(name string, values []string) (func(*job) bool, error) {
	if len(values) == 0 {
		return nil, refused("filter %s has no values", name)
	}
	one := map[string]func(j *job, value string) bool{
		"JOB_NAME": func(j *job, v string) bool {
			return v != "" && match(strings.ToLower(v), strings.ToLower(j.name))
		},
		"JOB_DEFINITION":    func(j *job, v string) bool { return definedBy(j.definition, v) },
		"BEFORE_CREATED_AT": func(j *job, v string) bool { return j.created.Before(time.UnixMilli(number(v))) },
		"AFTER_CREATED_AT":  func(j *job, v string) bool { return j.created.After(time.UnixMilli(number(v))) },
	}[name]
	if one == nil {
		return nil, refused("filter %q is not JOB_NAME, JOB_DEFINITION, BEFORE_CREATED_AT or AFTER_CREATED_AT", name)
	}
	if strings.HasSuffix(name, "_CREATED_AT") {
		for _, v := range values {
			if _, err := strconv.ParseInt(v, 10, 64); err != nil {
				return nil, refused("filter %s: %q is not a number of milliseconds", name, v)
			}
		}
	}
	return func(j *job) bool {
		return slices.ContainsFunc(values, func(v string) bool { return one(j, v) })
	}, nil
}

// definedBy tells whether a JOB_DEFINITION filter's value means the definition: a
// name, with or without *, means all revisions, an ARN one.
func definedBy(d *jobDefinition, value string) bool {
	if strings.HasPrefix(value, "arn:") {
		return value == d.ARN
	}
	return value != "" && match(value, d.Name)
}

// number is s as a number; [filter] has made sure that it is one.
func number(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}

// describeJobs leaves out ids that are not the caller's, as Batch does.
func (s *Service) describeJobs(_ context.Context, c awsjson.Caller, in struct {
	Jobs []string `json:"jobs"`
},
) (any, error) {
	if len(in.Jobs) < 1 || len(in.Jobs) > 100 {
		return nil, refused("jobs must have 1 to 100 job ids, got %d", len(in.Jobs))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []jobDetail{}
	for _, id := range in.Jobs {
		if j, ok := s.job(c, id); ok {
			list = append(list, j.detail())
		}
	}
	return map[string]any{"jobs": list}, nil
}
