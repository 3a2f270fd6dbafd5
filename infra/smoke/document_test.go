package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cloudformationtypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"ecrmirror/infra/smoke/steps"
	"ecrmirror/testkit/registrytest"
)

// TestTheFirstImage runs the commands that docs/first-image.md has a new user type once the stack is
// there, as they stand there, but for the registry that the image comes from.
func TestTheFirstImage(t *testing.T) {
	needAWSCLI(t)
	host := registrytest.Start(t)
	digest := pushAlpine(t, host)
	home := t.TempDir()
	if err := os.Symlink(built(t), filepath.Join(home, "bin")); err != nil {
		t.Fatal(err)
	}
	local := startLocal(t, filepath.Join(home, "bin"), host)
	deployDefault(t, cloudformation.NewFromConfig(local.Config()))

	script := strings.ReplaceAll(commands(t), "docker.io/", host+"/")
	nothingWithoutAStack(t, home, script)
	shell := exec.CommandContext(t.Context(), "sh", "-eux", "-c", script)
	shell.Dir = home
	out, err := shell.CombinedOutput()
	if err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	images := ecr.NewFromConfig(local.Config())
	err = steps.Until(t.Context(), 100*time.Millisecond, time.Minute, func(ctx context.Context) (bool, error) {
		found, err := images.DescribeImages(ctx, &ecr.DescribeImagesInput{RepositoryName: aws.String("alpine")})
		if err != nil || len(found.ImageDetails) == 0 {
			return false, err
		}
		return aws.ToString(found.ImageDetails[0].ImageDigest) == digest, nil
	})
	if err != nil {
		t.Errorf("%v; the commands said:\n%s", err, out)
	}
}

// needAWSCLI puts the AWS CLI on the PATH, that of make client-tools first, or skips the test. In CI it must be there.
func needAWSCLI(t *testing.T) {
	t.Helper()
	found, err := filepath.Glob("../../.tools/aws-[0-9]*/bin")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range found {
		path, err := filepath.Abs(dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Setenv("PATH", path+string(os.PathListSeparator)+os.Getenv("PATH"))
	}
	const missing = "the AWS CLI is not installed: make client-tools"
	if _, err := exec.LookPath("aws"); err == nil {
		return
	}
	if os.Getenv("ECRMIRROR_REQUIRE_CLIENTS") == "1" {
		t.Fatal(missing)
	}
	t.Skip(missing)
}

// nothingWithoutAStack types the commands with the name of a stack that is not there. The shell goes on after each,
// and has the name of another table.
func nothingWithoutAStack(t *testing.T, home, script string) {
	t.Helper()
	wrong := strings.ReplaceAll(script, "--stack-name ecrmirror", "--stack-name nosuch")
	shell := exec.CommandContext(t.Context(), "sh", "-c", wrong+"bin/controller list --output json")
	shell.Dir = home
	out, err := shell.CombinedOutput()
	if err != nil || wrong == script || !strings.Contains(string(out), "Stack with id nosuch does not exist") ||
		strings.Contains(string(out), "alpine:3") {
		t.Errorf("%v; without the stack, the commands said:\n%s", err, out)
	}
}

// commands returns those of the document's steps that begin with the deployed stack.
func commands(t *testing.T) string {
	t.Helper()
	doc, err := os.ReadFile("../../docs/first-image.md")
	if err != nil {
		t.Fatal(err)
	}
	section := string(doc)
	var script strings.Builder
	blocks := regexp.MustCompile("(?s)\n   ```\n(.*?)   ```\n").FindAllStringSubmatch(section, -1)
	for _, block := range blocks {
		if strings.Contains(block[1], "bin/controller") {
			script.WriteString(block[1])
		}
	}
	if count := len(regexp.MustCompile(`(?m)^[0-9]\. `).FindAllString(section, -1)); count > 6 || len(blocks) < count {
		t.Errorf("the document has %d steps and %d blocks of commands; a new user is promised 6 steps at most",
			count, len(blocks))
	}
	if !strings.Contains(script.String(), "docker.io/library/alpine:3") {
		t.Fatalf("the document has no commands for the first image:\n%s", section)
	}
	return script.String()
}

func pushAlpine(t *testing.T, host string) (digest string) {
	t.Helper()
	image, err := random.Image(1000, 2)
	if err != nil {
		t.Fatal(err)
	}
	ref, err := name.ParseReference(host + "/library/alpine:3")
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(ref, image, remote.WithContext(t.Context())); err != nil {
		t.Fatal(err)
	}
	hash, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return hash.String()
}

// deployDefault makes the stack that make deploy makes.
func deployDefault(t *testing.T, client *cloudformation.Client) {
	t.Helper()
	body, err := json.Marshal(defaultTemplate(t))
	if err != nil {
		t.Fatal(err)
	}
	made, err := client.CreateStack(t.Context(), &cloudformation.CreateStackInput{
		StackName: aws.String("ecrmirror"), TemplateBody: aws.String(string(body)),
		Capabilities: []cloudformationtypes.Capability{cloudformationtypes.CapabilityCapabilityIam},
	})
	if err != nil {
		t.Fatal(err)
	}
	waiter := cloudformation.NewStackCreateCompleteWaiter(client,
		func(o *cloudformation.StackCreateCompleteWaiterOptions) { o.MinDelay = 100 * time.Millisecond })
	if err := waiter.Wait(t.Context(), &cloudformation.DescribeStacksInput{StackName: made.StackId},
		time.Minute); err != nil {
		t.Fatal(err)
	}
}
