package cloudformation

import (
	"context"

	"ecrmirror/localstack/awsjson"
)

// A Provider makes the resources of one type.
type Provider interface {
	// Create makes a resource. One that it returns beside an error is there all the same, and will be deleted.
	Create(ctx context.Context, r Request) (Resource, error)
	// Update changes a resource in place to the request's properties.
	Update(ctx context.Context, r Request, was Resource) (Resource, error)
	// Delete deletes a resource. That it is gone already is no error.
	Delete(ctx context.Context, r Request, was Resource) error
}

// A Request tells a provider what is wanted. Its functions are evaluated, and the tags of the stack are among its own.
type Request struct {
	Caller     awsjson.Caller // whose stack it is
	StackName  string
	LogicalID  string
	Type       string
	Name       string // for a resource to which the template gives no name; unique
	Properties map[string]any
	Old        map[string]any // what the properties were, for Update
}

// A Resource is what a provider has made.
type Resource struct {
	ID         string         // the physical id, which Ref gives
	Attributes map[string]any // for Fn::GetAtt
}
