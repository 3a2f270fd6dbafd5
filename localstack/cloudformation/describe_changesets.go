package cloudformation

import (
	"context"
	"time"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/awsquery"
)

type changeSetDetail struct {
	Name         string      `xml:"ChangeSetName"`
	ID           string      `xml:"ChangeSetId"`
	StackID      string      `xml:"StackId"`
	StackName    string      `xml:"StackName"`
	Description  string      `xml:"Description,omitempty"`
	Parameters   []parameter `xml:"Parameters>member"`
	Created      time.Time   `xml:"CreationTime"`
	Execution    string      `xml:"ExecutionStatus"`
	Status       string      `xml:"Status"`
	Reason       string      `xml:"StatusReason,omitempty"`
	Capabilities []string    `xml:"Capabilities>member"`
	Tags         []tag       `xml:"Tags>member"`
	Changes      []change    `xml:"Changes>member"`
	OnFailure    string      `xml:"OnStackFailure,omitempty"`
	Next         string      `xml:"NextToken,omitempty"`
}

func (s *Service) describeChangeSet(_ context.Context, c awsjson.Caller, in awsquery.Form) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, set, err := s.changeSet(c, in)
	if err != nil {
		return nil, err
	}
	out := changeSetDetail{
		Name: set.name, ID: set.id, StackID: st.id, StackName: st.name, Description: set.description,
		Parameters: set.intent.shown(),
		Created:    set.created.UTC(), Execution: set.execution, Status: set.status, Reason: set.reason,
		Capabilities: set.intent.capabilities,
		Tags:         set.intent.shownTags(), OnFailure: set.intent.onFailure,
	}
	out.Changes, out.Next, err = page(in, set.changes)
	return out, err
}

type changeSetSummary struct {
	Name      string    `xml:"ChangeSetName"`
	ID        string    `xml:"ChangeSetId"`
	StackID   string    `xml:"StackId"`
	StackName string    `xml:"StackName"`
	Created   time.Time `xml:"CreationTime"`
	Execution string    `xml:"ExecutionStatus"`
	Status    string    `xml:"Status"`
	Reason    string    `xml:"StatusReason,omitempty"`
}

func (s *Service) listChangeSets(_ context.Context, c awsjson.Caller, in awsquery.Form) (any, error) {
	var out struct {
		Summaries []changeSetSummary `xml:"Summaries>member"`
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st, err := s.stackOf(c, in.Text("StackName"))
	if err != nil {
		return nil, err
	}
	for _, set := range st.changeSets {
		out.Summaries = append(out.Summaries, changeSetSummary{
			set.name, set.id, st.id, st.name, set.created.UTC(), set.execution, set.status, set.reason,
		})
	}
	return out, nil
}
