package cloudformation_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/google/go-cmp/cmp"

	"ecrmirror/localstack/cloudformation"
)

// changeSet makes a change set "c" of Mirror and describes it.
func (w *world) changeSet(t *testing.T, in *cfn.CreateChangeSetInput) *cfn.DescribeChangeSetOutput {
	t.Helper()
	in.StackName, in.ChangeSetName = aws.String("Mirror"), aws.String("c")
	made, err := w.CreateChangeSet(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	out, err := w.DescribeChangeSet(t.Context(), &cfn.DescribeChangeSetInput{ChangeSetName: made.Id})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestDeployByChangeSets(t *testing.T) {
	w := start(t, cloudformation.Options{After: never})
	first := w.changeSet(t, &cfn.CreateChangeSetInput{
		ChangeSetType: types.ChangeSetTypeCreate, TemplateBody: template(group),
	})
	if first.Status != types.ChangeSetStatusCreateComplete || first.ExecutionStatus != types.ExecutionStatusAvailable ||
		len(first.Changes) != 1 {
		t.Errorf("%+v", first)
	}
	w.want(t, types.StackStatusReviewInProgress)
	execute := func() error {
		_, err := w.ExecuteChangeSet(t.Context(), &cfn.ExecuteChangeSetInput{
			StackName: aws.String("Mirror"), ChangeSetName: aws.String("c"),
		})
		return err
	}
	if err := execute(); err != nil {
		t.Fatal(err)
	}
	w.want(t, types.StackStatusCreateComplete)
	if why := refusal(execute(), "InvalidChangeSetStatus", "cannot be executed"); why != "" {
		t.Error(why)
	}
	remove := func() {
		if _, err := w.DeleteChangeSet(t.Context(), &cfn.DeleteChangeSetInput{
			StackName:     aws.String("Mirror"),
			ChangeSetName: aws.String("c"),
		}); err != nil {
			t.Fatal(err)
		}
	}
	remove()
	remove() // a second time does no harm
	if why := refusal(execute(), "ChangeSetNotFound", "ChangeSet [c] does not exist"); why != "" {
		t.Error(why)
	}
	for _, tc := range []struct {
		body   *string
		reason string
	}{
		{
			template(group),
			"The submitted information didn't contain changes. Submit different information to create a change set.",
		},
		{aws.String(`{"Description":"the same","Resources":{` + group + `}}`), "No updates are to be performed."},
	} {
		same := w.changeSet(t, &cfn.CreateChangeSetInput{TemplateBody: tc.body})
		if same.Status != types.ChangeSetStatusFailed || same.ExecutionStatus != types.ExecutionStatusUnavailable ||
			aws.ToString(same.StatusReason) != tc.reason {
			t.Errorf("%s %s %q", same.Status, same.ExecutionStatus, aws.ToString(same.StatusReason))
		}
		if why := refusal(execute(), "InvalidChangeSetStatus", "UNAVAILABLE"); why != "" {
			t.Error(why)
		}
		remove()
	}
	w.changeSet(t, &cfn.CreateChangeSetInput{TemplateBody: template(longer)})
	if err := execute(); err != nil {
		t.Fatal(err)
	}
	w.want(t, types.StackStatusUpdateComplete)
}

func TestChangeSetTellsWhatChanges(t *testing.T) {
	w := start(t, cloudformation.Options{After: never})
	const (
		plain = `"Fifo":{"Type":"AWS::SQS::Queue","Properties":{"FifoQueue":false}}`
		fifo  = `"Fifo":{"Type":"AWS::SQS::Queue","Properties":{"FifoQueue":true}}`
		user  = `"User":{"Type":"AWS::Logs::LogGroup","Properties":{"KmsKeyId":{"Ref":"Fifo"}}}`
	)
	w.create(t, &cfn.CreateStackInput{TemplateBody: template(group + "," + plain + "," + user + "," + kept)})
	set := w.changeSet(t, &cfn.CreateChangeSetInput{
		TemplateBody: template(longer + "," + fifo + "," + user + "," + queue),
	})
	got := map[string]string{}
	for _, c := range set.Changes {
		r := c.ResourceChange
		text := string(r.Action) + " " + string(r.Replacement)
		for _, d := range r.Details {
			text += " " + aws.ToString(d.Target.Name) + " " + string(d.Target.RequiresRecreation)
		}
		got[aws.ToString(r.LogicalResourceId)] = text
	}
	if d := cmp.Diff(map[string]string{
		"Fifo": "Modify True FifoQueue Always", "Group": "Modify False RetentionInDays Never",
		"User":  "Modify False KmsKeyId Never",
		"Queue": "Add ", "Kept": "Remove ",
	}, got); d != "" {
		t.Error(d)
	}
}

func TestChangeSetsRefuse(t *testing.T) {
	w := start(t, cloudformation.Options{After: never})
	w.create(t, &cfn.CreateStackInput{TemplateBody: template(group)})
	w.changeSet(t, &cfn.CreateChangeSetInput{TemplateBody: template(longer)})
	for _, tc := range []struct {
		stack, set string
		kind       types.ChangeSetType
		code, text string
	}{
		{"Mirror", "c", types.ChangeSetTypeUpdate, "AlreadyExistsException", "ChangeSet c already exists"},
		{
			"Mirror", "d", types.ChangeSetTypeCreate, "ValidationError",
			"Stack [Mirror] already exists and cannot be created again with the changeSet [d].",
		},
		{"Other", "d", types.ChangeSetTypeUpdate, "ValidationError", "Stack [Other] does not exist"},
		{"Mirror", "d", types.ChangeSetTypeImport, "ValidationError", "no change sets of type IMPORT"},
		{
			"Mirror", "1", types.ChangeSetTypeUpdate, "ValidationError",
			"at 'changeSetName' failed to satisfy constraint",
		},
		{"a_b", "d", types.ChangeSetTypeCreate, "ValidationError", "at 'stackName' failed to satisfy constraint"},
	} {
		_, err := w.CreateChangeSet(t.Context(), &cfn.CreateChangeSetInput{
			StackName: &tc.stack, ChangeSetName: &tc.set, ChangeSetType: tc.kind, TemplateBody: template(longer),
		})
		if why := refusal(err, tc.code, tc.text); why != "" {
			t.Errorf("%s %s %s: %s", tc.stack, tc.set, tc.kind, why)
		}
	}
	list, err := w.ListChangeSets(t.Context(), &cfn.ListChangeSetsInput{StackName: aws.String("Mirror")})
	if err != nil || len(list.Summaries) != 1 {
		t.Errorf("%v, %v", list, err)
	}
}
