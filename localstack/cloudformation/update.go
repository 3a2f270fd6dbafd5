package cloudformation

import (
	"context"
	"reflect"
	"slices"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/cloudformation/template"
)

// An update is the work of changing a stack, with what it takes to undo it.
type update struct {
	*Service
	st       *stack
	in       intent
	done     []step      // what was changed, in order
	outdated []*resource // what was replaced
}

// A step is a resource that was changed, replaced or made.
type step struct {
	was, is *resource // was is nil for what was made
}

// updateStack changes a stack to what in wants.
func (s *Service) updateStack(ctx context.Context, st *stack, in intent) {
	u := &update{Service: s, st: st, in: in}
	scope := s.scope(st, in, always)
	ids, err := wanted(scope, in)
	if err != nil {
		u.rollBack(ctx, err.Error())
		return
	}
	for _, id := range ids {
		if err := u.change(ctx, scope, id); err != nil {
			u.rollBack(ctx, "The following resource(s) failed to "+u.verb(id)+": "+bracketed([]string{id})+". ")
			return
		}
	}
	if err := s.evaluateOutputs(st, scope, in); err != nil {
		u.rollBack(ctx, reason(err))
		return
	}
	u.cleanUp(ctx, ids)
}

// verb is what was done to the resource that failed last.
func (u *update) verb(id string) string {
	for _, step := range u.done {
		if step.is.logicalID == id && step.was == nil {
			return "create"
		}
	}
	return "update"
}

// change makes, changes or replaces a resource where it is not yet what the intent wants.
func (u *update) change(ctx context.Context, scope *template.Scope, id string) error {
	was := u.st.resources[id]       // nobody else changes the map meanwhile
	if was == nil || was.ID == "" { // the latter is what failed, and was left
		r, err := u.make(ctx, u.st, scope, u.in, id)
		u.done = append(u.done, step{nil, r})
		return err
	}
	declared := u.in.template.Resources[id]
	properties, err := u.propertiesOf(scope, u.in, id)
	is := &resource{
		Resource: was.Resource, logicalID: id, kind: declared.Type, declared: declared, properties: properties,
	}
	switch {
	case err != nil:
		u.mark(u.st, was, updateFailed, reason(err))
		return err
	case reflect.DeepEqual(was.properties, properties):
		u.mu.Lock() // policies may have changed, without an event
		is.status, is.reason, is.updated = was.status, was.reason, was.updated
		u.st.resources[id] = is
		u.mu.Unlock()
		u.done = append(u.done, step{was, is})
		return nil
	}
	u.put(u.st, is)
	u.done = append(u.done, step{was, is})
	if len(u.types[is.kind].Replaced(was.properties, properties)) > 0 {
		return u.replace(ctx, was, is)
	}
	u.mark(u.st, is, updateInProgress, "")
	if err := u.alter(ctx, was, is); err != nil {
		u.mark(u.st, is, updateFailed, reason(err))
		return err
	}
	u.mark(u.st, is, updateComplete, "")
	return nil
}

// alter has the provider change the resource in place.
func (u *update) alter(ctx context.Context, was, is *resource) error {
	made, err := u.opts.Providers[is.kind].Update(ctx, u.st.updateRequest(was, is), was.Resource)
	if err != nil {
		return err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	is.Resource = made
	return nil
}

// replace makes a new resource in place of one that cannot be changed.
func (u *update) replace(ctx context.Context, was, is *resource) error {
	kind := u.types[is.kind]
	old, _ := kind.CustomName(was.properties)
	if name, custom := kind.CustomName(is.properties); custom && name == old {
		err := invalid("CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename "+
			"%s and update the stack again.", name)
		u.mark(u.st, is, updateFailed, err.Message)
		return err
	}
	u.mark(u.st, is, updateInProgress,
		"Requested update requires the creation of a new physical resource; hence creating one.")
	if err := u.create(ctx, u.st, is); err != nil {
		u.mark(u.st, is, updateFailed, reason(err))
		return err
	}
	u.mark(u.st, is, updateInProgress, "Resource creation Initiated")
	u.mark(u.st, is, updateComplete, "")
	u.outdated = append(u.outdated, was)
	return nil
}

// cleanUp deletes what the stack does not need any more. What will not go stays, without harm to the update.
func (u *update) cleanUp(ctx context.Context, ids []string) {
	u.turn(u.st, updateCleanup, "")
	gone := append(u.st.outdated, u.outdated...)
	replaced := len(gone)
	for _, r := range u.all(u.st) {
		if !slices.Contains(ids, r.logicalID) {
			gone = append(gone, r)
		}
	}
	u.removeAll(ctx, u.st, gone, func(r *resource) bool {
		if slices.Contains(gone[:replaced], r) {
			return r.declared.UpdateReplacePolicy == "Retain"
		}
		return retained(r)
	})
	u.mu.Lock()
	u.st.intent, u.st.outdated = u.in, nil
	u.mu.Unlock()
	u.turn(u.st, updateComplete, "")
}

// rollBack brings the stack back to what it was.
func (u *update) rollBack(ctx context.Context, why string) {
	if u.in.onFailure == "DO_NOTHING" {
		u.st.outdated = append(u.st.outdated, u.outdated...)
		u.turn(u.st, updateFailed, why)
		return
	}
	u.turn(u.st, updateRollback, why)
	var made []*resource
	for _, step := range slices.Backward(u.done) {
		if step.was == nil {
			made = append(made, step.is)
			continue
		}
		replaced, err := u.undo(ctx, step)
		if err != nil {
			u.turn(u.st, updateRollbackFailed,
				"The following resource(s) failed to update: "+bracketed([]string{step.was.logicalID})+". ")
			return
		}
		if replaced {
			made = append(made, step.is)
		}
	}
	u.turn(u.st, updateRollbackCleanup, "")
	// events tell what stays
	u.removeAll(ctx, u.st, made, func(r *resource) bool { return r.declared.DeletionPolicy == "Retain" })
	u.turn(u.st, updateRolledBack, "")
}

// undo takes a step back. It tells whether a new resource is left over.
func (u *update) undo(ctx context.Context, step step) (replaced bool, err error) {
	was, is := step.was, step.is
	if reflect.DeepEqual(was.properties, is.properties) {
		u.put(u.st, was)
		return false, nil
	}
	if len(u.types[is.kind].Replaced(was.properties, is.properties)) > 0 {
		u.put(u.st, was)
		if is.ID == was.ID { // it was never made
			u.mark(u.st, was, updateComplete, "")
			return false, nil
		}
		u.mark(u.st, was, updateInProgress, "")
		u.mark(u.st, was, updateComplete, "")
		return true, nil
	}
	u.put(u.st, was)
	u.mark(u.st, was, updateInProgress, "")
	made, err := u.opts.Providers[was.kind].Update(ctx, u.st.updateRequest(is, was), is.Resource)
	if err != nil {
		u.mark(u.st, was, updateFailed, awsjson.ErrorOf(err).Message)
		return false, err
	}
	u.mu.Lock()
	was.Resource = made
	u.mu.Unlock()
	u.mark(u.st, was, updateComplete, "")
	return false, nil
}
