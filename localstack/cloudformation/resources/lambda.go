package resources

import (
	"context"
	"encoding/json"
	"fmt"

	"ecrmirror/localstack/cloudformation"
	"ecrmirror/localstack/lambda"
)

// functions are those of Lambda.
type functions struct{ functions Functions }

func (p functions) put(r cloudformation.Request, name string, isNew bool) (cloudformation.Resource, error) {
	var f lambda.Function
	if err := into(r.Properties, &f, "Tags"); err != nil {
		return cloudformation.Resource{}, err
	}
	f.FunctionName = name
	arn, err := p.functions.Put(r.Caller, f, isNew)
	if err != nil {
		return cloudformation.Resource{}, told("Lambda", err)
	}
	return cloudformation.Resource{ID: name, Attributes: map[string]any{"Arn": arn}}, nil
}

// Create makes a function.
func (p functions) Create(_ context.Context, r cloudformation.Request) (cloudformation.Resource, error) {
	return p.put(r, named(r, "FunctionName"), true)
}

// Update changes the function.
func (p functions) Update(
	_ context.Context, r cloudformation.Request, was cloudformation.Resource,
) (cloudformation.Resource, error) {
	return p.put(r, was.ID, false)
}

// Delete deletes it.
func (p functions) Delete(_ context.Context, r cloudformation.Request, was cloudformation.Resource) error {
	p.functions.Delete(r.Caller, was.ID)
	return nil
}

// invokeConfigs say how often events are tried again.
type invokeConfigs struct{ functions Functions }

func (p invokeConfigs) set(r cloudformation.Request) (cloudformation.Resource, error) {
	retries := 2
	if n, ok := r.Properties["MaximumRetryAttempts"].(json.Number); ok {
		if _, err := fmt.Sscan(n.String(), &retries); err != nil || retries < 0 || retries > 2 {
			return cloudformation.Resource{}, fmt.Errorf("MaximumRetryAttempts is 0 to 2, not %s", n)
		}
	}
	name := text(r, "FunctionName")
	if err := p.functions.SetRetries(r.Caller, name, retries); err != nil {
		return cloudformation.Resource{}, told("Lambda", err)
	}
	return cloudformation.Resource{ID: name + "|" + text(r, "Qualifier")}, nil
}

// Create sets the configuration.
func (p invokeConfigs) Create(_ context.Context, r cloudformation.Request) (cloudformation.Resource, error) {
	return p.set(r)
}

// Update sets it again.
func (p invokeConfigs) Update(
	_ context.Context, r cloudformation.Request, _ cloudformation.Resource,
) (cloudformation.Resource, error) {
	return p.set(r)
}

// Delete leaves the function with what Lambda does if nobody says; a function may be gone already.
func (p invokeConfigs) Delete(_ context.Context, r cloudformation.Request, _ cloudformation.Resource) error {
	_ = p.functions.SetRetries(r.Caller, text(r, "FunctionName"), 2)
	return nil
}
