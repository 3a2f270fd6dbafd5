package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"

	"ecrmirror/infra/awsconfig"
	"ecrmirror/infra/smoke/answers"
	"ecrmirror/infra/smoke/scenario"
)

// cloudWatch begins its calls.
const cloudWatch = "monitoring:/service/GraniteServiceVersion20100801/operation/"

// A fault is what goes wrong in one try-out, with the line of each step that fails of it.
type fault struct {
	name     string
	template map[string]any // nil = the small one
	change   func(t *testing.T, w *world)
	want     map[string]string // by step, part of its line
}

// TestEachStepHasItsFailure provokes a line of each step that can fail. The lines that lead to another step being
// skipped are in failures_test.go.
func TestEachStepHasItsFailure(t *testing.T) {
	for _, c := range faults() {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, "")
			c.change(t, w)
			if c.template == nil {
				c.template = template
			}
			code, outcomes, report := tryOf(t.Context(), t, c.template)
			if code != 1 {
				t.Errorf("exit code %d", code)
			}
			checkFailures(t, outcomes, report, c.want)
		})
	}
}

// checkFailures holds the steps that failed, and what their lines say, to what is wanted.
func checkFailures(t *testing.T, outcomes map[string]string, report string, want map[string]string) {
	t.Helper()
	failed := maps.Collect(maps.All(outcomes))
	maps.DeleteFunc(failed, func(_, outcome string) bool { return outcome != "FAILED" })
	if got, wanted := slices.Sorted(maps.Keys(failed)), slices.Sorted(maps.Keys(want)); !slices.Equal(got, wanted) {
		t.Errorf("failed: %q, want %q:\n%s", got, wanted, report)
	}
	for step, text := range want {
		if line := fmt.Sprintf("FAILED    %-12s  %s", step, text); !strings.Contains(report, line) {
			t.Errorf("no line %q in\n%s", line, report)
		}
	}
}

func faults() []fault {
	return []fault{
		{
			name: "every job fails",
			change: func(_ *testing.T, w *world) {
				w.answer = func(call, _ string) string { return jobEnds(call, "FAILED", 75) }
			},
			want: map[string]string{
				"first sweep": "the first sweep ended FAILED: exit code 75",
				"sweep":       "the sweep ended FAILED: exit code 75; its log is in /" + suite + "/controller",
				"failing": "the sweep should have failed of one entry, with exit code 1, and ended FAILED: exit code " +
					"75",
				"parameters": "the job with 6065 characters ended FAILED: exit code 75",
				"stopped":    "the job ended before it was stopped: FAILED: exit code 75. If its network",
			},
		},
		{
			name: "mirror jobs fail, and the stack takes no change",
			change: func(_ *testing.T, w *world) {
				w.updated, w.deleted = "UPDATE_ROLLBACK_COMPLETE", "DELETE_FAILED"
				w.replies["batch:/v1/describejobdefinitions"] = `{"jobDefinitions":[]}`
				w.answer = func(call, body string) string {
					if call == "batch:/v1/listjobs" {
						return jobsIn(body, "FAILED", "SUCCEEDED")
					}
					return jobEnds(call, "SUCCEEDED", 0)
				}
			},
			want: map[string]string{
				"sweep": "1 mirror jobs succeeded and 1 failed; their logs are in /" + suite + "/mirror",
				"failing": "the sweep should have failed of one entry, with exit code 1, and ended SUCCEEDED: exit " +
					"code 0",
				"bad image": "Batch does not know the job definition mirror",
				"stopped":   "the job ended before it was stopped: SUCCEEDED: exit code 0. If its network",
				"tags":      "the stack is UPDATE_ROLLBACK_COMPLETE: MirrorQueue: no capacity",
				"destroy": "the stack is DELETE_FAILED: MirrorQueue: no capacity; by hand: aws cloudformation " +
					"delete-stack --stack-name " + suite,
			},
		},
		{
			name: "nothing is copied, and no metric can be read", change: jobsThatDoNothing,
			want: map[string]string{
				"digests": "111122223333.dkr.ecr.us-east-1.amazonaws.com/" + suite + `/copy:v12 is "" and not sha256:`,
				"alarm": `ecrmirror-failed-entries is "", not ALARM: CloudWatch: DescribeAlarms, ` +
					"AccessDeniedException: no",
				"stopped": "a job that is stopped ended otherwise: SUCCEEDED",
				"metrics": "there are no metrics ecrmirror of the table: CloudWatch: GetMetricStatistics, " +
					"AccessDeniedException: no",
			},
		},
		{
			name: "a push that is not mirrored", change: copiedUntilThePush, want: map[string]string{
				"push": "the push was not mirrored: ECR: DescribeImages, AccessDeniedException: no; what was started " +
					"is in the log /" + suite + "/push, and its jobs in mirror",
				"failing": "the sweep should have failed",
				"stopped": "the job ended before it was stopped",
				"metrics": "there are no metrics",
			},
		},
		{
			name:     "no bucket for a large template, and no repositories",
			template: map[string]any{"Resources": template["Resources"], "Description": strings.Repeat("x", 60_000)},
			change: func(_ *testing.T, w *world) {
				w.refuses["s3:/cdk-hnb659fds-assets-111122223333-us-east-1/"+suite+".template.json"] = "NoSuchBucket"
				w.refuses["ecr:CreateRepository"] = "InvalidParameterException"
			},
			want: map[string]string{
				"deploy": "the template has 60074 bytes, and more than 51200 go through a bucket (-bucket NAME): S3: " +
					"PutObject, NoSuchBucket: no",
				"images": "ECR: CreateRepository, InvalidParameterException: no",
			},
		},
		{
			name:   "a stack without an output",
			change: func(_ *testing.T, w *world) { w.lacks = "MirrorQueue" },
			want:   map[string]string{"deploy": "the stack has no output MirrorQueue"},
		},
	}
}

