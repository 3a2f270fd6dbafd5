package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"ecrmirror/awsclient"
	"ecrmirror/infra/smoke/steps"
)

// TestMoto tries what moto has, an emulator that is not ours: the default template as a stack,
// with another tag, images and entries. Its Batch answers what the SDK cannot read, and its
// CloudFormation deletes a VPC before what is in it, so that the end fails.
func TestMoto(t *testing.T) {
	python := motoPython(t)
	startMoto(t, filepath.Join(filepath.Dir(python), "moto_server"))
	cfg, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cfg.HTTPClient = awsclient.Of(cfg)
	role, err := iam.NewFromConfig(cfg).CreateServiceLinkedRole(t.Context(),
		&iam.CreateServiceLinkedRoleInput{AWSServiceName: aws.String("batch.amazonaws.com")})
	if err != nil {
		t.Fatal(err)
	}
	var out, problems strings.Builder
	dir := assemblyOf(t, suite, false, adapted(t, python, aws.ToString(role.Role.Arn)))
	run(t.Context(), []string{"-assembly", dir}, "yes", &out, &problems)
	t.Logf("%s%s", out.String(), problems.String())
	for _, step := range []string{"deploy", "images", "entries", "dead letters", "tags", "refusals"} {
		if !strings.Contains(out.String(), "ok        "+step) {
			t.Errorf("%s is not ok", step)
		}
	}
	if !strings.Contains(out.String(), "not here  sweep         Batch DescribeJobs") {
		t.Error("moto's Batch can be read now: test more")
	}
}

// motoPython returns the Python of moto's environment, which make infra-tools makes.
func motoPython(t *testing.T) string {
	t.Helper()
	found, err := filepath.Glob("../../.tools/moto-*/bin/python")
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		t.Skip("moto is not installed: make infra-tools")
	}
	path, err := filepath.Abs(found[len(found)-1])
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func startMoto(t *testing.T, program string) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_, port, _ := net.SplitHostPort(address)
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	server := exec.CommandContext(t.Context(), program, "-H", "127.0.0.1", "-p", port)
	server.Stderr = &said
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
		if t.Failed() {
			t.Logf("moto said at last: %s", said.Bytes()[max(0, said.Len()-8_000):])
		}
	})
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": "http://" + address, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test",
		"AWS_SECRET_ACCESS_KEY": "test",
		"AWS_SESSION_TOKEN":     "", "AWS_PROFILE": "", "AWS_CONFIG_FILE": os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_MAX_ATTEMPTS": "1",
	} {
		t.Setenv(name, value)
	}
	if err := os.Unsetenv("AWS_PROFILE"); err != nil { // boto3 takes an empty name for one; it is put back by Setenv
		t.Fatal(err)
	}
	err = steps.Until(t.Context(), 100*time.Millisecond, time.Minute, func(ctx context.Context) (bool, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/moto-api/data.json", nil)
		if err != nil {
			return false, err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return false, nil //nolint:nilerr // it is not up yet
		}
		return true, response.Body.Close()
	})
	if err != nil {
		t.Fatal(err)
	}
}

// adapted returns the default template as moto can take it.
func adapted(t *testing.T, python, role string) (template map[string]any) {
	t.Helper()
	const script = `
import contextlib, json, sys
sys.path.insert(0, "..")
import deploy_to_moto
with open("../mirrorstack/testdata/default.template.json") as f:
    template = json.load(f)
for section in ("Parameters", "Rules"):  # of an image that CDK builds
    template.pop(section, None)
with contextlib.redirect_stdout(sys.stderr):
    template = deploy_to_moto.adapt(template, sys.argv[1])
json.dump(template, sys.stdout)`
	command := exec.CommandContext(t.Context(), python, "-c", script, role)
	command.Stderr = t.Output()
	doc, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(doc, &template); err != nil {
		t.Fatal(err)
	}
	return template
}
