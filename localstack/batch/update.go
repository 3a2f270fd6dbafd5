package batch

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"ecrmirror/localstack/awsjson"
)

// updateComputeEnvironment changes what is given, at once.
func (s *Service) updateComputeEnvironment(_ context.Context, c awsjson.Caller, in struct {
	Name      string          `json:"computeEnvironment"` // or ARN
	State     string          `json:"state"`
	Resources json.RawMessage `json:"computeResources"`
	Role      string          `json:"serviceRole"`
},
) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := localName(c, "compute-environment", in.Name)
	environment, ok := s.world(c).environments[name]
	if !ok {
		return nil, refused("%s does not exist", in.Name)
	}
	if in.State != "" {
		state, err := stateOf(in.State)
		if err != nil {
			return nil, err
		}
		environment.State = state
	}
	if given(in.Resources) {
		merged, err := merge(environment.Resources, in.Resources)
		if err != nil {
			return nil, err
		}
		environment.Resources = merged
	}
	if in.Role != "" {
		environment.Role = in.Role
	}
	return map[string]string{"computeEnvironmentName": name, "computeEnvironmentArn": environment.ARN}, nil
}

// merge returns the members of a JSON object with those of another in their place.
func merge(base, over json.RawMessage) (json.RawMessage, error) {
	all := map[string]json.RawMessage{}
	if len(base) > 0 {
		if err := json.Unmarshal(base, &all); err != nil {
			return nil, err
		}
	}
	var changed map[string]json.RawMessage
	if err := json.Unmarshal(over, &changed); err != nil {
		return nil, err
	}
	maps.Copy(all, changed)
	return json.Marshal(all)
}

// updateJobQueue changes what is given, at once.
func (s *Service) updateJobQueue(_ context.Context, c awsjson.Caller, in struct {
	Name         string             `json:"jobQueue"` // or ARN
	State        string             `json:"state"`
	Priority     *int               `json:"priority"`
	Environments []environmentOrder `json:"computeEnvironmentOrder"`
	TimeLimits   json.RawMessage    `json:"jobStateTimeLimitActions"`
	Policy       string             `json:"schedulingPolicyArn"`
},
) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queue(c, in.Name)
	if err != nil {
		return nil, err
	}
	now, first := q.queueDetail, q.environment
	switch {
	case in.Policy != "":
		return nil, refused("the stand-in for Batch does not have scheduling policies")
	case in.Priority != nil && *in.Priority < 0:
		return nil, refused("priority must be a number from 0")
	case in.Priority != nil:
		now.Priority = in.Priority
	}
	if in.State != "" {
		if now.State, err = stateOf(in.State); err != nil {
			return nil, err
		}
	}
	if in.Environments != nil {
		if first, err = s.world(c).resolve(c, in.Environments); err != nil {
			return nil, err
		}
		now.Environments = in.Environments
	}
	if in.TimeLimits != nil {
		now.TimeLimits = in.TimeLimits
	}
	q.queueDetail, q.environment = now, first
	return map[string]string{"jobQueueName": q.Name, "jobQueueArn": q.ARN}, nil
}

// deleteJobQueue deletes a disabled queue, and ends the jobs in it. Jobs that run keep their queue until they have ended.
func (s *Service) deleteJobQueue(_ context.Context, c awsjson.Caller, in struct {
	Name string `json:"jobQueue"` // or ARN
},
) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := localName(c, "job-queue", in.Name)
	w := s.world(c)
	q, ok := w.queues[name]
	switch {
	case !ok: // as far as is known, Batch does not mind
		return struct{}{}, nil
	case q.State != "DISABLED":
		return nil, refused("Cannot delete, job queue state must be DISABLED: %s", name)
	}
	for _, j := range slices.Clone(w.jobs) {
		if j.queue != q || j.terminal() {
			continue
		}
		const why = "Job queue deleted"
		j.terminated, j.stopReason = true, why
		if j.status == statusRunnable {
			s.drop(j, why)
		} else {
			j.end(errTerminated)
		}
	}
	delete(w.queues, name)
	return struct{}{}, nil
}

// deleteComputeEnvironment deletes a disabled compute environment that no queue uses.
func (s *Service) deleteComputeEnvironment(_ context.Context, c awsjson.Caller, in struct {
	Name string `json:"computeEnvironment"` // or ARN
},
) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := localName(c, "compute-environment", in.Name)
	w := s.world(c)
	environment, ok := w.environments[name]
	switch {
	case !ok:
		return struct{}{}, nil
	case environment.State != "DISABLED":
		return nil, refused("Cannot delete, compute environment state must be DISABLED: %s", name)
	}
	for _, q := range w.queues {
		if slices.ContainsFunc(q.Environments, func(o environmentOrder) bool { return o.Environment == environment.ARN }) {
			return nil, refused("Cannot delete, found existing JobQueue relationship: %s", q.Name)
		}
	}
	delete(w.environments, name)
	return struct{}{}, nil
}
