package cloudformation

import (
	"context"
	"slices"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/awsquery"
)

type stackID struct {
	ID string `xml:"StackId"`
}

// createStackNow answers CreateStack.
func (s *Service) createStackNow(ctx context.Context, c awsjson.Caller, in awsquery.Form) (any, error) {
	name := in.Text("StackName")
	if err := checkName("stackName", name, stackName); err != nil {
		return nil, err
	}
	want, err := s.readIntent(ctx, c, in, nil)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	if s.find(c, name) != nil {
		s.mu.Unlock()
		return nil, awsjson.Errorf("AlreadyExistsException", "Stack [%s] already exists", name)
	}
	st := s.newStack(c, name)
	st.intent, st.protected = want, in.True("EnableTerminationProtection")
	s.turnLocked(st, createInProgress, "User Initiated")
	s.mu.Unlock()
	s.begin(st, func(ctx context.Context) { s.createStack(ctx, st, want) })
	return stackID{st.id}, nil
}

// updateStackNow answers UpdateStack.
func (s *Service) updateStackNow(ctx context.Context, c awsjson.Caller, in awsquery.Form) (any, error) {
	s.mu.Lock()
	st, err := s.stackOf(c, in.Text("StackName"))
	if err == nil {
		err = st.checkUpdatable()
	}
	if err != nil {
		s.mu.Unlock()
		return nil, err
	}
	was := st.intent
	s.mu.Unlock()
	want, err := s.readIntent(ctx, c, in, &was)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	if err := st.checkUpdatable(); err != nil { // another request may have come first
		s.mu.Unlock()
		return nil, err
	}
	changes, err := s.changes(st, want)
	if err == nil && !changes.any() {
		err = invalid("No updates are to be performed.")
	}
	if err != nil {
		s.mu.Unlock()
		return nil, err
	}
	s.turnLocked(st, updateInProgress, "User Initiated")
	s.mu.Unlock()
	s.begin(st, func(ctx context.Context) { s.updateStack(ctx, st, want) })
	return stackID{st.id}, nil
}

func (st *stack) checkUpdatable() error {
	if slices.Contains(updatable, st.status) {
		return nil
	}
	return invalid("Stack:%s is in %s state and can not be updated.", st.id, st.status)
}

// deleteStackNow answers DeleteStack. A stack that is not there is no error.
func (s *Service) deleteStackNow(_ context.Context, c awsjson.Caller, in awsquery.Form) (any, error) {
	name := in.Text("StackName")
	if err := checkName("stackName", name, stackNameID); err != nil {
		return nil, err
	}
	keep := map[string]bool{}
	for _, id := range in.Texts("RetainResources") {
		keep[id] = true
	}
	s.mu.Lock()
	st := s.find(c, name)
	switch {
	case st == nil || st.status == deleteComplete:
		s.mu.Unlock()
		return struct{}{}, nil
	case st.protected:
		s.mu.Unlock()
		return nil, invalid("Stack [%s] cannot be deleted while TerminationProtection is enabled", st.name)
	case len(keep) > 0 && st.status != deleteFailed:
		s.mu.Unlock()
		return nil, invalid("Invalid operation on stack [%s]. Specify RetainResources only on a stack in "+
			"DELETE_FAILED state.", st.id)
	}
	s.mu.Unlock()
	s.begin(st, func(ctx context.Context) { s.deleteStack(ctx, st, keep) })
	return struct{}{}, nil
}

func (s *Service) updateTerminationProtection(_ context.Context, c awsjson.Caller, in awsquery.Form) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, err := s.stackOf(c, in.Text("StackName"))
	if err != nil {
		return nil, err
	}
	st.protected = in.True("EnableTerminationProtection")
	return stackID{st.id}, nil
}

// An operation answers an action with what encoding/xml encodes.
type operation func(ctx context.Context, c awsjson.Caller, in awsquery.Form) (any, error)
