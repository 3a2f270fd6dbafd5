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

func TestStackIsMade(t *testing.T) {
	w := start(t, cloudformation.Options{After: never})
	w.create(t, &cfn.CreateStackInput{
		TemplateBody: template(group+","+queue, `"Name":{"Description":"of the queue","Value":{"Ref":"Queue"}}`,
			`"Where":{"Value":{"Fn::Sub":"${AWS::Region} ${AWS::AccountId} ${AWS::StackName}"}}`),
		Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("x")}},
	})
	w.want(t, types.StackStatusCreateComplete)
	if d := cmp.Diff([]string{
		"Mirror CREATE_IN_PROGRESS: User Initiated",
		"Group CREATE_IN_PROGRESS", "Group CREATE_IN_PROGRESS: Resource creation Initiated", "Group CREATE_COMPLETE",
		"Queue CREATE_IN_PROGRESS", "Queue CREATE_IN_PROGRESS: Resource creation Initiated", "Queue CREATE_COMPLETE",
		"Mirror CREATE_COMPLETE",
	}, w.events(t)); d != "" {
		t.Error(d)
	}
	outputs := map[string]string{}
	for _, o := range w.stack(t).Outputs {
		outputs[aws.ToString(o.OutputKey)] = aws.ToString(o.OutputValue)
	}
	name := outputs["Name"]
	if !strings.HasPrefix(name, "Mirror-Queue-") || len(name) != len("Mirror-Queue-")+12 ||
		outputs["Where"] != "us-east-1 111122223333 Mirror" {
		t.Errorf("outputs %v", outputs)
	}
	properties := w.things.there[name]
	tags, _ := properties["Tags"].([]any)
	if len(tags) != 2 || !strings.HasPrefix(tags[0].(map[string]any)["Value"].(string), "arn:Mirror-Group-") ||
		tags[1].(map[string]any)["Key"] != "team" {
		t.Errorf("tags %v: the resource's own come first, and the stack's then", tags)
	}
	resources, err := w.DescribeStackResources(t.Context(),
		&cfn.DescribeStackResourcesInput{StackName: aws.String("Mirror")})
	if err != nil || len(resources.StackResources) != 2 ||
		aws.ToString(resources.StackResources[1].PhysicalResourceId) != name {
		t.Errorf("resources %v, %v", resources, err)
	}
}

func TestFailureRollsBack(t *testing.T) {
	w := start(t, cloudformation.Options{After: never})
	w.things.refuse["create Queue"] = "no more queues"
	w.create(t, &cfn.CreateStackInput{TemplateBody: template(group + "," + queue + "," + kept)})
	w.want(t, types.StackStatusRollbackComplete)
	if d := cmp.Diff([]string{
		"Mirror CREATE_IN_PROGRESS: User Initiated",
		"Group CREATE_IN_PROGRESS", "Group CREATE_IN_PROGRESS: Resource creation Initiated", "Group CREATE_COMPLETE",
		"Kept CREATE_IN_PROGRESS", "Kept CREATE_IN_PROGRESS: Resource creation Initiated", "Kept CREATE_COMPLETE",
		"Queue CREATE_IN_PROGRESS", `Queue CREATE_FAILED: Resource handler returned message: "no more queues"`,
		"Mirror ROLLBACK_IN_PROGRESS: The following resource(s) failed to create: [Queue]. Rollback requested by user.",
		"Kept DELETE_SKIPPED", "Group DELETE_IN_PROGRESS", "Group DELETE_COMPLETE",
		"Mirror ROLLBACK_COMPLETE",
	}, w.events(t)); d != "" {
		t.Error(d)
	}
	if len(w.things.there) != 1 || w.things.there["/kept"] == nil {
		t.Errorf("left over: %v", w.things.there)
	}
	// Nothing but its deletion is possible now.
	_, err := w.UpdateStack(t.Context(), &cfn.UpdateStackInput{
		StackName: aws.String("Mirror"), TemplateBody: template(group),
	})
	if why := refusal(err, "ValidationError", "is in ROLLBACK_COMPLETE state and can not be updated."); why != "" {
		t.Error(why)
	}
	for kind, text := range map[types.ChangeSetType]string{
		types.ChangeSetTypeUpdate: "can not be updated",
		types.ChangeSetTypeCreate: "already exists",
	} {
		_, err := w.CreateChangeSet(t.Context(), &cfn.CreateChangeSetInput{
			StackName: aws.String("Mirror"), ChangeSetName: aws.String("c"), ChangeSetType: kind,
			TemplateBody: template(group),
		})
		if why := refusal(err, "ValidationError", text); why != "" {
			t.Error(why)
		}
	}
	if _, err := w.DeleteStack(t.Context(), &cfn.DeleteStackInput{StackName: aws.String("Mirror")}); err != nil {
		t.Fatal(err)
	}
	// What was kept is in the way of the next attempt.
	w.things.refuse = nil
	w.create(t, &cfn.CreateStackInput{TemplateBody: template(kept)})
	if s := w.stack(t); s.StackStatus != types.StackStatusRollbackComplete ||
		!strings.Contains(strings.Join(w.events(t), "\n"), "already exists: /kept") {
		t.Errorf("%s: %v", s.StackStatus, w.events(t))
	}
}

