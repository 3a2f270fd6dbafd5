package server_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	awsbatch "github.com/aws/aws-sdk-go-v2/service/batch"
	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"
	awsecrpublic "github.com/aws/aws-sdk-go-v2/service/ecrpublic"
	awskms "github.com/aws/aws-sdk-go-v2/service/kms"
	awssecrets "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	awsssm "github.com/aws/aws-sdk-go-v2/service/ssm"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"ecrmirror/localstack/server"
)

func TestDeploymentIsThere(t *testing.T) {
	s := start(t, server.Options{})
	batch := awsbatch.NewFromConfig(s.Config())
	table, err := awsdynamodb.NewFromConfig(s.Config()).DescribeTimeToLive(t.Context(),
		&awsdynamodb.DescribeTimeToLiveInput{TableName: aws.String("mirror")})
	if err != nil || aws.ToString(table.TimeToLiveDescription.AttributeName) != "Expires" {
		t.Errorf("table: %v, %v", table, err)
	}
	queues, err := batch.DescribeJobQueues(t.Context(),
		&awsbatch.DescribeJobQueuesInput{JobQueues: []string{"mirror", "controller"}})
	if err != nil || len(queues.JobQueues) != 2 {
		t.Errorf("queues: %v, %v", queues, err)
	}
	definitions, err := batch.DescribeJobDefinitions(t.Context(),
		&awsbatch.DescribeJobDefinitionsInput{Status: aws.String("ACTIVE")})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, d := range definitions.JobDefinitions {
		got[aws.ToString(d.JobDefinitionName)] = strings.Join(d.ContainerProperties.Command, " ")
	}
	want := map[string]string{
		"mirror": "mirror --options Ref::options Ref::source Ref::dest", "controller": "controller sweep",
		"controller-event": "controller event --repository Ref::repository --tag Ref::tag",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("job definitions (-want +got):\n%s", d)
	}
	calls := s.Stats().Snapshot().Calls
	if want := map[string]int64{
		"dynamodb.DescribeTimeToLive": 1, "batch.DescribeJobQueues": 1,
		"batch.DescribeJobDefinitions": 1,
	}; !cmp.Equal(calls, want) {
		t.Errorf("counted %v, want only the test's own: %v", calls, want)
	}
}

func TestEveryServiceAnswersByTheEnvironmentAlone(t *testing.T) {
	s := start(t, server.Options{})
	for _, pair := range s.Environment() {
		name, value, _ := strings.Cut(pair, "=")
		t.Setenv(name, value)
	}
	cfg, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, call := range map[string]func() error{
		"batch.ListJobs": func() error {
			_, err := awsbatch.NewFromConfig(cfg).ListJobs(t.Context(),
				&awsbatch.ListJobsInput{JobQueue: aws.String(os.Getenv("MIRROR_QUEUE"))})
			return err
		},
		"dynamodb.Scan": func() error {
			_, err := awsdynamodb.NewFromConfig(cfg).Scan(t.Context(),
				&awsdynamodb.ScanInput{TableName: aws.String(os.Getenv("MIRROR_TABLE"))})
			return err
		},
		"ecr.DescribeRepositories": func() error {
			_, err := awsecr.NewFromConfig(cfg).DescribeRepositories(t.Context(), &awsecr.DescribeRepositoriesInput{})
			return err
		},
		"ecrpublic.DescribeRegistries": func() error {
			_, err := awsecrpublic.NewFromConfig(cfg).DescribeRegistries(t.Context(),
				&awsecrpublic.DescribeRegistriesInput{})
			return err
		},
		"kms.DescribeKey": func() error {
			_, err := awskms.NewFromConfig(cfg).DescribeKey(t.Context(),
				&awskms.DescribeKeyInput{KeyId: aws.String(server.ReceiptAlias)})
			return err
		},
		"ssm.GetParameters": func() error {
			_, err := awsssm.NewFromConfig(cfg).GetParameters(t.Context(),
				&awsssm.GetParametersInput{Names: []string{"x"}})
			return err
		},
		"secretsmanager.CreateSecret": func() error {
			_, err := awssecrets.NewFromConfig(cfg).CreateSecret(t.Context(),
				&awssecrets.CreateSecretInput{Name: aws.String("x")})
			return err
		},
		"sts.GetCallerIdentity": func() error {
			_, err := awssts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), &awssts.GetCallerIdentityInput{})
			return err
		},
	} {
		if err := call(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if n := s.Stats().Snapshot().Calls[name]; n != 1 {
			t.Errorf("%s counted %d times", name, n)
		}
	}
}

