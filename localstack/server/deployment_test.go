package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsbatch "github.com/aws/aws-sdk-go-v2/service/batch"
	awscfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfntypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	awscloudwatch "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	awslogs "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	awsssm "github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"ecrmirror/localstack/server"
	"ecrmirror/testkit/servertest"
)

// What the programs of the stack's jobs do here. The real ones are in the tests of infra.
const (
	sweepScript = "#!/bin/sh\necho \"{\\\"Entries\\\":1,\\\"Table\\\":\\\"$MIRROR_TABLE\\\"," +
		"\\\"_aws\\\":{\\\"Timestamp\\\":$(date +%s)000,\\\"CloudWatchMetrics\\\":[{\\\"Namespace\\\":\\\"ecrmirror\\\",\\\"Dimensions\\\":[[\\\"Table\\\"]],\\\"Metrics\\\":[{\\\"Name\\\":\\\"Entries\\\"}]}]}}\"\n"
	mirrorScript = "#!/bin/sh\necho mirroring $3 as ${AWS_SESSION_TOKEN:+somebody}\nexit 1\n"
)

// A deployment is the project's own stack on a server.
type deployment struct {
	*server.Server
	stacks  *awscfn.Client
	body    *string
	outputs map[string]string
}

// deployable starts a server and reads the project's template, as infra's tests keep it.
func deployable(t *testing.T) *deployment {
	t.Helper()
	programs := t.TempDir()
	for name, script := range map[string]string{"controller": sweepScript, "mirror": mirrorScript} {
		if err := os.WriteFile(filepath.Join(programs, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	doc, err := os.ReadFile("../../infra/mirrorstack/testdata/default.template.json")
	if err != nil {
		t.Fatal(err)
	}
	var small bytes.Buffer
	if err := json.Compact(&small, doc); err != nil {
		t.Fatal(err)
	}
	s := servertest.Start(t, server.Options{Programs: programs})
	return &deployment{
		Server: s, stacks: awscfn.NewFromConfig(s.Config()), body: aws.String(small.String()),
		outputs: map[string]string{},
	}
}

// deploy makes the stack as `aws cloudformation deploy` does.
func (d *deployment) deploy(t *testing.T) error {
	t.Helper()
	_, err := d.stacks.CreateChangeSet(t.Context(), &awscfn.CreateChangeSetInput{
		StackName: aws.String("Mirror"), ChangeSetName: aws.String("first"),
		ChangeSetType: cfntypes.ChangeSetTypeCreate, TemplateBody: d.body,
		Capabilities: []cfntypes.Capability{cfntypes.CapabilityCapabilityIam},
	})
	if err != nil {
		return err
	}
	_, err = d.stacks.ExecuteChangeSet(t.Context(), &awscfn.ExecuteChangeSetInput{
		StackName: aws.String("Mirror"), ChangeSetName: aws.String("first"),
	})
	return err
}

// settle waits until the stack has the status, and reads its outputs.
func (d *deployment) settle(t *testing.T, id string, want cfntypes.StackStatus) {
	t.Helper()
	for {
		out, err := d.stacks.DescribeStacks(t.Context(), &awscfn.DescribeStacksInput{StackName: &id})
		if err != nil {
			t.Fatal(err)
		}
		status := out.Stacks[0].StackStatus
		if strings.HasSuffix(string(status), "_IN_PROGRESS") {
			continue
		}
		if status != want {
			t.Fatalf("the stack is %s: %s", status, d.failures(t, id))
		}
		for _, o := range out.Stacks[0].Outputs {
			d.outputs[aws.ToString(o.OutputKey)] = aws.ToString(o.OutputValue)
		}
		return
	}
}

// failures are the events that tell what went wrong.
func (d *deployment) failures(t *testing.T, id string) string {
	t.Helper()
	var lines []string
	p := awscfn.NewDescribeStackEventsPaginator(d.stacks, &awscfn.DescribeStackEventsInput{StackName: &id})
	for p.HasMorePages() {
		page, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.StackEvents {
			if strings.HasSuffix(string(e.ResourceStatus), "_FAILED") {
				lines = append(lines, aws.ToString(e.LogicalResourceId)+": "+aws.ToString(e.ResourceStatusReason))
			}
		}
	}
	return strings.Join(lines, "\n")
}

// logged waits until a group has an event with the text; it gives up after a time that nothing here takes.
func (d *deployment) logged(t *testing.T, group, text string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	client := awslogs.NewFromConfig(d.Config())
	var all []string
	for ctx.Err() == nil {
		out, err := client.FilterLogEvents(ctx, &awslogs.FilterLogEventsInput{LogGroupName: &group})
		if err != nil {
			break
		}
		all = nil
		for _, e := range out.Events {
			if strings.Contains(aws.ToString(e.Message), text) {
				return aws.ToString(e.Message)
			}
			all = append(all, aws.ToString(e.Message))
		}
	}
	t.Fatalf("%s has no %q but %q", group, text, all)
	return ""
}

func (d *deployment) alarm(t *testing.T, name string) cwtypes.StateValue {
	t.Helper()
	out, err := awscloudwatch.NewFromConfig(d.Config()).DescribeAlarms(t.Context(),
		&awscloudwatch.DescribeAlarmsInput{})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(out.MetricAlarms, func(a cwtypes.MetricAlarm) bool {
		return strings.HasSuffix(aws.ToString(a.AlarmName), name)
	})
	if i < 0 {
		t.Fatalf("no alarm %s among %d", name, len(out.MetricAlarms))
	}
	return out.MetricAlarms[i].StateValue
}

// bootstrap says which version of CDK's bootstrap stack there is.
func (d *deployment) bootstrap(t *testing.T, version string) {
	t.Helper()
	_, err := awsssm.NewFromConfig(d.Config()).PutParameter(t.Context(), &awsssm.PutParameterInput{
		Name: aws.String("/cdk-bootstrap/hnb659fds/version"), Value: &version, Type: ssmtypes.ParameterTypeString,
		Overwrite: aws.Bool(true),
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestStackWantsABootstrappedAccount(t *testing.T) {
	d := deployable(t)
	if err := d.deploy(t); err == nil || !strings.Contains(err.Error(),
		"Unable to fetch parameters [/cdk-bootstrap/hnb659fds/version]") {
		t.Errorf("without a bootstrap stack: %v", err)
	}
	d.bootstrap(t, "5")
	if err := d.deploy(t); err == nil || !strings.Contains(err.Error(), "CDK bootstrap stack version 6 required") {
		t.Errorf("with an old one: %v", err)
	}
}

func TestDeployedStackWorks(t *testing.T) {
	d := deployable(t)
	d.bootstrap(t, "21")
	if err := d.deploy(t); err != nil {
		t.Fatal(err)
	}
	d.settle(t, "Mirror", cfntypes.StackStatusCreateComplete)
	table := d.outputs["MirrorTable"]
	if line := d.logged(t, "/ecrmirror/controller", "_aws"); !strings.Contains(line, table) {
		t.Errorf("the first deployment has swept %s", line)
	}
	for name, want := range map[string]cwtypes.StateValue{
		"no-sweep": "OK", "failed-jobs": "OK",
		"dead-letters-schedule": "OK",
	} {
		if got := d.alarm(t, name); got != want {
			t.Errorf("alarm %s is %s, want %s", name, got, want)
		}
	}
	_, err := awsbatch.NewFromConfig(d.Config()).SubmitJob(t.Context(), &awsbatch.SubmitJobInput{
		JobName: aws.String("by-hand"), JobQueue: aws.String(d.outputs["MirrorQueue"]),
		JobDefinition: aws.String(d.outputs["MirrorJob"]),
		Parameters:    map[string]string{"source": "a/b:1", "dest": "c/d:1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if line := d.logged(t, "/ecrmirror/mirror", "mirroring"); line != "mirroring a/b:1 as somebody" {
		t.Errorf("the job wrote %q", line)
	}
	if line := d.logged(t, "/ecrmirror/failed-jobs", "by-hand"); !strings.Contains(line, `"status":"FAILED"`) ||
		d.alarm(t, "failed-jobs") != "ALARM" {
		t.Errorf("what failed is told as %s, and the alarm is %s", line, d.alarm(t, "failed-jobs"))
	}
	d.queuesAreEmpty(t)
}

// queuesAreEmpty checks that no event was lost.
func (d *deployment) queuesAreEmpty(t *testing.T) {
	t.Helper()
	client := awssqs.NewFromConfig(d.Config())
	list, err := client.ListQueues(t.Context(), &awssqs.ListQueuesInput{})
	if err != nil || len(list.QueueUrls) == 0 {
		t.Fatalf("queues %v, %v", list, err)
	}
	for _, url := range list.QueueUrls {
		out, err := client.GetQueueAttributes(t.Context(), &awssqs.GetQueueAttributesInput{
			QueueUrl: &url, AttributeNames: []sqstypes.QueueAttributeName{
				sqstypes.QueueAttributeNameApproximateNumberOfMessages,
			},
		})
		if err != nil || out.Attributes["ApproximateNumberOfMessages"] != "0" {
			t.Errorf("%s: %v, %v", url, out, err)
		}
	}
}

func TestDeployedStackIsChangedAndDeleted(t *testing.T) {
	d := deployable(t)
	d.bootstrap(t, "21")
	if err := d.deploy(t); err != nil {
		t.Fatal(err)
	}
	d.settle(t, "Mirror", cfntypes.StackStatusCreateComplete)
	queue, table := d.outputs["MirrorQueue"], d.outputs["MirrorTable"]
	updated, err := d.stacks.UpdateStack(t.Context(), &awscfn.UpdateStackInput{
		StackName: aws.String("Mirror"), UsePreviousTemplate: aws.Bool(true),
		Capabilities: []cfntypes.Capability{cfntypes.CapabilityCapabilityIam},
		Tags:         []cfntypes.Tag{{Key: aws.String("team"), Value: aws.String("x")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	id := aws.ToString(updated.StackId)
	d.settle(t, id, cfntypes.StackStatusUpdateComplete)
	if failures := d.failures(t, id); failures != "" || d.outputs["MirrorQueue"] == queue ||
		d.outputs["MirrorTable"] != table {
		t.Errorf("tags have the queue replaced, which was %s and is %s, and nothing fails: %s", queue,
			d.outputs["MirrorQueue"], failures)
	}
	if _, err := d.stacks.DeleteStack(t.Context(),
		&awscfn.DeleteStackInput{StackName: aws.String("Mirror")}); err != nil {
		t.Fatal(err)
	}
	d.settle(t, id, cfntypes.StackStatusDeleteComplete)
	tables, err := awsdynamodb.NewFromConfig(d.Config()).ListTables(t.Context(), &awsdynamodb.ListTablesInput{})
	if err != nil || !slices.Contains(tables.TableNames, table) {
		t.Errorf("the table %s is retained: %v, %v", table, tables, err)
	}
	queues, err := awsbatch.NewFromConfig(d.Config()).DescribeJobQueues(t.Context(), &awsbatch.DescribeJobQueuesInput{})
	if err != nil || len(queues.JobQueues) != 2 { // those that localstack begins with
		t.Errorf("queues %v, %v", queues, err)
	}
	if len(d.Identities().Roles(d.Account())) == 0 {
		t.Error("the seeded roles are gone")
	}
	for _, r := range d.Identities().Roles(d.Account()) {
		if strings.HasPrefix(r.Name(), "Mirror-") {
			t.Errorf("the role %s is left", r.Name())
		}
	}
}
