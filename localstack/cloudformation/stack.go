package cloudformation

import (
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

// A changeSet is an intent that waits to be executed.
type changeSet struct {
	name, id, description string
	kind                  string // CREATE or UPDATE
	intent                intent
	created               time.Time
	status, reason        string
	execution             string // AVAILABLE, UNAVAILABLE, EXECUTE_COMPLETE or OBSOLETE
	changes               []change
}

// An intent is what a stack is to be.
type intent struct {
	body         string
	template     *template.Template
	parameters   map[string]string // as given, or their defaults
	values       map[string]any    // what they stand for
	tags         map[string]string
	capabilities []string
	onFailure    string // ROLLBACK, DELETE or DO_NOTHING
	description  string
	token        string
}

// An event is a step of the work on a stack.
type event struct {
	StackID    string    `xml:"StackId"`
	ID         string    `xml:"EventId"`
	StackName  string    `xml:"StackName"`
	LogicalID  string    `xml:"LogicalResourceId"`
	PhysicalID string    `xml:"PhysicalResourceId"`
	Type       string    `xml:"ResourceType"`
	Time       time.Time `xml:"Timestamp"`
	Status     string    `xml:"ResourceStatus"`
	Reason     string    `xml:"ResourceStatusReason,omitempty"`
	Properties string    `xml:"ResourceProperties,omitempty"`
	Token      string    `xml:"ClientRequestToken,omitempty"`
}

// A change is what an update does to a resource.
type change struct {
	Action      string   `xml:"ResourceChange>Action"` // Add, Modify or Remove
	LogicalID   string   `xml:"ResourceChange>LogicalResourceId"`
	PhysicalID  string   `xml:"ResourceChange>PhysicalResourceId,omitempty"`
	Type        string   `xml:"ResourceChange>ResourceType"`
	Replacement string   `xml:"ResourceChange>Replacement,omitempty"` // True or False, of Modify
	Scope       []string `xml:"ResourceChange>Scope>member"`
	Details     []detail `xml:"ResourceChange>Details>member"`
	Kind        string   `xml:"Type"` // Resource
}

// A detail is a property that a change changes.
type detail struct {
	Attribute  string `xml:"Target>Attribute"`
	Name       string `xml:"Target>Name"`
	Recreation string `xml:"Target>RequiresRecreation"` // Never or Always
	Evaluation string `xml:"Evaluation"`
	Source     string `xml:"ChangeSource"`
}
