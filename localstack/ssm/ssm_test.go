package ssm_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsssm "github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"ecrmirror/localstack/ssm"
	"ecrmirror/testkit/awstest"
)

const home = "111122223333"

func start(t *testing.T) string {
	t.Helper()
	return awstest.Serve(t, ssm.New(ssm.Options{Home: home}))
}

func client(url, account, region string) *awsssm.Client {
	return awsssm.NewFromConfig(awstest.Config(url, account, region))
}

func put(t *testing.T, c *awsssm.Client, name, value string, kind types.ParameterType) {
	t.Helper()
	_, err := c.PutParameter(t.Context(), &awsssm.PutParameterInput{
		Name: &name, Value: &value, Type: kind, Overwrite: aws.Bool(true),
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestGivesWhatWasPut(t *testing.T) {
	c := client(start(t), home, "us-east-1")
	put(t, c, "auth", `{"auths":{}}`, types.ParameterTypeString)
	put(t, c, "/mirror/auth", "first", types.ParameterTypeSecureString)
	put(t, c, "/mirror/auth", "second", types.ParameterTypeSecureString)
	for _, tc := range []struct {
		name    string
		decrypt bool
		value   string
		version int64
	}{
		{"auth", false, `{"auths":{}}`, 1},
		{"arn:aws:ssm:us-east-1:111122223333:parameter/auth", false, `{"auths":{}}`, 1},
		{"/mirror/auth", true, "second", 2},
		{"/mirror/auth:1", true, "first", 1},
		{"arn:aws:ssm:us-east-1:111122223333:parameter/mirror/auth", true, "second", 2},
	} {
		out, err := c.GetParameter(t.Context(), &awsssm.GetParameterInput{Name: &tc.name, WithDecryption: &tc.decrypt})
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		if p := out.Parameter; aws.ToString(p.Value) != tc.value || p.Version != tc.version ||
			p.LastModifiedDate == nil {
			t.Errorf("%s: %q, version %d", tc.name, aws.ToString(p.Value), p.Version)
		}
	}
	out, err := c.GetParameter(t.Context(), &awsssm.GetParameterInput{Name: aws.String("/mirror/auth")})
	if err != nil {
		t.Fatal(err)
	}
	if value := aws.ToString(out.Parameter.Value); strings.Contains(value, "second") || value == "" {
		t.Errorf("not decrypted: %q", value)
	}
}

func TestTellsWhichNamesAreInvalid(t *testing.T) {
	c := client(start(t), home, "us-east-1")
	put(t, c, "a", "1", types.ParameterTypeString)
	out, err := c.GetParameters(t.Context(), &awsssm.GetParametersInput{Names: []string{"a", "b"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Parameters) != 1 || !slices.Equal(out.InvalidParameters, []string{"b"}) {
		t.Errorf("found %v, invalid %v", out.Parameters, out.InvalidParameters)
	}
}

func TestRefuses(t *testing.T) {
	url := start(t)
	c := client(url, home, "us-east-1")
	put(t, c, "a", "1", types.ParameterTypeString)
	get := func(c *awsssm.Client, name string) func() error {
		return func() error {
			_, err := c.GetParameter(t.Context(), &awsssm.GetParameterInput{Name: &name})
			return err
		}
	}
	write := func(in awsssm.PutParameterInput) func() error {
		return func() error {
			_, err := c.PutParameter(t.Context(), &in)
			return err
		}
	}
	value := aws.String("1")
	for _, tc := range []struct {
		name string
		call func() error
		code string
	}{
		{"absent", get(c, "b"), "ParameterNotFound"},
		{"absent version", get(c, "a:2"), "ParameterVersionNotFound"},
		{"other region", get(client(url, home, "eu-west-1"), "a"), "ParameterNotFound"},
		{"other account", get(client(url, "444455556666", "us-east-1"), "a"), "ParameterNotFound"},
		{"other account's ARN", get(c, "arn:aws:ssm:us-east-1:444455556666:parameter/a"), "ParameterNotFound"},
		{
			"existing",
			write(awsssm.PutParameterInput{Name: aws.String("a"), Value: value, Type: types.ParameterTypeString}),
			"ParameterAlreadyExists",
		},
		{"no type", write(awsssm.PutParameterInput{Name: aws.String("b"), Value: value}), "ValidationException"},
		{
			"bad name",
			write(awsssm.PutParameterInput{Name: aws.String("a/b"), Value: value, Type: types.ParameterTypeString}),
			"ValidationException",
		},
		{"large", write(awsssm.PutParameterInput{
			Name: aws.String("b"), Value: aws.String(strings.Repeat("x", 4097)), Type: types.ParameterTypeString,
		}), "ValidationException"},
		{"delete of absent", func() error {
			_, err := c.DeleteParameter(t.Context(), &awsssm.DeleteParameterInput{Name: aws.String("b")})
			return err
		}, "ParameterNotFound"},
		{"unknown operation", func() error {
			_, err := c.DescribeParameters(t.Context(), &awsssm.DescribeParametersInput{})
			return err
		}, "UnknownOperationException"},
	} {
		if err := tc.call(); err == nil || awstest.Code(err) != tc.code {
			t.Errorf("%s: %v, want %s", tc.name, err, tc.code)
		}
	}
}

func TestDeletedIsGone(t *testing.T) {
	c := client(start(t), home, "us-east-1")
	put(t, c, "a", "1", types.ParameterTypeString)
	if _, err := c.DeleteParameter(t.Context(), &awsssm.DeleteParameterInput{Name: aws.String("a")}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.GetParameter(t.Context(),
		&awsssm.GetParameterInput{Name: aws.String("a")}); awstest.Code(err) != "ParameterNotFound" {
		t.Error(err)
	}
}
