package batch

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"ecrmirror/localstack/awsjson"
)

func (s *Service) registerJobDefinition(_ context.Context, c awsjson.Caller, in struct {
	jobDefinition
	ECS  json.RawMessage `json:"ecsProperties"`
	EKS  json.RawMessage `json:"eksProperties"`
	Node json.RawMessage `json:"nodeProperties"`
},
) (any, error) {
	d := in.jobDefinition
	switch {
	case given(in.ECS), given(in.EKS), given(in.Node):
		return nil, refused("the stand-in for Batch has single-container jobs on Amazon ECS only")
	case d.Type != "container":
		return nil, refused("type %q is not container", d.Type)
	}
	if err := d.check(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.world(c)
	d.Revision = len(w.definitions[d.Name]) + 1
	d.ARN = c.ARN("batch", "job-definition/"+d.Name+":"+strconv.Itoa(d.Revision))
	d.Status, d.Orchestration = "ACTIVE", "ECS"
	w.definitions[d.Name] = append(w.definitions[d.Name], &d)
	return map[string]any{"jobDefinitionName": d.Name, "jobDefinitionArn": d.ARN, "revision": d.Revision}, nil
}

func (d *jobDefinition) check() error {
	if err := checkName("jobDefinitionName", d.Name); err != nil {
		return err
	}
	switch {
	case d.Container == nil || d.Container.Image == "":
		return refused("containerProperties.image must be provided")
	case len(d.Container.Secrets)+len(d.Container.MountPoints)+len(d.Container.Volumes) > 0:
		return refused("the stand-in for Batch does not have secrets, mount points and volumes")
	}
	if err := checkResources(d.Container.Resources); err != nil {
		return err
	}
	if err := checkCommand(d.Container.Command); err != nil {
		return err
	}
	if err := checkEnvironment(d.Container.Environment); err != nil {
		return err
	}
	if err := d.Retry.check(); err != nil {
		return err
	}
	if err := checkTags(d.Tags); err != nil {
		return err
	}
	return d.Timeout.check()
}

// definition finds the caller's definition by name, name:revision or ARN; without
// a revision it is the latest active one. The lock must be held.
func (s *Service) definition(c awsjson.Caller, nameOrARN string) (*jobDefinition, error) {
	local := localName(c, "job-definition", nameOrARN)
	name, revision, ok := splitRevision(local)
	all := s.world(c).definitions[name]
	if !ok || revision > len(all) {
		all = nil
	}
	if revision > 0 && len(all) > 0 {
		all = all[revision-1 : revision]
	}
	for _, d := range slices.Backward(all) {
		if d.Status == "ACTIVE" {
			return d, nil
		}
	}
	return nil, refused("JobDefinition %s not found or inactive", nameOrARN)
}

func (s *Service) deregisterJobDefinition(_ context.Context, c awsjson.Caller, in struct {
	Definition string `json:"jobDefinition"`
},
) (any, error) {
	local := localName(c, "job-definition", in.Definition)
	name, revision, ok := splitRevision(local)
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.world(c).definitions[name]
	if !ok || revision == 0 || revision > len(all) {
		return nil, refused("JobDefinition %s not found; name:revision or an ARN with the revision is needed",
			in.Definition)
	}
	all[revision-1].Status = "INACTIVE"
	return struct{}{}, nil
}

// describeJobDefinitions lists the greatest revision of each name first. Batch documents no order, and no caller may
// take one for granted.
func (s *Service) describeJobDefinitions(_ context.Context, c awsjson.Caller, in struct {
	page
	Names  []string `json:"jobDefinitions"`
	Name   string   `json:"jobDefinitionName"`
	Status string   `json:"status"`
},
) (any, error) {
	switch {
	case len(in.Names) > 100:
		return nil, refused("at most 100 job definitions may be given, got %d", len(in.Names))
	case len(in.Names) > 0 && (in.Name != "" || in.Status != "" || in.MaxResults != nil || in.NextToken != nil):
		return nil, refused("jobDefinitions can't be used with other parameters")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.world(c)
	list := []jobDefinition{}
	for _, name := range slices.Sorted(maps.Keys(w.definitions)) {
		for _, d := range slices.Backward(w.definitions[name]) {
			if d.matches(in.Names, in.Name, in.Status) {
				list = append(list, *d)
			}
		}
	}
	list, next, err := cutAll(in.page, "job-definition", list)
	return map[string]any{"jobDefinitions": list, "nextToken": next}, err
}

// matches tells whether the definition is one of names (ARN with the revision, or name:revision), if there are any,
// has that name and that status, if they are given. That names can't be used with the others, and have no other forms,
// is what the API's reference says of DescribeJobDefinitions.
func (d *jobDefinition) matches(names []string, name, status string) bool {
	revision := d.Name + ":" + strconv.Itoa(d.Revision)
	if len(names) > 0 && !slices.Contains(names, d.ARN) && !slices.Contains(names, revision) {
		return false
	}
	return (name == "" || name == d.Name) && (status == "" || status == d.Status)
}

// given tells whether a member of a request was there and not empty.
func given(raw json.RawMessage) bool {
	switch string(raw) {
	case "", "null", "[]", "{}":
		return false
	default:
		return true
	}
}
