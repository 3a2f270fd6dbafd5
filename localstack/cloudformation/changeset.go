package cloudformation

import (
	"context"
	"maps"
	"slices"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/awsquery"
)

// Why a change set has nothing to execute. The first is of a request that says what the stack
// already is, the second of one that says it in other words.
const (
	noChanges = "The submitted information didn't contain changes. Submit different information to create a change set."
	noUpdates = "No updates are to be performed."
)

type changeSetID struct {
	ID    string `xml:"Id"`
	Stack string `xml:"StackId"`
}

// createChangeSet answers CreateChangeSet. The change set is complete when it returns.
func (s *Service) createChangeSet(ctx context.Context, c awsjson.Caller, in awsquery.Form) (any, error) {
	name, setName, kind := in.Text("StackName"), in.Text("ChangeSetName"), in.Text("ChangeSetType")
	if kind == "" {
		kind = "UPDATE"
	}
	if err := checkName("stackName", name, stackNameID); err != nil {
		return nil, err
	}
	if err := checkName("changeSetName", setName, stackName); err != nil {
		return nil, err
	}
	was, err := s.before(c, name, setName, kind)
	if err != nil {
		return nil, err
	}
	want, err := s.readIntent(ctx, c, in, was)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.find(c, name)
	if st == nil {
		st = s.newStack(c, name)
		s.turnLocked(st, reviewInProgress, "User Initiated")
	}
	set := &changeSet{
		name: setName, id: c.ARN("cloudformation", "changeSet/"+setName+"/"+awsjson.NewID()),
		description: in.Text("Description"), kind: kind,
		intent: want, created: s.opts.Now(), status: createComplete, execution: "AVAILABLE",
	}
	found, err := s.changes(st, want)
	if err != nil {
		return nil, err
	}
	set.changes = found.resources
	if kind == "UPDATE" && !found.any() {
		set.status, set.execution, set.reason = "FAILED", "UNAVAILABLE", noUpdates
		if want.body == st.intent.body && maps.Equal(want.parameters, st.intent.parameters) {
			set.reason = noChanges
		}
	}
	st.changeSets = append(st.changeSets, set)
	return changeSetID{set.id, st.id}, nil
}

// before returns the intent that a change set is to change, nil for a new stack, or why there can be none.
func (s *Service) before(c awsjson.Caller, name, setName, kind string) (*intent, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.find(c, name)
	switch {
	case kind != "CREATE" && kind != "UPDATE":
		return nil, invalid("this stand-in for CloudFormation has no change sets of type %s", kind)
	case kind == "CREATE" && st == nil:
		return nil, checkName("stackName", name, stackName)
	case kind == "CREATE" && st.status != reviewInProgress:
		return nil, invalid("Stack [%s] already exists and cannot be created again with the changeSet [%s].", name,
			setName)
	case kind == "UPDATE" && (st == nil || st.status == deleteComplete):
		return nil, invalid("Stack [%s] does not exist", name)
	}
	if slices.ContainsFunc(st.changeSets, func(set *changeSet) bool { return set.name == setName }) {
		return nil, awsjson.Errorf("AlreadyExistsException", "ChangeSet %s already exists", setName)
	}
	if kind == "CREATE" {
		return nil, nil //nolint:nilnil // a new stack has no intent yet
	}
	was := st.intent
	return &was, st.checkUpdatable()
}

// executeChangeSet answers ExecuteChangeSet.
func (s *Service) executeChangeSet(_ context.Context, c awsjson.Caller, in awsquery.Form) (any, error) {
	s.mu.Lock()
	st, set, err := s.changeSet(c, in)
	if err == nil && set.execution != "AVAILABLE" {
		err = awsjson.Errorf("InvalidChangeSetStatus",
			"ChangeSet [%s] cannot be executed in its current execution status of [%s]", set.id, set.execution)
	}
	if err == nil && set.kind == "UPDATE" {
		err = st.checkUpdatable()
	}
	if err != nil {
		s.mu.Unlock()
		return nil, err
	}
	want := set.intent
	want.token = in.Text("ClientRequestToken")
	if in.True("DisableRollback") {
		want.onFailure = "DO_NOTHING"
	}
	set.execution = "EXECUTE_COMPLETE"
	// of what the stack was
	st.changeSets = slices.DeleteFunc(st.changeSets, func(other *changeSet) bool { return other != set })
	work := func(ctx context.Context) { s.updateStack(ctx, st, want) }
	if set.kind == "CREATE" {
		st.intent = want
		s.turnLocked(st, createInProgress, "User Initiated")
		work = func(ctx context.Context) { s.createStack(ctx, st, want) }
	} else {
		s.turnLocked(st, updateInProgress, "User Initiated")
	}
	s.mu.Unlock()
	s.begin(st, work)
	return struct{}{}, nil
}

// deleteChangeSet answers DeleteChangeSet. One that is not there is no error.
func (s *Service) deleteChangeSet(_ context.Context, c awsjson.Caller, in awsquery.Form) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, set, err := s.changeSet(c, in)
	if err != nil {
		if awsjson.ErrorOf(err).Code == "ChangeSetNotFound" {
			return struct{}{}, nil
		}
		return nil, err
	}
	st.changeSets = slices.DeleteFunc(st.changeSets, func(other *changeSet) bool { return other == set })
	return struct{}{}, nil
}

// changeSet finds the change set that a request names, by its ARN or beside its stack. The lock must be held.
func (s *Service) changeSet(c awsjson.Caller, in awsquery.Form) (*stack, *changeSet, error) {
	name, stackNameOrID := in.Text("ChangeSetName"), in.Text("StackName")
	for st := range s.of(c) {
		for _, set := range st.changeSets {
			if set.id == name {
				return st, set, nil
			}
		}
	}
	if stackNameOrID == "" {
		return nil, nil, invalid("StackName must be specified if ChangeSetName is not specified as an ARN.")
	}
	st := s.find(c, stackNameOrID)
	if st != nil {
		for _, set := range st.changeSets {
			if set.name == name {
				return st, set, nil
			}
		}
	}
	return nil, nil, &awsjson.Error{
		Status: 404, Code: "ChangeSetNotFound", Message: "ChangeSet [" + name + "] does not exist",
	}
}
