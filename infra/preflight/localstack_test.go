package main

import (
	"flag"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"ecrmirror/infra/transcript"
	"ecrmirror/localstack/server"
	"ecrmirror/testkit/servertest"
)

var update = flag.Bool("update", false, "write the transcript in docs/deployment.md anew")

// TestLocalstack has an account that is new to Batch, with a bootstrap stack that is too old, and then
// does what the report says. docs/deployment.md shows the report.
func TestLocalstack(t *testing.T) {
	local := servertest.Start(t, server.Options{})
	servertest.Use(t, local)
	dir := defaults(t).write(t, true)
	bootstrapVersion(t, local, "5")
	code, report := look(t, dir)
	if code != 1 || strings.Count(report, "FIX ") != 3 {
		t.Errorf("exit code %d:\n%s", code, report)
	}
	transcript.Hold(t, "../../docs/deployment.md", "preflight", "make preflight", report, *update)

	bootstrapVersion(t, local, "30")
	for _, line := range regexp.MustCompile(
		`aws iam create-service-linked-role --aws-service-name (\S+)`,
	).FindAllStringSubmatch(report, -1) {
		if _, err := iam.NewFromConfig(local.Config()).CreateServiceLinkedRole(
			t.Context(), &iam.CreateServiceLinkedRoleInput{AWSServiceName: &line[1]},
		); err != nil {
			t.Error(err)
		}
	}
	if code, report := look(t, dir); code != 0 || strings.Contains(report, "FIX ") {
		t.Errorf("all is done that was to be done, and exit code %d:\n%s", code, report)
	}
}

// TestWhoMayAskNothing has a role's session without any right that preflight takes.
func TestWhoMayAskNothing(t *testing.T) {
	local := servertest.Start(t, server.Options{})
	servertest.Use(t, local)
	session, err := local.Credentials("Submitter")
	if err != nil {
		t.Fatal(err)
	}
	for _, pair := range session.Environment() {
		name, value, _ := strings.Cut(pair, "=")
		t.Setenv(name, value)
	}
	code, report := look(t, defaults(t).write(t, true))
	if code != 1 || strings.Contains(report, "FIX ") || strings.Contains(report, "deployment can go ahead.") ||
		!strings.Contains(
			report, "\nNothing to fix was found, but whether the deployment can go ahead is not known. ",
		) {
		t.Errorf("exit code %d:\n%s", code, report)
	}
}

// look runs the program on an assembly.
func look(t *testing.T, dir string) (code int, report string) {
	t.Helper()
	var out, problems strings.Builder
	code = run(t.Context(), []string{"-assembly", dir}, &out, &problems)
	if problems.Len() > 0 {
		t.Errorf("wrote to stderr: %s", problems.String())
	}
	return code, out.String()
}

func bootstrapVersion(t *testing.T, local *server.Server, version string) {
	t.Helper()
	_, err := ssm.NewFromConfig(local.Config()).PutParameter(t.Context(), &ssm.PutParameterInput{
		Name: aws.String("/cdk-bootstrap/hnb659fds/version"), Type: ssmtypes.ParameterTypeString, Value: &version,
		Overwrite: aws.Bool(true),
	})
	if err != nil {
		t.Fatal(err)
	}
}
