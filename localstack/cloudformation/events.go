package cloudformation

import (
	"encoding/json"
	"strings"

	"ecrmirror/localstack/awsjson"
)

// stackType is what a stack's own events are of.
const stackType = "AWS::CloudFormation::Stack"

// turn gives the stack another status, and tells why.
func (s *Service) turn(st *stack, status, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turnLocked(st, status, reason)
}

// turnLocked is turn where the lock is held.
func (s *Service) turnLocked(st *stack, status, reason string) {
	st.status, st.reason = status, reason
	now := s.opts.Now()
	switch status {
	case updateInProgress:
		st.updated = now
	case deleteComplete:
		st.deleted = now
	}
	st.events = append(st.events, event{
		StackID: st.id, ID: awsjson.NewID(), StackName: st.name, LogicalID: st.name, PhysicalID: st.id, Type: stackType,
		Time: now.UTC(), Status: status, Reason: reason, Token: st.intent.token,
	})
	if s.opts.OnStatus != nil {
		s.opts.OnStatus(Status{
			Account: st.caller.Account, Region: st.caller.Region, StackID: st.id, Status: status, Reason: reason,
			Client: st.intent.token,
		})
	}
}

// mark gives a resource another status, and tells why.
func (s *Service) mark(st *stack, r *resource, status, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.status, r.reason, r.updated = status, reason, s.opts.Now()
	properties := ""
	if !strings.HasPrefix(status, "DELETE") {
		doc, _ := json.Marshal(r.properties) // they came out of JSON
		properties = string(doc)
	}
	st.events = append(st.events, event{
		StackID: st.id, ID: r.logicalID + "-" + status + "-" + awsjson.NewID(), StackName: st.name, LogicalID: r.logicalID,
		PhysicalID: r.ID, Type: r.kind,
		Time: r.updated.UTC(), Status: status, Reason: reason, Properties: properties, Token: st.intent.token,
	})
}
