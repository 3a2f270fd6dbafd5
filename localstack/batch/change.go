package batch

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"ecrmirror/localstack/awsjson"
)

// errDeleted is why jobs end whose queue is deleted.
const errDeleted = "the job queue was deleted"

// updateJobQueue changes what is given of a queue. Jobs go on to where they were submitted to.
func (s *Service) updateJobQueue(_ context.Context, c awsjson.Caller, in struct {
	Queue        string             `json:"jobQueue"`
	State        string             `json:"state"`
	Priority     *int               `json:"priority"`
	Environments []environmentOrder `json:"computeEnvironmentOrder"`
	TimeLimits   json.RawMessage    `json:"jobStateTimeLimitActions"`
	Policy       string             `json:"schedulingPolicyArn"`
},
) (any, error) {
	if in.Policy != "" {
		return nil, refused("the stand-in for Batch does not have scheduling policies")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queue(c, in.Queue)
	if err != nil {
		return nil, err
	}
	detail := q.queueDetail
	if in.State != "" {
		if detail.State, err = stateOf(in.State); err != nil {
			return nil, err
		}
	}
	if in.Priority != nil {
		detail.Priority = in.Priority
	}
	if in.Environments != nil {
		detail.Environments = in.Environments
	}
	if in.TimeLimits != nil {
		detail.TimeLimits = in.TimeLimits
	}
	first, err := s.check(c, &detail)
	if err != nil {
		return nil, err
	}
	q.queueDetail, q.environment = detail, first
	return map[string]string{"jobQueueName": q.Name, "jobQueueArn": q.ARN}, nil
}

// deleteJobQueue deletes a queue that is disabled, and ends its jobs.
func (s *Service) deleteJobQueue(_ context.Context, c awsjson.Caller, in struct {
	Queue string `json:"jobQueue"`
},
) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queue(c, in.Queue)
	switch {
	case err != nil:
		return nil, err
	case q.State != "DISABLED":
		return nil, refused("Cannot delete, resource %s is not DISABLED", q.ARN)
	}
	w := s.world(c)
	delete(w.queues, q.Name)
	for _, j := range slices.Clone(w.jobs) {
		if j.queue == q && !j.terminal() {
			s.terminate(j, errDeleted)
		}
	}
	return struct{}{}, nil
}

// updateComputeEnvironment changes what is given of a compute environment.
func (s *Service) updateComputeEnvironment(_ context.Context, c awsjson.Caller, in struct {
	Environment string          `json:"computeEnvironment"`
	State       string          `json:"state"`
	Resources   json.RawMessage `json:"computeResources"`
	Role        string          `json:"serviceRole"`
},
) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.environmentOf(c, in.Environment)
	if err != nil {
		return nil, err
	}
	changed := *e
	if in.State != "" {
		if changed.State, err = stateOf(in.State); err != nil {
			return nil, err
		}
	}
	if given(in.Resources) {
		if changed.Resources, err = merge(e.Resources, in.Resources); err != nil {
			return nil, err
		}
	}
	if in.Role != "" {
		changed.Role = in.Role
	}
	s.world(c).environments[e.Name] = &changed
	return map[string]string{"computeEnvironmentName": e.Name, "computeEnvironmentArn": e.ARN}, nil
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

// deleteComputeEnvironment deletes one that is disabled and that no queue has.
func (s *Service) deleteComputeEnvironment(_ context.Context, c awsjson.Caller, in struct {
	Environment string `json:"computeEnvironment"`
},
) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.environmentOf(c, in.Environment)
	if err != nil {
		return nil, err
	}
	w := s.world(c)
	for _, q := range w.queues {
		if slices.ContainsFunc(q.Environments, func(o environmentOrder) bool { return o.Environment == e.ARN }) {
			return nil, refused("Cannot delete, found existing JobQueue relationship")
		}
	}
	if e.State != "DISABLED" {
		return nil, refused("Cannot delete, resource %s is not DISABLED", e.ARN)
	}
	delete(w.environments, e.Name)
	return struct{}{}, nil
}
