package resources

import (
	"context"
	"encoding/json"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/cloudformation"
)

// rules are those of EventBridge, with their targets.
type rules struct{ calls awsjson.Operations }

// Create makes a rule. EventBridge would change one that is there already; CloudFormation does not.
func (p rules) Create(ctx context.Context, r cloudformation.Request) (cloudformation.Resource, error) {
	name := named(r, "Name")
	if p.calls.Call(ctx, r.Caller, "DescribeRule", map[string]any{"Name": name}, nil) == nil {
		return cloudformation.Resource{}, &refusal{
			service: "EventBridge", message: name + " already exists", code: "Status Code: 409",
			handlerCode: "AlreadyExists",
		}
	}
	made := cloudformation.Resource{
		ID: name, Attributes: map[string]any{"Arn": r.Caller.ARN("events", "rule/"+name), "RuleName": name},
	}
	if err := p.put(ctx, r, name); err != nil {
		return cloudformation.Resource{}, err
	}
	return made, p.target(ctx, r, name)
}

func (p rules) put(ctx context.Context, r cloudformation.Request, name string) error {
	in := without(r.Properties, "Tags", "Targets")
	in["Name"] = name
	if pattern, ok := in["EventPattern"].(map[string]any); ok {
		doc, err := json.Marshal(pattern)
		if err != nil {
			return err
		}
		in["EventPattern"] = string(doc)
	}
	return told("EventBridge", p.calls.Call(ctx, r.Caller, "PutRule", in, nil))
}

// target gives the rule the targets that the properties have.
func (p rules) target(ctx context.Context, r cloudformation.Request, name string) error {
	targets, _ := r.Properties["Targets"].([]any)
	if len(targets) == 0 {
		return nil
	}
	return told("EventBridge",
		p.calls.Call(ctx, r.Caller, "PutTargets", map[string]any{"Rule": name, "Targets": targets}, nil))
}

// untarget takes the targets away that some properties have.
func (p rules) untarget(ctx context.Context, r cloudformation.Request, properties map[string]any, name string) error {
	targets, _ := properties["Targets"].([]any)
	ids := []any{}
	for _, item := range targets {
		target, _ := item.(map[string]any)
		ids = append(ids, target["Id"])
	}
	return told("EventBridge",
		p.calls.Call(ctx, r.Caller, "RemoveTargets", map[string]any{"Rule": name, "Ids": ids}, nil))
}

// Update changes the rule, and puts its targets in place of those that it had.
func (p rules) Update(
	ctx context.Context, r cloudformation.Request, was cloudformation.Resource,
) (cloudformation.Resource, error) {
	if err := p.put(ctx, r, was.ID); err != nil {
		return was, err
	}
	if err := p.untarget(ctx, r, r.Old, was.ID); err != nil {
		return was, err
	}
	return was, p.target(ctx, r, was.ID)
}

// Delete takes the rule's targets away and deletes it.
func (p rules) Delete(ctx context.Context, r cloudformation.Request, was cloudformation.Resource) error {
	if err := p.untarget(ctx, r, r.Properties, was.ID); err != nil && !absent(err, "ResourceNotFoundException") {
		return err
	}
	return told("EventBridge", p.calls.Call(ctx, r.Caller, "DeleteRule", map[string]any{"Name": was.ID}, nil))
}