func TestFailureEndsAsWanted(t *testing.T) {
	for _, tc := range []struct {
		in     cfn.CreateStackInput
		status types.StackStatus
		left   int
	}{
		{cfn.CreateStackInput{OnFailure: types.OnFailureDoNothing}, types.StackStatusCreateFailed, 1},
		{cfn.CreateStackInput{DisableRollback: aws.Bool(true)}, types.StackStatusCreateFailed, 1},
		{cfn.CreateStackInput{OnFailure: types.OnFailureDelete}, types.StackStatusDeleteComplete, 0},
		{cfn.CreateStackInput{OnFailure: types.OnFailureRollback}, types.StackStatusRollbackComplete, 0},
	} {
		w := start(t, cloudformation.Options{After: never})
		w.things.refuse["create Queue"] = "no more queues"
		tc.in.StackName, tc.in.TemplateBody = aws.String("Mirror"), template(group+","+queue)
		out, err := w.CreateStack(t.Context(), &tc.in)
		if err != nil {
			t.Fatal(err)
		}
		if s := w.stack(t, aws.ToString(out.StackId)); s.StackStatus != tc.status || len(w.things.there) != tc.left {
			t.Errorf("%s %v: %s, left %v", tc.in.OnFailure, aws.ToBool(tc.in.DisableRollback),
				s.StackStatus, w.things.there)
		}
	}
}

func TestFailedCreationCanBeMended(t *testing.T) {
	w := start(t, cloudformation.Options{After: never})
	w.things.refuse["create Queue"] = "no more queues"
	w.create(t, &cfn.CreateStackInput{OnFailure: types.OnFailureDoNothing, TemplateBody: template(group + "," + queue)})
	w.want(t, types.StackStatusCreateFailed)
	delete(w.things.refuse, "create Queue")
	w.things.done()
	if _, err := w.UpdateStack(t.Context(), &cfn.UpdateStackInput{
		StackName:           aws.String("Mirror"),
		UsePreviousTemplate: aws.Bool(true),
	}); err != nil {
		t.Fatal(err)
	}
	w.want(t, types.StackStatusUpdateComplete)
	if calls := w.things.done(); calls != "create Queue" {
		t.Errorf("calls: %s", calls)
	}
}

func TestRequestsDoNotWaitForSlowWork(t *testing.T) {
	w := start(t, cloudformation.Options{After: atOnce})
	w.things.hold = make(chan struct{})
	w.create(t, &cfn.CreateStackInput{TemplateBody: template(group)})
	w.want(t, types.StackStatusCreateInProgress)
	_, err := w.UpdateStack(t.Context(), &cfn.UpdateStackInput{
		StackName: aws.String("Mirror"), TemplateBody: template(longer),
	})
	if why := refusal(err, "ValidationError", "is in CREATE_IN_PROGRESS state and can not be updated."); why != "" {
		t.Error(why)
	}
	id := aws.ToString(w.stack(t).StackId)
	if _, err := w.DeleteStack(t.Context(), &cfn.DeleteStackInput{StackName: aws.String("Mirror")}); err != nil {
		t.Fatal(err)
	}
	close(w.things.hold)
	for w.stack(t, id).StackStatus != types.StackStatusDeleteComplete {
		select {
		case <-t.Context().Done():
			t.Fatal("the stack is never deleted")
		default:
		}
	}
	if calls := w.things.done(); calls != "create Group, delete Group" {
		t.Errorf("calls: %s", calls)
	}
}

func TestCloseEndsWhatIsBeingMade(t *testing.T) {
	w := start(t, cloudformation.Options{After: atOnce})
	w.things.hold = make(chan struct{}) // for ever: the clean-up of the test would hang
	w.create(t, &cfn.CreateStackInput{TemplateBody: template(group)})
}
