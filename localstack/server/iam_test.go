package server_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awsbatch "github.com/aws/aws-sdk-go-v2/service/batch"
	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"
	awsecrpublic "github.com/aws/aws-sdk-go-v2/service/ecrpublic"
	awssecrets "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	awsssm "github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"ecrmirror/localstack/identity"
	"ecrmirror/localstack/server"
)

// as returns the credentials of a session of a role.
func as(t *testing.T, s *server.Server, role string) aws.CredentialsProvider {
	t.Helper()
	c, err := s.Credentials(role)
	if err != nil {
		t.Fatal(err)
	}
	return credentials.NewStaticCredentialsProvider(c.KeyID, c.Secret, c.Token)
}

// trust makes a role that trusts a principal with the external id s3cret, and may do the actions.
func trust(t *testing.T, s *server.Server, arn, principal string, actions ...string) {
	t.Helper()
	err := s.Identities().PutRole(identity.Role{
		ARN: arn,
		Trust: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{` +
			principal + `},
			"Condition":{"StringEquals":{"sts:ExternalId":"s3cret"}}}]}`,
		Policies: map[string]string{
			"P": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["` + strings.Join(actions,
				`","`) + `"],"Resource":"*"}]}`,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// calls are one of each service and protocol.
func calls(ctx context.Context, cfg aws.Config) map[string]func() error {
	cfg.RetryMaxAttempts = 2
	return map[string]func() error{
		"ecr": func() error {
			_, err := awsecr.NewFromConfig(cfg).ListImages(ctx,
				&awsecr.ListImagesInput{RepositoryName: aws.String("app")})
			return err
		},
		"ecr-public": func() error {
			_, err := awsecrpublic.NewFromConfig(cfg).DescribeRepositories(ctx,
				&awsecrpublic.DescribeRepositoriesInput{RepositoryNames: []string{"app"}})
			return err
		},
		"dynamodb": func() error {
			_, err := awsdynamodb.NewFromConfig(cfg).Scan(ctx, &awsdynamodb.ScanInput{TableName: aws.String("mirror")})
			return err
		},
		"ssm": func() error {
			_, err := awsssm.NewFromConfig(cfg).GetParameter(ctx, &awsssm.GetParameterInput{Name: aws.String("/a/b")})
			return err
		},
		"secretsmanager": func() error {
			_, err := awssecrets.NewFromConfig(cfg).GetSecretValue(ctx,
				&awssecrets.GetSecretValueInput{SecretId: aws.String("x")})
			return err
		},
		"batch": func() error {
			_, err := awsbatch.NewFromConfig(cfg).TerminateJob(ctx,
				&awsbatch.TerminateJobInput{JobId: aws.String("1"), Reason: aws.String("r")})
			return err
		},
		"sts": func() error {
			_, err := awssts.NewFromConfig(cfg).AssumeRole(ctx,
				&awssts.AssumeRoleInput{
					RoleArn: aws.String("arn:aws:iam::111122223333:role/x"), RoleSessionName: aws.String("job"),
				})
			return err
		},
	}
}

// refusedAs returns status, code and message of a refusal.
func refusedAs(err error) (int, string, string) {
	var api smithy.APIError
	var response *smithyhttp.ResponseError
	if !errors.As(err, &api) || !errors.As(err, &response) {
		return 0, "", ""
	}
	return response.HTTPStatusCode(), api.ErrorCode(), api.ErrorMessage()
}

func TestDeniedInEachServicesShape(t *testing.T) {
	s := start(t, server.Options{})
	cfg := s.Config()
	cfg.Credentials = as(t, s, "EventsRole")
	for service, want := range map[string]struct {
		status                 int
		code, action, resource string
	}{
		"ecr": {
			400, "AccessDeniedException", "ecr:ListImages", "arn:aws:ecr:us-east-1:111122223333:repository/app",
		},
		"ecr-public": {
			400, "AccessDeniedException", "ecr-public:DescribeRepositories",
			"arn:aws:ecr-public::111122223333:repository/app",
		},
		"dynamodb": {
			400, "AccessDeniedException", "dynamodb:Scan", "arn:aws:dynamodb:us-east-1:111122223333:table/mirror",
		},
		"ssm": {
			400, "AccessDeniedException", "ssm:GetParameter", "arn:aws:ssm:us-east-1:111122223333:parameter/a/b",
		},
		"secretsmanager": {
			400, "AccessDeniedException", "secretsmanager:GetSecretValue",
			"arn:aws:secretsmanager:us-east-1:111122223333:secret:x",
		},
		"batch": {
			403, "AccessDeniedException", "batch:TerminateJob", "arn:aws:batch:us-east-1:111122223333:job/1",
		},
		"sts": {403, "AccessDenied", "sts:AssumeRole", "arn:aws:iam::111122223333:role/x"},
	} {
		status, code, message := refusedAs(calls(t.Context(), cfg)[service]())
		text := "User: arn:aws:sts::111122223333:assumed-role/ecrmirror-EventsRole/localstack is not authorized to " +
			"perform: " + want.action +
			" on resource: " + want.resource + " because no identity-based policy allows the " + want.action + " action"
		if status != want.status || code != want.code || message != text {
			t.Errorf("%s: %d %s: %s, want %s", service, status, code, message, text)
		}
	}
}

