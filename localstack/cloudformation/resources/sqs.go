package resources

import (
	"context"
	"encoding/json"
	"maps"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/cloudformation"
)

// queues are those of SQS.
type queues struct{ calls awsjson.Operations }

// attributes are the properties of a queue that SQS calls attributes, all of them texts.
func attributes(properties map[string]any) map[string]string {
	out := map[string]string{}
	for name, value := range properties {
		switch value := value.(type) {
		case string:
			out[name] = value
		default:
			doc, _ := json.Marshal(value) // it came out of JSON
			out[name] = string(doc)
		}
	}
	delete(out, "QueueName")
	delete(out, "Tags")
	return out
}

// Create makes a queue. One that is there already is refused, which SQS itself would not do.
func (p queues) Create(ctx context.Context, r cloudformation.Request) (cloudformation.Resource, error) {
	name := named(r, "QueueName")
	if p.calls.Call(ctx, r.Caller, "GetQueueUrl", map[string]any{"QueueName": name}, nil) == nil {
		return cloudformation.Resource{}, &refusal{
			service: "Sqs", message: "A queue named " + name + " exists already", code: "Status Code: 409",
			handlerCode: "AlreadyExists",
		}
	}
	var out struct{ QueueURL string }
	if err := p.calls.Call(ctx, r.Caller, "CreateQueue",
		map[string]any{"QueueName": name, "Attributes": attributes(r.Properties)}, &out); err != nil {
		return cloudformation.Resource{}, told("Sqs", err)
	}
	return cloudformation.Resource{
		ID:         out.QueueURL,
		Attributes: map[string]any{"QueueUrl": out.QueueURL, "QueueName": name, "Arn": r.Caller.ARN("sqs", name)},
	}, nil
}

// Update changes the attributes of the queue.
func (p queues) Update(
	ctx context.Context, r cloudformation.Request, was cloudformation.Resource,
) (cloudformation.Resource, error) {
	err := p.calls.Call(ctx, r.Caller, "SetQueueAttributes",
		map[string]any{"QueueUrl": was.ID, "Attributes": attributes(r.Properties)}, nil)
	return was, told("Sqs", err)
}

// Delete deletes the queue and what is in it.
func (p queues) Delete(ctx context.Context, r cloudformation.Request, was cloudformation.Resource) error {
	err := p.calls.Call(ctx, r.Caller, "DeleteQueue", map[string]any{"QueueUrl": was.ID}, nil)
	if absent(err, "QueueDoesNotExist") {
		return nil
	}
	return told("Sqs", err)
}

// logGroups are those of CloudWatch Logs.
type logGroups struct{ calls awsjson.Operations }

// Create makes a group.
func (p logGroups) Create(ctx context.Context, r cloudformation.Request) (cloudformation.Resource, error) {
	name := named(r, "LogGroupName")
	if err := p.calls.Call(ctx, r.Caller, "CreateLogGroup", map[string]any{"logGroupName": name}, nil); err != nil {
		return cloudformation.Resource{}, told("CloudWatchLogs", err)
	}
	made := cloudformation.Resource{
		ID: name, Attributes: map[string]any{"Arn": r.Caller.ARN("logs", "log-group:"+name+":*")},
	}
	return made, p.retain(ctx, r, name)
}

func (p logGroups) retain(ctx context.Context, r cloudformation.Request, name string) error {
	days := r.Properties["RetentionInDays"]
	if days == nil {
		return told("CloudWatchLogs", p.calls.Call(ctx, r.Caller, "DeleteRetentionPolicy",
			map[string]any{"logGroupName": name}, nil))
	}
	return told("CloudWatchLogs", p.calls.Call(ctx, r.Caller, "PutRetentionPolicy",
		map[string]any{"logGroupName": name, "retentionInDays": days}, nil))
}

// Update changes how long events are kept.
func (p logGroups) Update(
	ctx context.Context, r cloudformation.Request, was cloudformation.Resource,
) (cloudformation.Resource, error) {
	return was, p.retain(ctx, r, was.ID)
}

// Delete deletes the group and all its events.
func (p logGroups) Delete(ctx context.Context, r cloudformation.Request, was cloudformation.Resource) error {
	err := p.calls.Call(ctx, r.Caller, "DeleteLogGroup", map[string]any{"logGroupName": was.ID}, nil)
	if absent(err, "ResourceNotFoundException") {
		return nil
	}
	return told("CloudWatchLogs", err)
}

// without returns the properties but for some.
func without(properties map[string]any, names ...string) map[string]any {
	out := maps.Clone(properties)
	if out == nil {
		out = map[string]any{}
	}
	for _, name := range names {
		delete(out, name)
	}
	return out
}
