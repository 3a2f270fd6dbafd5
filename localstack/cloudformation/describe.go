package cloudformation

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/awsquery"
)

// pageSize is how many events, stacks or resources an answer has.
const pageSize = 100

// page returns the items from where the request's token says, and the token of those after them.
func page[T any](in awsquery.Form, all []T) (items []T, next string, err error) {
	start := 0
	if token := in.Text("NextToken"); token != "" {
		if start, err = strconv.Atoi(token); err != nil || start < 0 || start > len(all) {
			return nil, "", invalid("Invalid NextToken")
		}
	}
	end := min(start+pageSize, len(all))
	if end < len(all) {
		next = strconv.Itoa(end)
	}
	return all[start:end], next, nil
}

type parameter struct {
	Key      string `xml:"ParameterKey"`
	Value    string `xml:"ParameterValue"`
	Resolved string `xml:"ResolvedValue,omitempty"`
}

type tag struct {
	Key   string `xml:"Key"`
	Value string `xml:"Value"`
}

type stackDetail struct {
	ID           string      `xml:"StackId"`
	Name         string      `xml:"StackName"`
	Description  string      `xml:"Description,omitempty"`
	Parameters   []parameter `xml:"Parameters>member"`
	Created      time.Time   `xml:"CreationTime"`
	Updated      *time.Time  `xml:"LastUpdatedTime"`
	Deleted      *time.Time  `xml:"DeletionTime"`
	Status       string      `xml:"StackStatus"`
	Reason       string      `xml:"StackStatusReason,omitempty"`
	Capabilities []string    `xml:"Capabilities>member"`
	Outputs      []output    `xml:"Outputs>member"`
	Tags         []tag       `xml:"Tags>member"`
	Protected    bool        `xml:"EnableTerminationProtection"`
	NoRollback   bool        `xml:"DisableRollback"`
}

// detail describes the stack. The lock must be held.
func (st *stack) detail() stackDetail {
	return stackDetail{
		ID: st.id, Name: st.name, Description: st.intent.description, Parameters: st.intent.shown(),
		Created: st.created.UTC(),
		Updated: unlessZero(st.updated), Deleted: unlessZero(st.deleted), Status: st.status, Reason: st.reason,
		Capabilities: st.intent.capabilities,
		Outputs:      st.outputs, Tags: st.intent.shownTags(), Protected: st.protected,
		NoRollback: st.intent.onFailure == "DO_NOTHING",
	}
}

func unlessZero(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// shown are the parameters without secrets.
func (in intent) shown() []parameter {
	list := []parameter{}
	for _, name := range slices.Sorted(maps.Keys(in.parameters)) {
		declared := in.template.Parameters[name]
		p := parameter{Key: name, Value: in.parameters[name]}
		if _, stored := declared.Stored(); stored {
			p.Resolved, _ = in.values[name].(string)
		}
		if declared.Hidden() {
			p = parameter{Key: name, Value: "****"}
		}
		list = append(list, p)
	}
	return list
}

func (in intent) shownTags() []tag {
	list := []tag{}
	for _, key := range slices.Sorted(maps.Keys(in.tags)) {
		list = append(list, tag{key, in.tags[key]})
	}
	return list
}

// describeStacks answers DescribeStacks: of one stack, or of all that are not deleted.
func (s *Service) describeStacks(_ context.Context, c awsjson.Caller, in awsquery.Form) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out struct {
		Stacks []stackDetail `xml:"Stacks>member"`
		Next   string        `xml:"NextToken,omitempty"`
	}
	if name := in.Text("StackName"); name != "" {
		st, err := s.stackOf(c, name)
		if err != nil {
			return nil, err
		}
		out.Stacks = append(out.Stacks, st.detail())
		return out, nil
	}
	for st := range s.of(c) {
		if st.status != deleteComplete {
			out.Stacks = append(out.Stacks, st.detail())
		}
	}
	var err error
	out.Stacks, out.Next, err = page(in, out.Stacks)
	return out, err
}

type stackSummary struct {
	ID      string     `xml:"StackId"`
	Name    string     `xml:"StackName"`
	About   string     `xml:"TemplateDescription,omitempty"`
	Created time.Time  `xml:"CreationTime"`
	Updated *time.Time `xml:"LastUpdatedTime"`
	Deleted *time.Time `xml:"DeletionTime"`
	Status  string     `xml:"StackStatus"`
	Reason  string     `xml:"StackStatusReason,omitempty"`
}

// listStacks answers ListStacks: deleted ones are among them.
func (s *Service) listStacks(_ context.Context, c awsjson.Caller, in awsquery.Form) (any, error) {
	filter := in.Texts("StackStatusFilter")
	s.mu.Lock()
	defer s.mu.Unlock()
	var out struct {
		Stacks []stackSummary `xml:"StackSummaries>member"`
		Next   string         `xml:"NextToken,omitempty"`
	}
	for st := range s.of(c) {
		if len(filter) > 0 && !slices.Contains(filter, st.status) {
			continue
		}
		d := st.detail()
		out.Stacks = append(out.Stacks, stackSummary{
			d.ID, d.Name, d.Description, d.Created, d.Updated, d.Deleted, d.Status, d.Reason,
		})
	}
	var err error
	out.Stacks, out.Next, err = page(in, out.Stacks)
	return out, err
}

// describeStackEvents answers DescribeStackEvents, the newest first.
func (s *Service) describeStackEvents(_ context.Context, c awsjson.Caller, in awsquery.Form) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, err := s.stackOf(c, in.Text("StackName"))
	if err != nil {
		return nil, invalid("Stack [%s] does not exist", in.Text("StackName"))
	}
	events := slices.Clone(st.events)
	slices.Reverse(events)
	var out struct {
		Events []event `xml:"StackEvents>member"`
		Next   string  `xml:"NextToken,omitempty"`
	}
	out.Events, out.Next, err = page(in, events)
	return out, err
}