func TestAnotherAccountsRepositoryTakesBothSides(t *testing.T) {
	s := start(t, server.Options{Roles: "accounts"})
	theirs, ours := s.Config(), s.Config()
	theirs.Credentials = credentials.NewStaticCredentialsProvider("777788889999", "localstack", "")
	ours.Credentials = as(t, s, "MirrorRole")
	repository := aws.String("shared/app")
	owner := awsecr.NewFromConfig(theirs)
	if _, err := owner.CreateRepository(t.Context(),
		&awsecr.CreateRepositoryInput{RepositoryName: repository}); err != nil {
		t.Fatal(err)
	}
	describe := func() string {
		_, err := awsecr.NewFromConfig(ours).DescribeImages(t.Context(),
			&awsecr.DescribeImagesInput{RegistryId: aws.String("777788889999"), RepositoryName: repository})
		_, _, message := refusedAs(err)
		return message
	}
	set := func(effect string) {
		text := `{"Version":"2012-10-17","Statement":[{"Effect":"` + effect +
			`","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"ecr:Describe*"}]}`
		if _, err := owner.SetRepositoryPolicy(t.Context(), &awsecr.SetRepositoryPolicyInput{
			RepositoryName: repository,
			PolicyText:     &text,
		}); err != nil {
			t.Fatal(err)
		}
	}
	if got := describe(); !strings.HasSuffix(got,
		"because no resource-based policy allows the ecr:DescribeImages action") {
		t.Errorf("without a policy: %q", got)
	}
	set("Allow")
	if got := describe(); got != "" {
		t.Errorf("with one: %q", got)
	}
	set("Deny")
	if got := describe(); !strings.HasSuffix(got, "with an explicit deny in a resource-based policy") {
		t.Errorf("denied: %q", got)
	}
}

// TestAKeyOfTheAccountsOwnIsAskedFor reads a parameter that is encrypted with one, as the
// role whose settings name it and as one whose do not.
func TestAKeyOfTheAccountsOwnIsAskedFor(t *testing.T) {
	for key, want := range map[string]string{
		"arn:aws:kms:us-east-1:111122223333:key/22222222-3333-4444-5555-666666666666": "",
		"arn:aws:kms:us-east-1:111122223333:key/33333333-3333-4444-5555-666666666666": "because no identity-based policy allows the kms:Decrypt action",
	} {
		s := start(t, server.Options{Roles: "logins"})
		name := aws.String("/mirror/logins")
		_, err := awsssm.NewFromConfig(s.Config()).PutParameter(t.Context(), &awsssm.PutParameterInput{
			Name: name, Value: aws.String("{}"), Type: ssmtypes.ParameterTypeSecureString, KeyId: &key,
		})
		if err != nil {
			t.Fatal(err)
		}
		cfg := s.Config()
		cfg.Credentials = as(t, s, "ControllerRole")
		_, err = awsssm.NewFromConfig(cfg).GetParameter(t.Context(),
			&awsssm.GetParameterInput{Name: name, WithDecryption: aws.Bool(true)})
		_, _, message := refusedAs(err)
		if (err == nil) != (want == "") || !strings.HasSuffix(message, want) {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// TestAPushIsSubmittedByTheRoleOfItsRule removes that role's permission.
func TestAPushIsSubmittedByTheRoleOfItsRule(t *testing.T) {
	s := start(t, server.Options{Roles: "default"}) // whose pushes start a function, and no job
	push(t, awsecr.NewFromConfig(s.Config()), "team/app", aws.String("1"))
	idle(t, s)
	if jobs := succeeded(t, s, "controller"); len(jobs) != 0 {
		t.Errorf("%d jobs", len(jobs))
	}
}