// TestWhatIsNotHereIsAFailureOfAWS tries an account that is no emulator's.
func TestWhatIsNotHereIsAFailureOfAWS(t *testing.T) {
	w := newWorld(t, "")
	w.refuses["batch:/v1/listjobs"] = "AccessDeniedException"
	w.answer = func(call, body string) string {
		switch {
		case call == "batch:/v1/submitjob":
			return named(body)
		case call == "cloudformation:DescribeStacks" && strings.Contains(body, "-none"):
			return `<DescribeStacksResponse><DescribeStacksResult><Stacks/></DescribeStacksResult></DescribeStacksResponse>`
		case strings.Contains(body, "smoke-failing"):
			return jobEnds(call, "FAILED", 1)
		}
		return jobEnds(call, "SUCCEEDED", 0)
	}
	cfg, err := awsconfig.Load(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	stack, err := readStack(assemblyOf(t, suite, false, template))
	if err != nil {
		t.Fatal(err)
	}
	var out, problems strings.Builder
	code := try(t.Context(), scenario.Options{
		Stack: stack, Account: "111122223333", Config: cfg, Answers: answers.In(""),
	}, false, &out, &problems)
	if code != 1 || problems.Len() > 0 {
		t.Errorf("exit code %d: %s", code, problems.String())
	}
	checkFailures(t, outcomesOf(out.String()), out.String(), map[string]string{
		"first sweep": "nothing swept after the deployment: Batch: ListJobs, AccessDeniedException: no",
		"sweep":       "mirror jobs are in flight: Batch: ListJobs, AccessDeniedException: no",
		"alarm":       "the stack's alarm failed-entries is not here",
		"bad image":   "a job without an image ended SUCCEEDED: exit code 0",
		"stopped":     "the job ended before it was stopped: SUCCEEDED: exit code 0",
		"refusals":    "a stack that is not there was not refused",
	})
}

// jobEnds answers questions about a job: that it has ended, or runs.
func jobEnds(call, status string, exitCode int) string {
	if call != "batch:/v1/describejobs" {
		return ""
	}
	return fmt.Sprintf(`{"jobs":[{"jobId":"x","status":"%s","attempts":[{}],"container":{"exitCode":%d}}]}`, status,
		exitCode)
}

// jobsIn answers with one job in each of some states.
func jobsIn(body string, states ...string) string {
	for _, state := range states {
		if strings.Contains(body, `"jobStatus":"`+state+`"`) {
			return `{"jobSummaryList":[{"jobId":"x","jobName":"x"}]}`
		}
	}
	return `{"jobSummaryList":[]}`
}

// jobsThatDoNothing has jobs succeed without doing anything, that which is to fail fail, and the one that is stopped
// succeed all the same.
func jobsThatDoNothing(_ *testing.T, w *world) {
	w.refuses[cloudWatch+"DescribeAlarms"] = "AccessDeniedException"
	w.refuses[cloudWatch+"GetMetricStatistics"] = "AccessDeniedException"
	w.replies["cloudformation:ListStackResources"] = `<ListStackResourcesResponse><ListStackResourcesResult>` +
		`<StackResourceSummaries><member><LogicalResourceId>Failed</LogicalResourceId>` +
		`<PhysicalResourceId>ecrmirror-failed-entries</PhysicalResourceId>` +
		`<ResourceType>AWS::CloudWatch::Alarm</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus>` +
		`<LastUpdatedTimestamp>2026-01-01T00:00:00Z</LastUpdatedTimestamp></member></StackResourceSummaries>` +
		`</ListStackResourcesResult></ListStackResourcesResponse>`
	w.replies["batch:/v1/terminatejob"] = `{}`
	w.answer = func(call, body string) string {
		switch {
		case call == "batch:/v1/submitjob":
			return named(body)
		case call == "batch:/v1/listjobs":
			return jobsIn(body, "SUCCEEDED")
		case strings.Contains(body, "smoke-failing"):
			return jobEnds(call, "FAILED", 1)
		case strings.Contains(body, "smoke-stopped") && !w.called("batch:/v1/terminatejob"):
			return jobEnds(call, "RUNNING", 0)
		}
		return jobEnds(call, "SUCCEEDED", 0)
	}
}

// named answers that a job was submitted, and has its name for an id.
func named(body string) string {
	var job struct {
		Name string `json:"jobName"`
	}
	if err := json.Unmarshal([]byte(body), &job); err != nil {
		return ""
	}
	return fmt.Sprintf(`{"jobId":%[1]q,"jobName":%[1]q}`, job.Name)
}

// copiedUntilThePush has the copies be what their sources are when they are asked for the first time, and then
// nobody may see them.
func copiedUntilThePush(t *testing.T, w *world) {
	t.Helper()
	w.refuses[cloudWatch+"GetMetricStatistics"] = "AccessDeniedException"
	w.answer = func(call, body string) string {
		switch {
		case call == "batch:/v1/listjobs":
			return jobsIn(body, "SUCCEEDED")
		case call == "ecr:DescribeImages" && strings.Contains(body, suite+"/copy"):
			w.refuse(call, "AccessDeniedException")
			found, err := ecr.NewFromConfig(w.local.Config()).DescribeImages(t.Context(), &ecr.DescribeImagesInput{
				RepositoryName: aws.String(suite + "/source"),
			})
			if err != nil {
				t.Error(err)
				return ""
			}
			return described(found)
		}
		return jobEnds(call, "SUCCEEDED", 0)
	}
}

// described answers with images, by their tags.
func described(found *ecr.DescribeImagesOutput) string {
	var images []string
	for _, image := range found.ImageDetails {
		images = append(images, fmt.Sprintf(`{"imageDigest":%q,"imageTags":["%s"]}`, *image.ImageDigest,
			strings.Join(image.ImageTags, `","`)))
	}
	return `{"imageDetails":[` + strings.Join(images, ",") + `]}`
}
