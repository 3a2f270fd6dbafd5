package cloudformation

import (
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"
	"time"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/cloudformation/template"
)

// Statuses of stacks and resources are made of a verb and how far it got.
const (
	createInProgress   = "CREATE_IN_PROGRESS"
	createComplete     = "CREATE_COMPLETE"
	createFailed       = "CREATE_FAILED"
	updateInProgress   = "UPDATE_IN_PROGRESS"
	updateComplete     = "UPDATE_COMPLETE"
	updateFailed       = "UPDATE_FAILED"
	deleteInProgress   = "DELETE_IN_PROGRESS"
	deleteComplete     = "DELETE_COMPLETE"
	deleteFailed       = "DELETE_FAILED"
	deleteSkipped      = "DELETE_SKIPPED"
	rollbackInProgress = "ROLLBACK_IN_PROGRESS"
	rollbackComplete   = "ROLLBACK_COMPLETE"
	rollbackFailed     = "ROLLBACK_FAILED"
	reviewInProgress   = "REVIEW_IN_PROGRESS"

	updateCleanup         = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
	updateRollback        = "UPDATE_ROLLBACK_IN_PROGRESS"
	updateRollbackFailed  = "UPDATE_ROLLBACK_FAILED"
	updateRollbackCleanup = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"
	updateRolledBack      = "UPDATE_ROLLBACK_COMPLETE"
)

// updatable are the statuses in which a stack can be updated.
var updatable = []string{createComplete, createFailed, updateComplete, updateFailed, updateRolledBack}

// A stack is one of an account and region. The service's lock guards it, but for what only the
// work on it uses.
type stack struct {
	caller  awsjson.Caller // account and region
	name    string
	id      string
	work    chan struct{} // closed when the last work on it is done; nil if there was none
	intent  intent
	created time.Time
	updated time.Time
	deleted time.Time

	status, reason string
	resources      map[string]*resource // by logical id
	outdated       []*resource          // replaced, and to be deleted when an update has gone well
	outputs        []output
	events         []event // oldest first
	changeSets     []*changeSet
	protected      bool // from deletion
}

// A resource is one of a stack.
type resource struct {
	Resource
	logicalID string
	kind      string
	status    string
	reason    string
	updated   time.Time
	// properties are what it was last made or changed to.
	properties map[string]any
	declared   template.Resource
}

// An output is a value of a stack.
type output struct {
	Key         string `xml:"OutputKey"`
	Value       string `xml:"OutputValue"`
	Description string `xml:"Description,omitempty"`
}

// Forms of the names of stacks and change sets.
var (
	stackName   = regexp.MustCompile(`^[a-zA-Z][-a-zA-Z0-9]{0,127}$`)
	stackNameID = regexp.MustCompile(`^[a-zA-Z][-a-zA-Z0-9]{0,127}$|^arn:[-a-zA-Z0-9:/._+]*$`)
)

func checkName(what, name string, form *regexp.Regexp) error {
	if form.MatchString(name) {
		return nil
	}
	if name == "" {
		return invalid("1 validation error detected: Value null at '%s' failed to satisfy constraint: Member must not be null", what)
	}
	if len(name) > 128 && !strings.HasPrefix(name, "arn:") {
		return invalid("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member must have length less than or equal to 128", name, what)
	}
	pattern := "[a-zA-Z][-a-zA-Z0-9]*"
	if form == stackNameID {
		pattern += "|arn:[-a-zA-Z0-9:/._+]*"
	}
	return invalid("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member must satisfy regular expression pattern: %s", name, what, pattern)
}

// of passes on the caller's stacks, the newest first. The lock must be held.
func (s *Service) of(c awsjson.Caller) iter.Seq[*stack] {
	return func(yield func(*stack) bool) {
		for _, st := range slices.Backward(s.stacks) {
			if st.caller.Account == c.Account && st.caller.Region == c.Region && !yield(st) {
				return
			}
		}
	}
}

// find returns the caller's stack of that name, or of that id even if it is deleted; nil if there is none.
// The lock must be held.
func (s *Service) find(c awsjson.Caller, nameOrID string) *stack {
	for st := range s.of(c) {
		if st.id == nameOrID || st.name == nameOrID && st.status != deleteComplete {
			return st
		}
	}
	return nil
}

// stackOf finds a stack that must be there. The lock must be held.
func (s *Service) stackOf(c awsjson.Caller, nameOrID string) (*stack, error) {
	if err := checkName("stackName", nameOrID, stackNameID); err != nil {
		return nil, err
	}
	if st := s.find(c, nameOrID); st != nil {
		return st, nil
	}
	return nil, missing(nameOrID)
}

func missing(nameOrID string) error { return invalid("Stack with id %s does not exist", nameOrID) }

// newStack adds a stack. The lock must be held.
func (s *Service) newStack(c awsjson.Caller, name string) *stack {
	st := &stack{
		caller: c, name: name, id: c.ARN("cloudformation", "stack/"+name+"/"+newID()), created: s.opts.Now(), resources: map[string]*resource{},
	}
	s.stacks = append(s.stacks, st)
	return st
}

// invalid is CloudFormation's refusal of a request.
func invalid(format string, args ...any) *awsjson.Error {
	return awsjson.Errorf("ValidationError", format, args...)
}

// own makes what is wrong with a template CloudFormation's own refusal.
func own(err error) error {
	var e *awsjson.Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	return invalid("%v", err)
}

// newID returns a random UUID.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
