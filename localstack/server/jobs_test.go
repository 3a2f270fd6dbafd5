package server_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awsbatch "github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"
	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"

	"ecrmirror/localstack/server"
)

func TestJobsReachTheServerAsTheirAccount(t *testing.T) {
	s := start(t, server.Options{
		InsecureRegistries: []string{"127.0.0.1:5000"}, JobEnvironment: []string{"NO_PROXY=localhost"},
	})
	out, err := awsbatch.NewFromConfig(s.Config()).SubmitJob(t.Context(), &awsbatch.SubmitJobInput{
		JobName: aws.String("adhoc"), JobQueue: aws.String("mirror"), JobDefinition: aws.String("mirror"),
		Parameters: map[string]string{"source": "quay.io/a/b:1", "dest": "x,y"},
	})
	if err != nil {
		t.Fatal(err)
	}
	idle(t, s)
	status, log := get(t, s.URL()+"/_localstack/jobs/"+aws.ToString(out.JobId)+"/log")
	lines := strings.Split(log, "\n")
	if status != http.StatusOK || lines[0] != "mirror --options {} quay.io/a/b:1 x,y" {
		t.Errorf("log %d: %s", status, log)
	}
	for _, want := range []string{
		"AWS_ENDPOINT_URL=" + s.URL(), "AWS_REGION=us-east-1", "MIRROR_TABLE=mirror", "MIRROR_QUEUE=mirror",
		"MIRROR_JOB_DEFINITION=mirror", "MIRROR_INSECURE_REGISTRIES=" + s.Addr() + ",127.0.0.1:5000",
		"NO_PROXY=localhost",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("the job's environment lacks %s", want)
		}
	}
}

// TestJobsHaveTheCredentialsOfTheirRole looks at what a job has, and at jobs whose role can't be taken.
func TestJobsHaveTheCredentialsOfTheirRole(t *testing.T) {
	s := start(t, server.Options{})
	run := func(definition string) (*types.JobDetail, string) {
		client := awsbatch.NewFromConfig(s.Config())
		out, err := client.SubmitJob(t.Context(), &awsbatch.SubmitJobInput{
			JobName: aws.String("adhoc"), JobQueue: aws.String("mirror"), JobDefinition: &definition,
			Parameters:    map[string]string{"source": "a", "dest": "b"},
			RetryStrategy: &types.RetryStrategy{Attempts: aws.Int32(1)},
		})
		if err != nil {
			t.Fatal(err)
		}
		idle(t, s)
		jobs, err := client.DescribeJobs(t.Context(), &awsbatch.DescribeJobsInput{Jobs: []string{*out.JobId}})
		if err != nil {
			t.Fatal(err)
		}
		log, _ := s.Jobs().Log(*out.JobId, 0)
		return &jobs.Jobs[0], string(log)
	}
	for definition, role := range map[string]string{"mirror": "MirrorRole", "controller": "ControllerRole"} {
		job, log := run(definition)
		env := map[string]string{}
		for _, line := range strings.Split(log, "\n") {
			name, value, _ := strings.Cut(line, "=")
			env[name] = value
		}
		cfg := s.Config()
		cfg.Credentials = credentials.NewStaticCredentialsProvider(env["AWS_ACCESS_KEY_ID"],
			env["AWS_SECRET_ACCESS_KEY"], env["AWS_SESSION_TOKEN"])
		who, err := awssts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), &awssts.GetCallerIdentityInput{})
		if err != nil {
			t.Fatal(err)
		}
		if want := "arn:aws:sts::111122223333:assumed-role/ecrmirror-" + role +
			"/" + *job.JobId; aws.ToString(who.Arn) != want {
			t.Errorf("%s runs as %s, not %s", definition, aws.ToString(who.Arn), want)
		}
	}
	for role, want := range map[string]string{
		"MirrorRole": "ECS was unable to assume the role 'arn:aws:iam::111122223333:role/ecrmirror-MirrorRole'",
		"MirrorExecutionRole": "ResourceInitializationError: failed to validate logger args: ECS was unable to " +
			"assume the role",
	} {
		r, _ := s.Identities().Role(s.Role(role))
		s.Identities().DeleteRole(r.ARN)
		job, _ := run("mirror")
		if job.Status != types.JobStatusFailed || !strings.Contains(aws.ToString(job.Container.Reason), want) {
			t.Errorf("without %s: %s %s", role, job.Status, aws.ToString(job.Container.Reason))
		}
		if err := s.Identities().PutRole(r); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPushOfATagBecomesAJob(t *testing.T) {
	for _, tc := range []struct {
		name     string
		noEvents bool
		region   string
		tag      *string
		want     string // first line of the job's log; "" = no job
	}{
		{"tag", false, "us-east-1", aws.String("1"), "controller event --repository team/app --tag 1"},
		{"no tag", false, "us-east-1", nil, ""},
		{"other region", false, "eu-west-1", aws.String("1"), ""},
		{"events are off", true, "us-east-1", aws.String("1"), ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := start(t, server.Options{NoEvents: tc.noEvents})
			cfg := s.Config()
			cfg.Region = tc.region
			push(t, awsecr.NewFromConfig(cfg), "team/app", tc.tag)
			idle(t, s)
			jobs := succeeded(t, s, "controller")
			if tc.want == "" {
				if len(jobs) != 0 {
					t.Errorf("%d jobs", len(jobs))
				}
				return
			}
			if len(jobs) != 1 {
				t.Fatalf("%d jobs", len(jobs))
			}
			if log, _ := s.Jobs().Log(aws.ToString(jobs[0].JobId), 0); !strings.HasPrefix(string(log), tc.want+"\n") {
				t.Errorf("log %s", log)
			}
		})
	}
}
