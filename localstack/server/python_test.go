package server_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ecrmirror/localstack/server"
	"ecrmirror/testkit/servertest"
)

// A pythonClient is a client of AWS that nobody here wrote, the AWS CLI or boto3 with its resources and waiters, which
// uses a localstack of its own as its users do, by AWS_ENDPOINT_URL alone. make client-tools installs both.
type pythonClient struct {
	bin         string // where the programs are
	environment []string
}

// newPythonClient starts localstack. The test is skipped where the programs are not installed, unless
// ECRMIRROR_REQUIRE_CLIENTS is 1.
func newPythonClient(t *testing.T) pythonClient {
	t.Helper()
	found, err := filepath.Glob("../../.tools/aws-[0-9]*/bin")
	switch {
	case err != nil:
		t.Fatal(err)
	case len(found) > 1:
		t.Fatalf("several versions of the AWS CLI, remove the old ones: %v", found)
	case len(found) == 0 && os.Getenv("ECRMIRROR_REQUIRE_CLIENTS") == "1":
		t.Fatal("the AWS CLI and boto3 are not installed: make client-tools")
	case len(found) == 0:
		t.Skip("the AWS CLI and boto3 are not installed: make client-tools")
	}
	bin, err := filepath.Abs(found[0])
	if err != nil {
		t.Fatal(err)
	}
	s := servertest.Start(t, server.Options{})
	credentials, err := s.Config().Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return pythonClient{bin, []string{
		"PATH=" + bin, "HOME=" + t.TempDir(), "AWS_ENDPOINT_URL=" + s.URL(), "AWS_REGION=" + s.Region(),
		"AWS_DEFAULT_REGION=" + s.Region(),
		"AWS_ACCESS_KEY_ID=" + credentials.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + credentials.SecretAccessKey,
		"AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=", "PYTHONDONTWRITEBYTECODE=1",
	}}
}

// run runs a program that must succeed, and returns its output.
func (c pythonClient) run(t *testing.T, program string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(c.bin, program), args...)
	cmd.Env = c.environment
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", program, strings.Join(args, " "), err, out, stderr.String())
	}
	return string(out)
}

// boto3's resources read what a client leaves out of an answer, and die of it: the script is the test.
func TestBoto3UsesTables(t *testing.T) {
	t.Parallel()
	c := newPythonClient(t)
	if out := c.run(t, "python", "testdata/tables.py"); out != "ok\n" {
		t.Error(out)
	}
}

func TestTheCLIWaitsForScans(t *testing.T) {
	t.Parallel()
	c := newPythonClient(t)
	c.run(t, "python", "testdata/push.py", "app", "v1")
	image := []string{"--repository-name", "app", "--image-id", "imageTag=v1"}
	call := func(args ...string) []string { return append(append([]string{"ecr"}, args...), image...) }
	c.run(t, "aws", call("start-image-scan")...)
	c.run(t, "aws", call("wait", "image-scan-complete")...)
	var out struct {
		ImageScanStatus   struct{ Status string }
		ImageScanFindings struct{ FindingSeverityCounts map[string]int }
	}
	if err := json.Unmarshal([]byte(c.run(t, "aws", call("describe-image-scan-findings")...)), &out); err != nil {
		t.Fatal(err)
	}
	if out.ImageScanStatus.Status != "COMPLETE" || out.ImageScanFindings.FindingSeverityCounts == nil {
		t.Errorf("%+v", out)
	}
}
