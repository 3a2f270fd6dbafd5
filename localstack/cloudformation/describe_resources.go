package cloudformation

import (
	"context"
	"maps"
	"slices"
	"time"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/awsquery"
)

type resourceDetail struct {
	StackID    string    `xml:"StackId"`
	StackName  string    `xml:"StackName"`
	LogicalID  string    `xml:"LogicalResourceId"`
	PhysicalID string    `xml:"PhysicalResourceId,omitempty"`
	Type       string    `xml:"ResourceType"`
	Time       time.Time `xml:"Timestamp"`
	Updated    time.Time `xml:"LastUpdatedTimestamp"` // as some actions call Timestamp
	Status     string    `xml:"ResourceStatus"`
	Reason     string    `xml:"ResourceStatusReason,omitempty"`
}

// resourceDetails describes the stack's resources. The lock must be held.
func (st *stack) resourceDetails() []resourceDetail {
	list := []resourceDetail{}
	for _, id := range slices.Sorted(maps.Keys(st.resources)) {
		r := st.resources[id]
		list = append(list, resourceDetail{
			StackID: st.id, StackName: st.name, LogicalID: id, PhysicalID: r.ID, Type: r.kind, Time: r.updated.UTC(),
			Updated: r.updated.UTC(),
			Status:  r.status, Reason: r.reason,
		})
	}
	return list
}

func (s *Service) describeStackResources(_ context.Context, c awsjson.Caller, in awsquery.Form) (any, error) {
	var out struct {
		Resources []resourceDetail `xml:"StackResources>member"`
	}
	if in.Has("PhysicalResourceId") {
		return nil, invalid("this stand-in for CloudFormation finds resources by StackName only")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st, err := s.stackOf(c, in.Text("StackName"))
	if err != nil {
		return nil, err
	}
	out.Resources = st.resourceDetails()
	if id := in.Text("LogicalResourceId"); id != "" {
		out.Resources = slices.DeleteFunc(out.Resources, func(r resourceDetail) bool { return r.LogicalID != id })
	}
	return out, nil
}

func (s *Service) describeStackResource(_ context.Context, c awsjson.Caller, in awsquery.Form) (any, error) {
	var out struct {
		Resource resourceDetail `xml:"StackResourceDetail"`
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st, err := s.stackOf(c, in.Text("StackName"))
	if err != nil {
		return nil, err
	}
	for _, r := range st.resourceDetails() {
		if r.LogicalID == in.Text("LogicalResourceId") {
			out.Resource = r
			return out, nil
		}
	}
	return nil, invalid("Resource %s does not exist for stack %s", in.Text("LogicalResourceId"), st.name)
}

func (s *Service) listStackResources(_ context.Context, c awsjson.Caller, in awsquery.Form) (any, error) {
	var out struct {
		Resources []resourceDetail `xml:"StackResourceSummaries>member"`
		Next      string           `xml:"NextToken,omitempty"`
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st, err := s.stackOf(c, in.Text("StackName"))
	if err != nil {
		return nil, err
	}
	out.Resources, out.Next, err = page(in, st.resourceDetails())
	return out, err
}
