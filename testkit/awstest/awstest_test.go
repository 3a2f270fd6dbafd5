package awstest_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ssm"

	standin "ecrmirror/localstack/ssm"
	"ecrmirror/testkit/awstest"
	"ecrmirror/testkit/leaks"
)

func TestMain(m *testing.M) { leaks.Main(m) }

func TestCodeAndMessage(t *testing.T) {
	for _, c := range []struct {
		err           error
		code, message string
	}{
		{nil, "", ""},
		{errors.New("broken"), "not an API error: broken", ""},
	} {
		if code, message := awstest.Code(c.err), awstest.Message(c.err); code != c.code || message != c.message {
			t.Errorf("%v: %q, %q", c.err, code, message)
		}
	}
}

// A client of the configuration is the account's root user, and is told AWS's errors.
func TestServeAndConfig(t *testing.T) {
	const account = "111122223333"
	url := awstest.Serve(t, standin.New(standin.Options{Home: account}))
	client := ssm.NewFromConfig(awstest.Config(url, account, "us-east-1"))
	name := "/nothing"
	_, err := client.GetParameter(t.Context(), &ssm.GetParameterInput{Name: &name})
	if code := awstest.Code(fmt.Errorf("wrapped: %w", err)); code != "ParameterNotFound" {
		t.Errorf("%s: %v", code, err)
	}
}
