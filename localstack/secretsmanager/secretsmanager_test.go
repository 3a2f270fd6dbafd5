package secretsmanager_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssecrets "github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"ecrmirror/localstack/secretsmanager"
	"ecrmirror/testkit/awstest"
)

const home = "111122223333"

func start(t *testing.T) string {
	t.Helper()
	return awstest.Serve(t, secretsmanager.New(secretsmanager.Options{Home: home}))
}

func client(url, account, region string) *awssecrets.Client {
	return awssecrets.NewFromConfig(awstest.Config(url, account, region))
}

func create(t *testing.T, c *awssecrets.Client, name, value string) string {
	t.Helper()
	out, err := c.CreateSecret(t.Context(), &awssecrets.CreateSecretInput{Name: &name, SecretString: &value})
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(out.ARN)
}

func TestGivesTheCurrentAndThePreviousValue(t *testing.T) {
	c := client(start(t), home, "us-east-1")
	arn := create(t, c, "registry/quay.io", "first")
	if !strings.HasPrefix(arn, "arn:aws:secretsmanager:us-east-1:111122223333:secret:registry/quay.io-") {
		t.Errorf("ARN %s", arn)
	}
	_, err := c.PutSecretValue(t.Context(), &awssecrets.PutSecretValueInput{
		SecretId: &arn, SecretString: aws.String("second"),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ id, stage, want string }{
		{"registry/quay.io", "", "second"},
		{arn, "AWSCURRENT", "second"},
		{arn[:len(arn)-7], "AWSPREVIOUS", "first"},
	} {
		in := &awssecrets.GetSecretValueInput{SecretId: &tc.id}
		if tc.stage != "" {
			in.VersionStage = &tc.stage
		}
		out, err := c.GetSecretValue(t.Context(), in)
		if err != nil {
			t.Errorf("%s %s: %v", tc.id, tc.stage, err)
			continue
		}
		if aws.ToString(out.SecretString) != tc.want || out.VersionId == nil || len(out.VersionStages) != 1 {
			t.Errorf("%s %s: %q %v", tc.id, tc.stage, aws.ToString(out.SecretString), out.VersionStages)
		}
	}
}

func TestKeepsBytes(t *testing.T) {
	c := client(start(t), home, "us-east-1")
	want := []byte{0, 1, 255}
	if _, err := c.CreateSecret(t.Context(), &awssecrets.CreateSecretInput{
		Name:         aws.String("bytes"),
		SecretBinary: want,
	}); err != nil {
		t.Fatal(err)
	}
	out, err := c.GetSecretValue(t.Context(), &awssecrets.GetSecretValueInput{SecretId: aws.String("bytes")})
	if err != nil || !bytes.Equal(out.SecretBinary, want) || out.SecretString != nil {
		t.Errorf("got %+v, %v", out, err)
	}
}

func TestDeletedIsNotGivenOut(t *testing.T) {
	c := client(start(t), home, "us-east-1")
	for _, tc := range []struct {
		name      string
		force     bool
		get, next string // codes of reading it, and of creating it again
	}{
		{"recoverable", false, "InvalidRequestException", "InvalidRequestException"},
		{"forced", true, "ResourceNotFoundException", ""},
	} {
		create(t, c, tc.name, "x")
		in := &awssecrets.DeleteSecretInput{SecretId: &tc.name}
		if tc.force {
			in.ForceDeleteWithoutRecovery = aws.Bool(true)
		}
		if _, err := c.DeleteSecret(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		if _, err := c.GetSecretValue(t.Context(),
			&awssecrets.GetSecretValueInput{SecretId: &tc.name}); awstest.Code(err) != tc.get {
			t.Errorf("%s: reading: %v", tc.name, err)
		}
		_, err := c.CreateSecret(t.Context(), &awssecrets.CreateSecretInput{
			Name: &tc.name, SecretString: aws.String("y"),
		})
		if awstest.Code(err) != tc.next {
			t.Errorf("%s: creating: %v", tc.name, err)
		}
	}
}

func TestRefuses(t *testing.T) {
	url := start(t)
	c := client(url, home, "us-east-1")
	create(t, c, "a", "x")
	get := func(c *awssecrets.Client, in awssecrets.GetSecretValueInput) func() error {
		return func() error {
			_, err := c.GetSecretValue(t.Context(), &in)
			return err
		}
	}
	a := aws.String("a")
	for _, tc := range []struct {
		name string
		call func() error
		code string
	}{
		{"absent", get(c, awssecrets.GetSecretValueInput{SecretId: aws.String("b")}), "ResourceNotFoundException"},
		{
			"absent version",
			get(c, awssecrets.GetSecretValueInput{SecretId: a, VersionId: aws.String(strings.Repeat("v", 32))}),
			"ResourceNotFoundException",
		},
		{
			"no previous version",
			get(c, awssecrets.GetSecretValueInput{SecretId: a, VersionStage: aws.String("AWSPREVIOUS")}),
			"ResourceNotFoundException",
		},
		{
			"other region", get(client(url, home, "eu-west-1"), awssecrets.GetSecretValueInput{SecretId: a}),
			"ResourceNotFoundException",
		},
		{
			"other account", get(client(url, "444455556666", "us-east-1"), awssecrets.GetSecretValueInput{SecretId: a}),
			"ResourceNotFoundException",
		},
		{"existing", func() error {
			_, err := c.CreateSecret(t.Context(), &awssecrets.CreateSecretInput{Name: a, SecretString: a})
			return err
		}, "ResourceExistsException"},
		{"string and bytes", func() error {
			_, err := c.PutSecretValue(t.Context(), &awssecrets.PutSecretValueInput{
				SecretId: a, SecretString: a, SecretBinary: []byte("x"),
			})
			return err
		}, "InvalidParameterException"},
		{"short recovery", func() error {
			_, err := c.DeleteSecret(t.Context(), &awssecrets.DeleteSecretInput{
				SecretId: a, RecoveryWindowInDays: aws.Int64(6),
			})
			return err
		}, "InvalidParameterException"},
	} {
		if err := tc.call(); err == nil || awstest.Code(err) != tc.code {
			t.Errorf("%s: %v, want %s", tc.name, err, tc.code)
		}
	}
}
