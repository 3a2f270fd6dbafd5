package main

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"ecrmirror/infra/transcript"
	"ecrmirror/localstack/server"
)

var update = flag.Bool("update", false, "write the transcript in docs/operations.md anew")

// TestLocalstack has a bootstrap stack that is too old, in an account that is localstack's.
// docs/operations.md shows the report.
func TestLocalstack(t *testing.T) {
	local, err := server.Start(t.Context(), server.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := local.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, pair := range local.Environment() {
		name, value, _ := strings.Cut(pair, "=")
		t.Setenv(name, value)
	}
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	_, err = ssm.NewFromConfig(local.Config()).PutParameter(t.Context(), &ssm.PutParameterInput{
		Name: aws.String("/cdk-bootstrap/hnb659fds/version"), Type: ssmtypes.ParameterTypeString, Value: aws.String("5"),
	})
	if err != nil {
		t.Fatal(err)
	}
	var out, problems strings.Builder
	code := run(t.Context(), []string{"-assembly", defaults(t).write(t, true)}, &out, &problems)
	if code != 1 || problems.Len() > 0 || strings.Count(out.String(), "FIX ") != 1 || !strings.Contains(out.String(), "FIX  bootstrap: the bootstrap stack has version 5") {
		t.Errorf("exit code %d: %s%s", code, out.String(), problems.String())
	}
	transcript.Hold(t, "../../docs/operations.md", "preflight", "make preflight", out.String(), *update)
}
