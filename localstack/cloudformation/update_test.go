package cloudformation_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/google/go-cmp/cmp"

	"ecrmirror/localstack/cloudformation"
)

func (w *world) update(t *testing.T, in *cfn.UpdateStackInput) {
	t.Helper()
	in.StackName = aws.String("Mirror")
	if _, err := w.UpdateStack(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

func TestUpdate(t *testing.T) {
	const (
		named   = `"Group":{"Type":"AWS::Logs::LogGroup","Properties":{"LogGroupName":"/a"}}`
		renamed = `"Group":{"Type":"AWS::Logs::LogGroup","Properties":{"LogGroupName":"/b"}}`
		fifo    = `"Queue":{"Type":"AWS::SQS::Queue","Properties":{"FifoQueue":true}}`
		plain   = `"Queue":{"Type":"AWS::SQS::Queue","Properties":{"FifoQueue":false}}`
		batch   = `"Batch":{"Type":"AWS::Batch::JobQueue","Properties":{"Priority":1,"JobQueueName":"jobs"}}`
		batch2  = `"Batch":{"Type":"AWS::Batch::JobQueue","Properties":{"Priority":2,"JobQueueName":"jobs"}}`
		free    = `"Batch":{"Type":"AWS::Batch::JobQueue","Properties":{"Priority":1}}`
		role    = `"Role":{"Type":"AWS::IAM::Role","Properties":{"RoleName":"r","Path":"/",` +
			`"AssumeRolePolicyDocument":{}}}`
		moved = `"Role":{"Type":"AWS::IAM::Role","Properties":{"RoleName":"r","Path":"/x/",` +
			`"AssumeRolePolicyDocument":{}}}`
	)
	team := []types.Tag{{Key: aws.String("team"), Value: aws.String("x")}}
	for _, tc := range []struct {
		name, before, after string
		tags                []types.Tag
		status              types.StackStatus
		calls               string
		event               string // one of those that are there
	}{
		{"in place", group, longer, nil, types.StackStatusUpdateComplete, "update Group", "Group UPDATE_COMPLETE"},
		{
			"added", group, group + "," + queue, nil, types.StackStatusUpdateComplete, "create Queue",
			"Queue CREATE_COMPLETE",
		},
		{
			"removed", group + "," + queue, group, nil, types.StackStatusUpdateComplete, "delete Queue",
			"Queue DELETE_COMPLETE",
		},
		{
			"removed but retained", group + "," + kept, group, nil, types.StackStatusUpdateComplete, "",
			"Kept DELETE_SKIPPED",
		},
		{
			"renamed", named, renamed, nil, types.StackStatusUpdateComplete, "create Group, delete Group",
			"Group UPDATE_IN_PROGRESS: Requested update requires the creation of a new physical resource; hence " +
				"creating one.",
		},
		{
			"replaced", plain, fifo, nil, types.StackStatusUpdateComplete, "create Queue, delete Queue",
			"Mirror UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
		},
		{
			"tags of the stack", group, group, team, types.StackStatusUpdateComplete, "update Group",
			"Group UPDATE_COMPLETE",
		},
		{
			"job queue in place", batch, batch2, nil, types.StackStatusUpdateComplete, "update Batch",
			"Batch UPDATE_COMPLETE",
		},
		{
			"tags of a job queue", free, free, team, types.StackStatusUpdateComplete, "create Batch, delete Batch",
			"Batch UPDATE_COMPLETE",
		},
		{
			"tags of a named job queue", batch + "," + group, batch + "," + longer, team,
			types.StackStatusUpdateRollbackComplete, "create Batch",
			`Batch UPDATE_FAILED: Resource handler returned message: "object already exists: jobs"`,
		},
		{
			"replacement of what is known by its name", role, moved, nil, types.StackStatusUpdateRollbackComplete, "",
			"Role UPDATE_FAILED: CloudFormation cannot update a stack when a custom-named resource requires " +
				"replacing. Rename r and update the stack again.",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := start(t, cloudformation.Options{After: never})
			named := []types.Capability{types.CapabilityCapabilityNamedIam}
			w.create(t, &cfn.CreateStackInput{TemplateBody: template(tc.before), Capabilities: named})
			w.want(t, types.StackStatusCreateComplete)
			w.things.done()
			w.update(t, &cfn.UpdateStackInput{TemplateBody: template(tc.after), Tags: tc.tags, Capabilities: named})
			w.want(t, tc.status)
			if calls := w.things.done(); calls != tc.calls {
				t.Errorf("calls %q, want %q", calls, tc.calls)
			}
			if events := strings.Join(w.events(t), "\n"); !strings.Contains(events+"\n", tc.event+"\n") {
				t.Errorf("no %q in\n%s", tc.event, events)
			}
		})
	}
}

func TestFailedUpdateRollsBack(t *testing.T) {
	w := start(t, cloudformation.Options{After: never})
	const (
		replaced = `"Fifo":{"Type":"AWS::SQS::Queue","Properties":{"FifoQueue":%s}}`
		last     = `"Last":{"Type":"AWS::SQS::Queue","DependsOn":["Group","Fifo"]}`
	)
	w.create(t, &cfn.CreateStackInput{
		TemplateBody: template(group + "," + strings.ReplaceAll(replaced, "%s", "false")),
	})
	w.want(t, types.StackStatusCreateComplete)
	there := map[string]map[string]any{}
	for id, properties := range w.things.there {
		there[id] = properties
	}
	w.things.refuse["create Last"] = "no more queues"
	w.things.done()
	before := len(w.events(t))
	w.update(t, &cfn.UpdateStackInput{
		TemplateBody: template(longer + "," + strings.ReplaceAll(replaced, "%s", "true") + "," + last),
	})
	w.want(t, types.StackStatusUpdateRollbackComplete)
	if calls := w.things.done(); calls != "create Fifo, update Group, create Last, update Group, delete Fifo" {
		t.Errorf("calls: %s", calls)
	}
	if d := cmp.Diff(there, w.things.there); d != "" {
		t.Errorf("what is there (-before +after): %s", d)
	}
	if d := cmp.Diff([]string{
		"Mirror UPDATE_IN_PROGRESS: User Initiated",
		"Fifo UPDATE_IN_PROGRESS: Requested update requires the creation of a new physical resource; hence creating " +
			"one.",
		"Fifo UPDATE_IN_PROGRESS: Resource creation Initiated", "Fifo UPDATE_COMPLETE", "Group UPDATE_IN_PROGRESS",
		"Group UPDATE_COMPLETE",
		"Last CREATE_IN_PROGRESS", `Last CREATE_FAILED: Resource handler returned message: "no more queues"`,
		"Mirror UPDATE_ROLLBACK_IN_PROGRESS: The following resource(s) failed to create: [Last]. ",
		"Group UPDATE_IN_PROGRESS", "Group UPDATE_COMPLETE", "Fifo UPDATE_IN_PROGRESS", "Fifo UPDATE_COMPLETE",
		"Mirror UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "Fifo DELETE_IN_PROGRESS", "Fifo DELETE_COMPLETE",
		"Mirror UPDATE_ROLLBACK_COMPLETE",
	}, w.events(t)[before:]); d != "" {
		t.Error(d)
	}
	// The stack is what it was, so that the same update can be tried again.
	w.things.refuse = nil
	w.update(t, &cfn.UpdateStackInput{
		TemplateBody: template(longer + "," + strings.ReplaceAll(replaced, "%s", "true") + "," + last),
	})
	w.want(t, types.StackStatusUpdateComplete)
}

// What was replaced is deleted before what it needs, which was replaced too.
func TestReplacedGoInOrder(t *testing.T) {
	w := start(t, cloudformation.Options{After: never})
	body := func(fifo string) *string {
		return template(`"A":{"Type":"AWS::SQS::Queue","Properties":{"FifoQueue":` + fifo +
			`}},"Z":{"Type":"AWS::SQS::Queue","Properties":{"FifoQueue":` + fifo + `,"KmsMasterKeyId":{"Ref":"A"}}}`)
	}
	w.create(t, &cfn.CreateStackInput{TemplateBody: body("false")})
	w.things.done()
	w.update(t, &cfn.UpdateStackInput{TemplateBody: body("true")})
	if calls := w.things.done(); calls != "create A, create Z, delete Z, delete A" {
		t.Errorf("calls: %s", calls)
	}
}

func TestFailedUpdateStaysWhereWanted(t *testing.T) {
	w := start(t, cloudformation.Options{After: never})
	w.create(t, &cfn.CreateStackInput{TemplateBody: template(group)})
	w.things.refuse["create Queue"] = "no more queues"
	w.update(t, &cfn.UpdateStackInput{TemplateBody: template(longer + "," + queue), DisableRollback: aws.Bool(true)})
	w.want(t, types.StackStatusUpdateFailed)
	w.things.refuse = nil
	w.things.done()
	w.update(t, &cfn.UpdateStackInput{TemplateBody: template(longer + "," + queue)})
	w.want(t, types.StackStatusUpdateComplete)
	if calls := w.things.done(); calls != "create Queue" {
		t.Errorf("calls: %s", calls)
	}
}

func TestNothingToUpdate(t *testing.T) {
	w := start(t, cloudformation.Options{After: never})
	w.create(t, &cfn.CreateStackInput{TemplateBody: template(group, `"O":{"Value":"a"}`)})
	_, err := w.UpdateStack(t.Context(), &cfn.UpdateStackInput{
		StackName: aws.String("Mirror"), UsePreviousTemplate: aws.Bool(true),
	})
	if why := refusal(err, "ValidationError", "No updates are to be performed."); why != "" {
		t.Error(why)
	}
	_, err = w.UpdateStack(t.Context(), &cfn.UpdateStackInput{
		StackName: aws.String("Mirror"), TemplateBody: template(`"Group":{"Type":"AWS::SQS::Queue"}`),
	})
	if why := refusal(err, "ValidationError", "modifies resource type of the following resources: [Group]"); why != "" {
		t.Error(why)
	}
	w.things.done()
	w.update(t, &cfn.UpdateStackInput{TemplateBody: template(group, `"O":{"Value":"b"}`)})
	if calls := w.things.done(); calls != "" || aws.ToString(w.stack(t).Outputs[0].OutputValue) != "b" {
		t.Errorf("calls %q, outputs %v", calls, w.stack(t).Outputs)
	}
}

func TestDelete(t *testing.T) {
	w := start(t, cloudformation.Options{After: never})
	name := aws.String("Mirror")
	w.create(t, &cfn.CreateStackInput{
		TemplateBody: template(group + "," + queue + "," + kept), EnableTerminationProtection: aws.Bool(true),
	})
	id := aws.ToString(w.stack(t).StackId)
	_, err := w.DeleteStack(t.Context(), &cfn.DeleteStackInput{StackName: name})
	if why := refusal(err, "ValidationError",
		"Stack [Mirror] cannot be deleted while TerminationProtection is enabled"); why != "" {
		t.Error(why)
	}
	_, err = w.UpdateTerminationProtection(t.Context(),
		&cfn.UpdateTerminationProtectionInput{StackName: name, EnableTerminationProtection: aws.Bool(false)})
	if err != nil {
		t.Fatal(err)
	}
	w.things.refuse["delete Queue"] = "messages in flight"
	w.things.done()
	if _, err := w.DeleteStack(t.Context(), &cfn.DeleteStackInput{StackName: name}); err != nil {
		t.Fatal(err)
	}
	w.want(t, types.StackStatusDeleteFailed)
	if reason := aws.ToString(w.stack(t).StackStatusReason); reason != "The following resource(s) failed to delete: "+
		"[Queue]. " {
		t.Error(reason)
	}
	if calls := w.things.done(); calls != "delete Queue" { // what it needs stays with it
		t.Errorf("calls: %s", calls)
	}
	if _, err := w.DeleteStack(t.Context(),
		&cfn.DeleteStackInput{StackName: name, RetainResources: []string{"Queue"}}); err != nil {
		t.Fatal(err)
	}
	if s := w.stack(t, id); s.StackStatus != types.StackStatusDeleteComplete || s.DeletionTime == nil {
		t.Errorf("%s", s.StackStatus)
	}
	if len(w.things.there) != 2 { // the queue and the kept group
		t.Errorf("left: %v", w.things.there)
	}
	_, err = w.DescribeStacks(t.Context(), &cfn.DescribeStacksInput{StackName: name})
	if why := refusal(err, "ValidationError", "Stack with id Mirror does not exist"); why != "" {
		t.Error(why)
	}
	if _, err := w.DeleteStack(t.Context(), &cfn.DeleteStackInput{StackName: name}); err != nil {
		t.Errorf("deleting what is not there: %v", err)
	}
	list, err := w.ListStacks(t.Context(), &cfn.ListStacksInput{
		StackStatusFilter: []types.StackStatus{types.StackStatusDeleteComplete},
	})
	if err != nil || len(list.StackSummaries) != 1 {
		t.Errorf("%v, %v", list, err)
	}
}
