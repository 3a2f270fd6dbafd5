package batch

import (
	"context"
	"maps"
	"slices"

	"ecrmirror/localstack/awsjson"
)

func (s *Service) createComputeEnvironment(_ context.Context, c awsjson.Caller, in computeEnvironment) (any, error) {
	if err := checkName("computeEnvironmentName", in.Name); err != nil {
		return nil, err
	}
	if in.Type != "MANAGED" && in.Type != "UNMANAGED" {
		return nil, refused("type %q is not MANAGED or UNMANAGED", in.Type)
	}
	if in.Type == "MANAGED" && len(in.Resources) == 0 {
		return nil, refused("computeResources must be provided for a MANAGED compute environment")
	}
	state, err := stateOf(in.State)
	if err != nil {
		return nil, err
	}
	in.State, in.Status, in.ARN = state, "VALID", c.ARN("batch", "compute-environment/"+in.Name)
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.world(c)
	if _, there := w.environments[in.Name]; there {
		return nil, exists(in.Name)
	}
	w.environments[in.Name] = &in
	return map[string]string{"computeEnvironmentName": in.Name, "computeEnvironmentArn": in.ARN}, nil
}

func (s *Service) describeComputeEnvironments(_ context.Context, c awsjson.Caller, in struct {
	page
	Names []string `json:"computeEnvironments"`
},
) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list, next, err := described(c, "compute-environment", in.page, in.Names, s.world(c).environments)
	return map[string]any{"computeEnvironments": list, "nextToken": next}, err
}

func (s *Service) createJobQueue(_ context.Context, c awsjson.Caller, in struct {
	queueDetail
	SchedulingPolicy string `json:"schedulingPolicyArn"`
},
) (any, error) {
	if err := checkName("jobQueueName", in.Name); err != nil {
		return nil, err
	}
	state, err := stateOf(in.State)
	switch {
	case err != nil:
		return nil, err
	case in.SchedulingPolicy != "":
		return nil, refused("the stand-in for Batch does not have scheduling policies")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.world(c)
	if _, there := w.queues[in.Name]; there {
		return nil, exists(in.Name)
	}
	first, err := s.check(c, &in.queueDetail)
	if err != nil {
		return nil, err
	}
	in.State, in.Status, in.ARN = state, "VALID", c.ARN("batch", "job-queue/"+in.Name)
	w.queues[in.Name] = &queue{queueDetail: in.queueDetail, environment: first}
	return map[string]string{"jobQueueName": in.Name, "jobQueueArn": in.ARN}, nil
}

// check holds what is said of a queue to the model, puts its compute environments in order and
// by their ARNs, and returns the name of the first. The lock must be held.
func (s *Service) check(c awsjson.Caller, q *queueDetail) (first string, err error) {
	switch {
	case q.Priority == nil || *q.Priority < 0:
		return "", refused("priority must be a number from 0")
	case len(q.Environments) < 1 || len(q.Environments) > 3:
		return "", refused("computeEnvironmentOrder must name 1 to 3 compute environments")
	case q.Tags != nil:
		if err := checkTags(q.Tags); err != nil {
			return "", err
		}
	}
	q.Environments = slices.SortedFunc(slices.Values(q.Environments),
		func(a, b environmentOrder) int { return a.Order - b.Order })
	for i, o := range q.Environments {
		environment, err := s.environmentOf(c, o.Environment)
		if err != nil {
			return "", err
		}
		q.Environments[i].Environment = environment.ARN
		if i == 0 {
			first = environment.Name
		}
	}
	return first, nil
}

func (s *Service) describeJobQueues(_ context.Context, c awsjson.Caller, in struct {
	page
	Names []string `json:"jobQueues"`
},
) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list, next, err := described(c, "job-queue", in.page, in.Names, s.world(c).queues)
	details := make([]queueDetail, len(list))
	for i, q := range list {
		details[i] = q.queueDetail
	}
	return map[string]any{"jobQueues": details, "nextToken": next}, err
}

// described returns those of all that names name, by name or ARN, or a page of
// all in the order of their names if there are no names. Unknown names are left out, as Batch does.
func described[T any](c awsjson.Caller, kind string, p page, names []string, all map[string]T) ([]T, *string, error) {
	if len(names) > 100 {
		return nil, nil, refused("at most 100 names may be given, got %d", len(names))
	}
	list := []T{}
	if len(names) == 0 {
		for _, name := range slices.Sorted(maps.Keys(all)) {
			list = append(list, all[name])
		}
		return cutAll(p, kind, list)
	}
	for _, n := range names {
		name := localName(c, kind, n)
		if item, ok := all[name]; ok {
			list = append(list, item)
		}
	}
	return list, nil, nil
}

// queue finds the caller's queue by name or ARN. The lock must be held.
func (s *Service) queue(c awsjson.Caller, nameOrARN string) (*queue, error) {
	name := localName(c, "job-queue", nameOrARN)
	q, ok := s.world(c).queues[name]
	if !ok {
		return nil, refused("JobQueue %s not found", nameOrARN)
	}
	return q, nil
}

// stateOf checks the state of a queue or compute environment, which is ENABLED if not given.
func stateOf(s string) (string, error) {
	switch s {
	case "":
		return "ENABLED", nil
	case "ENABLED", "DISABLED":
		return s, nil
	default:
		return "", refused("state %q is not ENABLED or DISABLED", s)
	}
}

// environmentOf finds the caller's compute environment by name or ARN. The lock must be held.
func (s *Service) environmentOf(c awsjson.Caller, nameOrARN string) (*computeEnvironment, error) {
	e, ok := s.world(c).environments[localName(c, "compute-environment", nameOrARN)]
	if !ok {
		return nil, refused("compute environment %s not found", nameOrARN)
	}
	return e, nil
}
