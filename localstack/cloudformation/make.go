package cloudformation

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/cloudformation/template"
)

// reason tells what a provider's error is, as CloudFormation tells it of resource handlers.
func reason(err error) string {
	code := awsjson.ErrorOf(err).Code
	if code == "ValidationError" { // CloudFormation's own
		return awsjson.ErrorOf(err).Message
	}
	return fmt.Sprintf("Resource handler returned message: %q", err.Error())
}

// wanted returns the ids of the intent's resources whose conditions hold, in the order in which they are made.
func wanted(scope *template.Scope, in intent) ([]string, error) {
	order, err := in.template.Order()
	if err != nil {
		return nil, own(err)
	}
	var ids []string
	for _, id := range order {
		holds, err := scope.Holds(in.template.Resources[id].Condition)
		if err != nil {
			return nil, own(err)
		}
		if holds {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// make makes a resource that is not there. On failure, what it tells is in the events.
func (s *Service) make(ctx context.Context, st *stack, scope *template.Scope, in intent, id string) (*resource, error) {
	declared := in.template.Resources[id]
	r := &resource{logicalID: id, kind: declared.Type, declared: declared}
	s.put(st, r)
	s.mark(st, r, createInProgress, "")
	properties, err := s.propertiesOf(scope, in, id)
	if err == nil {
		r.properties = properties
		err = s.create(ctx, st, r)
	}
	if err != nil {
		s.mark(st, r, createFailed, reason(err))
		return r, err
	}
	s.mark(st, r, createInProgress, "Resource creation Initiated")
	s.mark(st, r, createComplete, "")
	return r, nil
}

// create has the provider make the resource of r's properties.
func (s *Service) create(ctx context.Context, st *stack, r *resource) error {
	made, err := s.opts.Providers[r.kind].Create(ctx, st.request(r))
	s.mu.Lock()
	defer s.mu.Unlock()
	r.Resource = made
	return err
}

// put makes r the stack's resource of its id.
func (s *Service) put(st *stack, r *resource) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st.resources[r.logicalID] = r
}

// drop takes the resource out of the stack.
func (s *Service) drop(st *stack, r *resource) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if st.resources[r.logicalID] == r {
		delete(st.resources, r.logicalID)
	}
}

// remove deletes a resource, or keeps it where keep says so.
func (s *Service) remove(ctx context.Context, st *stack, r *resource, keep bool) error {
	if r.ID == "" { // it was never made
		s.drop(st, r)
		return nil
	}
	if keep {
		s.mark(st, r, deleteSkipped, "")
		s.drop(st, r)
		return nil
	}
	s.mark(st, r, deleteInProgress, "")
	if err := s.opts.Providers[r.kind].Delete(ctx, st.request(r), r.Resource); err != nil {
		s.mark(st, r, deleteFailed, reason(err))
		return err
	}
	s.mark(st, r, deleteComplete, "")
	s.drop(st, r)
	return nil
}

// retained tells whether deleting the stack's resource leaves the thing itself.
func retained(r *resource) bool {
	return r.declared.DeletionPolicy == "Retain" || r.declared.DeletionPolicy == "RetainExceptOnCreate"
}

// removeAll deletes resources, those first that others depend on last, and returns the ids of those that would not go.
func (s *Service) removeAll(
	ctx context.Context, st *stack, list []*resource, keep func(*resource) bool,
) (failed []string) {
	for _, r := range backward(list) {
		if blocked(r, list, failed) {
			continue // something that needs it is still there
		}
		if err := s.remove(ctx, st, r, keep(r)); err != nil {
			failed = append(failed, r.logicalID)
		}
	}
	slices.Sort(failed)
	return failed
}

// blocked tells whether one of the failed needs r.
func blocked(r *resource, list []*resource, failed []string) bool {
	return slices.ContainsFunc(list, func(other *resource) bool {
		return slices.Contains(failed, other.logicalID) && slices.Contains(other.needs(), r.logicalID)
	})
}

// needs are the ids that the resource's declaration refers to.
func (r *resource) needs() []string {
	one := template.Template{Resources: map[string]template.Resource{r.logicalID: r.declared}}
	return one.Mentions(r.logicalID)
}

// backward returns the resources in an order in which each comes before those that it needs. There
// may be several of one id, of which all but one were replaced.
func backward(list []*resource) []*resource {
	left := slices.SortedStableFunc(slices.Values(list),
		func(a, b *resource) int { return strings.Compare(a.logicalID, b.logicalID) })
	var order []*resource
	for len(left) > 0 {
		needed := map[string]bool{}
		for _, r := range left {
			for _, id := range r.needs() {
				needed[id] = true
			}
		}
		free := slices.DeleteFunc(slices.Clone(left), func(r *resource) bool { return needed[r.logicalID] })
		if len(free) == 0 { // never: templates have no circles
			free = left
		}
		order = append(order, free...)
		left = slices.DeleteFunc(left, func(r *resource) bool { return slices.Contains(free, r) })
	}
	return order
}

// all returns the stack's resources.
func (s *Service) all(st *stack) []*resource {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(st.resources))
}

// evaluateOutputs gives the stack its outputs.
func (s *Service) evaluateOutputs(st *stack, scope *template.Scope, in intent) error {
	outputs, err := outputsOf(scope, in)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st.outputs = outputs
	return nil
}

func outputsOf(scope *template.Scope, in intent) ([]output, error) {
	outputs := []output{}
	for _, key := range slices.Sorted(maps.Keys(in.template.Outputs)) {
		declared := in.template.Outputs[key]
		holds, err := scope.Holds(declared.Condition)
		if err != nil {
			return nil, own(err)
		}
		if !holds {
			continue
		}
		value, err := scope.Evaluate(declared.Value)
		if err != nil {
			return nil, own(err)
		}
		text, ok := template.Text(value)
		if !ok {
			return nil, invalid("Template format error: The Value field of output %s must evaluate to a String.", key)
		}
		outputs = append(outputs, output{Key: key, Value: text, Description: declared.Description})
	}
	return outputs, nil
}

func bracketed(ids []string) string { return "[" + strings.Join(ids, ", ") + "]" }
