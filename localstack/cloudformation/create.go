package cloudformation

import "context"

// create makes all resources of a new stack, and where one fails, deletes them again.
func (s *Service) createStack(ctx context.Context, st *stack, in intent) {
	scope := s.scope(st, in, always)
	ids, err := wanted(scope, in)
	if err != nil {
		s.failCreate(ctx, st, in, err.Error())
		return
	}
	for _, id := range ids {
		if _, err := s.make(ctx, st, scope, in, id); err != nil {
			s.failCreate(ctx, st, in, "The following resource(s) failed to create: "+bracketed([]string{id})+". ")
			return
		}
	}
	if err := s.evaluateOutputs(st, scope, in); err != nil {
		s.failCreate(ctx, st, in, reason(err))
		return
	}
	s.turn(st, createComplete, "")
}

// failCreate ends the creation of a stack as its caller wants failures to end.
func (s *Service) failCreate(ctx context.Context, st *stack, in intent, why string) {
	switch in.onFailure {
	case "DO_NOTHING":
		s.turn(st, createFailed, why)
		return
	case "DELETE":
		s.turn(st, createFailed, why)
		s.deleteStack(ctx, st, nil)
		return
	}
	s.turn(st, rollbackInProgress, why+"Rollback requested by user.")
	// DeletionPolicy Retain holds here too; RetainExceptOnCreate is there for those who do not want that.
	failed := s.removeAll(ctx, st, s.all(st), func(r *resource) bool { return r.declared.DeletionPolicy == "Retain" })
	if len(failed) > 0 {
		s.turn(st, rollbackFailed, "The following resource(s) failed to delete: "+bracketed(failed)+". ")
		return
	}
	s.turn(st, rollbackComplete, "")
}

// deleteStack deletes the stack's resources but those that are retained.
func (s *Service) deleteStack(ctx context.Context, st *stack, keep map[string]bool) {
	s.turn(st, deleteInProgress, "User Initiated")
	failed := s.removeAll(ctx, st, s.all(st), func(r *resource) bool { return retained(r) || keep[r.logicalID] })
	if len(failed) > 0 {
		s.turn(st, deleteFailed, "The following resource(s) failed to delete: "+bracketed(failed)+". ")
		return
	}
	s.turn(st, deleteComplete, "")
}