func TestServicesRefuseWhatIsNotSignedForThem(t *testing.T) {
	s := start(t, server.Options{})
	for _, tc := range []struct{ path, name, value, service, want string }{
		{"/", "X-Amz-Target", "DynamoDB_20120810.ListTables", "", "MissingAuthenticationTokenException"},
		{"/", "X-Amz-Target", "DynamoDB_20120810.ListTables", "s3", "InvalidSignatureException"},
		{"/", "X-Amz-Target", "AmazonSSM.GetParameter", "", "MissingAuthenticationTokenException"},
		{"/", "X-Amz-Target", "AmazonSSM.GetParameter", "s3", "InvalidSignatureException"},
		{"/", "X-Amz-Target", "secretsmanager.GetSecretValue", "", "MissingAuthenticationTokenException"},
		{"/", "X-Amz-Target", "secretsmanager.GetSecretValue", "s3", "InvalidSignatureException"},
		{"/", "X-Amz-Target", "TrentService.Sign", "", "MissingAuthenticationTokenException"},
		{"/", "X-Amz-Target", "TrentService.Sign", "s3", "InvalidSignatureException"},
		{
			"/", "X-Amz-Target", "AmazonEC2ContainerRegistry_V20150921.DescribeRepositories", "",
			"MissingAuthenticationTokenException",
		},
		{
			"/", "X-Amz-Target", "AmazonEC2ContainerRegistry_V20150921.DescribeRepositories", "s3",
			"InvalidSignatureException",
		},
		{"/", "X-Amz-Target", "SpencerFrontendService.DescribeRepositories", "", "MissingAuthenticationTokenException"},
		{"/", "X-Amz-Target", "SpencerFrontendService.DescribeRepositories", "s3", "InvalidSignatureException"},
		{"/", "Content-Type", "application/x-www-form-urlencoded", "", "<Code>MissingAuthenticationToken</Code>"},
		{"/", "Content-Type", "application/x-www-form-urlencoded", "s3", "NotImplemented"},
		{"/v1/listjobs", "Content-Type", "application/json", "", "Missing Authentication Token"},
		{"/v1/listjobs", "Content-Type", "application/json", "s3", "localstack does not have the service s3"},
	} {
		status, body := send(t, s, http.MethodPost, tc.path, tc.service, "{}", map[string]string{tc.name: tc.value})
		if status < 400 || !strings.Contains(body, tc.want) {
			t.Errorf("%s %s, signed for %q: %d %s", tc.path, tc.value, tc.service, status, body)
		}
	}
}

func TestAccountsAreApart(t *testing.T) {
	s := start(t, server.Options{Roles: "accounts"})
	cfg := s.Config()
	cfg.Credentials = credentials.NewStaticCredentialsProvider("444455556666", "localstack", "")
	var api smithy.APIError
	_, err := awsdynamodb.NewFromConfig(cfg).Scan(t.Context(), &awsdynamodb.ScanInput{TableName: aws.String("mirror")})
	if !errors.As(err, &api) || api.ErrorCode() != "ResourceNotFoundException" {
		t.Errorf("another account's scan: %v", err)
	}
	// A role of the other account makes its repository.
	const theirs = "arn:aws:iam::444455556666:role/mirror"
	ours := s.Config()
	ours.Credentials = as(t, s, "MirrorRole")
	trust(t, s, theirs, `"AWS":"`+s.Role("MirrorRole")+`"`, "ecr:CreateRepository")
	cfg.Credentials = stscreds.NewAssumeRoleProvider(awssts.NewFromConfig(ours), theirs,
		func(o *stscreds.AssumeRoleOptions) { o.ExternalID = aws.String("s3cret") })
	out, err := awsecr.NewFromConfig(cfg).CreateRepository(t.Context(),
		&awsecr.CreateRepositoryInput{RepositoryName: aws.String("app")})
	if err != nil || aws.ToString(out.Repository.RegistryId) != "444455556666" {
		t.Errorf("repository %v, %v", out, err)
	}
}

func TestUnknownServicesAndUnsignedRequestsAreRefused(t *testing.T) {
	s := start(t, server.Options{})
	for _, tc := range []struct {
		name, method, path, service string
		header                      map[string]string
		status                      int
		body                        string
	}{
		{
			"target", "POST", "/", "kinesis",
			map[string]string{"X-Amz-Target": "Kinesis_20131202.ListStreams"},
			501,
			`"NotImplemented"`,
		},
		{
			"query", "POST", "/", "ec2",
			map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
			501,
			"<Code>NotImplemented</Code>",
		},
		{"rest", "GET", "/bucket", "s3", nil, 501, "service s3"},
		{"path of Batch, other service", "GET", "/v1/x", "eks", nil, 501, "service eks"},
		{"unsigned", "GET", "/", "", nil, 403, "MissingAuthenticationToken"},
		{"unsigned Batch", "POST", "/v1/listjobs", "", nil, 403, "Missing Authentication Token"},
		{
			"unsigned DynamoDB", "POST", "/", "",
			map[string]string{"X-Amz-Target": "DynamoDB_20120810.ListTables"},
			403,
			"MissingAuthenticationToken",
		},
		{
			"unsigned ECR", "POST", "/", "",
			map[string]string{"X-Amz-Target": "AmazonEC2ContainerRegistry_V20150921.DescribeRepositories"},
			403,
			"MissingAuthenticationToken",
		},
		{
			"unsigned STS", "POST", "/", "",
			map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
			403,
			"<Code>MissingAuthenticationToken",
		},
	} {
		if status, body := send(t, s, tc.method, tc.path, tc.service, "", tc.header); status != tc.status ||
			!strings.Contains(body, tc.body) {
			t.Errorf("%s: %d %s", tc.name, status, body)
		}
	}
}

func TestTellsItsHealthAndItsCounts(t *testing.T) {
	s := start(t, server.Options{Account: "777788889999", Region: "eu-west-1"})
	if status, body := get(t, s.URL()+"/_localstack/health"); status != http.StatusOK || !strings.Contains(body,
		`"account":"777788889999","region":"eu-west-1"`) {
		t.Errorf("health %d %s", status, body)
	}
	if status, _ := get(t, s.URL()+"/v2/"); status == http.StatusNotFound || status == http.StatusNotImplemented {
		t.Errorf("/v2/ %d", status)
	}
	_, body := get(t, s.URL()+"/_localstack/stats")
	var counts struct{ Calls map[string]int64 }
	if err := json.Unmarshal([]byte(body), &counts); err != nil {
		t.Errorf("stats %s: %v", body, err)
	}
}
