package answers

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/google/go-cmp/cmp"
)

// TestRedact has no identifier left, and AWS's own words as they were.
func TestRedact(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{
			"CannotPullContainerError: pull image manifest has been retried 5 time(s): " +
				"999988887777.dkr.ecr.us-east-1.amazonaws.com/ecrmirror-smoke-a1b2c3/source:does-not-exist: not found",
			"CannotPullContainerError: pull image manifest has been retried 5 time(s): " +
				"111122223333.dkr.ecr.us-east-1.amazonaws.com/ecrmirror-smoke-x/source:does-not-exist: not found",
		},
		{
			"arn:aws:batch:us-east-1:999988887777:job-queue/ecrmirror-smoke-a1b2c3-MirrorQueue88F9-Ab12Cd34Ef56",
			"arn:aws:batch:us-east-1:111122223333:job-queue/ecrmirror-smoke-x-MirrorQueue88F9-XXXXXXXXXXXX",
		},
		{
			"job 6f9619ff-8b86-d011-b42d-00c04fc964ff and 7f9619ff-8b86-d011-b42d-00c04fc964ff, then " +
				"6f9619ff-8b86-d011-b42d-00c04fc964ff",
			"job 00000000-0000-0000-0000-000000000001 and 00000000-0000-0000-0000-000000000002, then " +
				"00000000-0000-0000-0000-000000000001",
		},
		{
			"task 0123456789abcdef0123456789abcdef on eni-0abc1234def567890",
			"task 00000000000000000000000000000001 on eni-00000000000000001",
		},
		{
			"arn:aws:sts::999988887777:assumed-role/Admin/jane.doe",
			"arn:aws:sts::111122223333:assumed-role/name/session",
		},
		{`"arn:aws:iam::999988887777:user/team/jane"`, `"arn:aws:iam::111122223333:user/name"`},
		{
			"AROAEXAMPLEEXAMPLE77 by jane@corp.example.com from 203.0.113.9",
			"AROAEXAMPLE by name@example.com from 192.0.2.1",
		},
		{"dial tcp 10.0.3.17:443: i/o timeout", "dial tcp 192.0.2.1:443: i/o timeout"},
		{"2026-11-27T01:02:03.456Z", "2026-01-01T00:00:00Z"},
		{"Your Spot Task was interrupted.", "Your Spot Task was interrupted."},
		{"Host EC2 (instance i-0abc1234def567890) terminated.", "Host EC2 (instance i-00000000000000001) terminated."},
		{"exit code 137, attempts 5, 1700000000000 ms", "exit code 137, attempts 5, 1700000000000 ms"},
	} {
		if diff := cmp.Diff(c.want, redactor{}.redact(c.text)); diff != "" {
			t.Error(diff)
		}
	}
}

// TestRedactIsStable gives the same identifier the same replacement in all that is kept.
func TestRedactIsStable(t *testing.T) {
	r := redactor{}
	first := r.redact("eni-0abc1234def567890 subnet-0abc1234def567890")
	if again := r.redact("subnet-0abc1234def567890"); !strings.HasSuffix(first, again) {
		t.Errorf("%q, then %q", first, again)
	}
}

func TestSave(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	if err := In(dir).Save("job", JobOf(types.JobDetail{
		Status: types.JobStatusFailed, StatusReason: aws.String("Task failed to start"), IsTerminated: aws.Bool(true),
		Container: &types.ContainerDetail{ExitCode: aws.Int32(0), Reason: aws.String("CannotPull: 999988887777 <x>")},
		Attempts: []types.AttemptDetail{
			{
				StatusReason: aws.String("Task failed to start"),
				Container:    &types.AttemptContainerDetail{Reason: aws.String("CannotPull")},
			},
		},
	})); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "job.json"))
	if err != nil {
		t.Fatal(err)
	}
	const want = `{
  "status": "FAILED",
  "statusReason": "Task failed to start",
  "container": {
    "exitCode": 0,
    "reason": "CannotPull: 111122223333 <x>"
  },
  "attempts": [
    {
      "statusReason": "Task failed to start",
      "container": {
        "reason": "CannotPull"
      }
    }
  ],
  "isTerminated": true
}
`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
	if err := In("").Save("x", 1); err != nil {
		t.Error(err)
	}
}

func TestRefusalOf(t *testing.T) {
	err := fmt.Errorf("x: %w", &smithy.OperationError{
		ServiceID: "Batch", OperationName: "SubmitJob",
		Err: &awshttp.ResponseError{
			ResponseError: &smithyhttp.ResponseError{
				Response: &smithyhttp.Response{Response: &http.Response{StatusCode: 400}},
				Err:      &smithy.GenericAPIError{Code: "ClientException", Message: "no"},
			},
		},
	})
	got, ok := RefusalOf(err)
	if diff := cmp.Diff(Refusal{"Batch.SubmitJob", 400, "ClientException", "no"}, got); diff != "" || !ok {
		t.Error(diff)
	}
	if _, ok := RefusalOf(errors.New("no route")); ok {
		t.Error("an error of the network passes for a refusal")
	}
}
