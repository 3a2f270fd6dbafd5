package main

import (
	"encoding/base64"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"ecrmirror/localstack/server"
	"ecrmirror/testkit/fault"
)

// A secretWorld is AWS and registries with secrets, and what was left behind in it.
type secretWorld struct {
	t           *testing.T
	aws         *server.Server
	faults      fault.Injector // of aws
	environment []string       // of the programs
	programs    string
	traces      string // where the programs' arguments and files are kept

	ssmHost, bearerHost, wrongHost, redirectHost string
	remains                                      map[string]string
}

func newSecretWorld(t *testing.T) *secretWorld {
	t.Helper()
	w := &secretWorld{t: t, programs: t.TempDir(), traces: t.TempDir(), remains: map[string]string{}}
	w.ssmHost, w.wrongHost = startBasic(t, ssmPassword), startBasic(t, "another one")
	w.bearerHost, w.redirectHost = startBearer(t, secretPassword), startRedirecting(t)
	w.buildPrograms()
	w.environment = []string{
		"CONTAINER_AUTH_PARAMETER=/logins", "CONTAINER_AUTH_SECRET=logins," + w.wrongHost + "=wrong",
		"MIRROR_ASSUME_ROLES=" + partnerAccount + "=" + partnerRole + "#" + externalID,
	}
	var err error
	w.aws, err = server.Start(t.Context(), server.Options{
		Wrap: w.faults.Wrap, Programs: w.programs, NoEvents: true, JobEnvironment: w.environment,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.aws.Close() })
	for _, role := range []string{"MirrorRole", "ControllerRole"} {
		if err := w.aws.Grant(role, "ssm:GetParameter", "secretsmanager:GetSecretValue", "sts:AssumeRole",
			"dynamodb:*"); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.aws.TrustedRole(partnerRole, externalID, "ecr:*"); err != nil {
		t.Fatal(err)
	}

	logins := `{"auths":{"` + w.ssmHost + `":{"auth":"` + base64.StdEncoding.EncodeToString(
		[]byte("robot:"+ssmPassword)) + `"}}}`
	w.parameter("/logins", logins)
	w.parameter("/broken", `{"auths":{"ghcr.io":{"auth":"`+brokenPassword+`"}}`)
	w.secret("logins", `{"username":"robot","password":"`+secretPassword+`","registry":"`+w.bearerHost+`"}`)
	w.secret("wrong", `{"username":"robot","password":"`+wrongPassword+`"}`)
	w.secret("broken", brokenPassword)
	w.secret("nameless", `{"username":"robot","password":"`+brokenPassword+`"}`)
	for _, repository := range []string{"app", "gone", "refused", "never", "broken"} {
		w.repository("111122223333", repository)
	}
	w.repository(partnerAccount, "app")
	for _, image := range []string{w.ssmHost + "/app:1", w.ssmHost + "/app:2"} {
		writeImage(t, image, &authn.Basic{Username: "robot", Password: ssmPassword})
	}
	for _, image := range []string{w.redirectHost + "/gone:1", w.redirectHost + "/refused:1"} {
		writeImage(t, image, authn.Anonymous)
	}
	return w
}

func writeImage(t *testing.T, image string, login authn.Authenticator) {
	t.Helper()
	ref, err := name.ParseReference(image)
	if err != nil {
		t.Fatal(err)
	}
	content, err := random.Image(100_000, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(ref, content, remote.WithAuth(login), remote.WithContext(t.Context())); err != nil {
		t.Fatal(err)
	}
}

// buildPrograms builds the programs. Each is started by a script that keeps its arguments,
// as the kernel has them, and the files that are in its directories when it ends.
func (w *secretWorld) buildPrograms() {
	w.t.Helper()
	built := w.t.TempDir()
	cmd := exec.CommandContext(w.t.Context(), "go", "build", "-tags", "containers_image_openpgp", "-o",
		built+string(os.PathSeparator),
		"ecrmirror/cmd/mirror", "ecrmirror/cmd/controller")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		w.t.Fatalf("building the programs: %v\n%s", err, out)
	}
	for _, program := range []string{"mirror", "controller"} {
		script := `#!/bin/sh
program="` + filepath.Join(built, program) + `" trace="` + w.traces + `/$$"
mkdir "$trace"
"$program" "$@" &
pid=$!
if [ -d /proc/$pid ]; then
	until [ "$(readlink /proc/$pid/exe)" != "$(readlink /proc/$$/exe)" ]; do :; done
	tr '\0' '\n' </proc/$pid/cmdline >"$trace/arguments"
fi
wait $pid
code=$?
cp -R "$HOME" "$trace/home"
exit $code
`
		if err := os.WriteFile(filepath.Join(w.programs, program), []byte(script), 0o755); err != nil {
			w.t.Fatal(err)
		}
	}
}

// run runs a program as a user does and returns what it prints. It may fail: then it says why.
func (w *secretWorld) run(program string, args ...string) string {
	w.t.Helper()
	role, err := w.aws.EnvironmentOf(map[string]string{"controller": "ControllerRole", "mirror": "MirrorRole"}[program])
	if err != nil {
		w.t.Fatal(err)
	}
	home := w.t.TempDir()
	cmd := exec.CommandContext(w.t.Context(), filepath.Join(w.programs, program), args...)
	cmd.Dir, cmd.Env = home, slices.Concat([]string{"HOME=" + home, "TMPDIR=" + home, "PATH=" + os.Getenv("PATH")},
		role, w.environment)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.t.Fatal(err)
	}
	if strings.Contains(string(out), "goroutine ") || len(out) == 0 {
		w.t.Errorf("%s %v: %v\n%s", program, args, err, out)
	}
	return string(out)
}

func (w *secretWorld) ecr(account, image string) string {
	return account + ".dkr.ecr.us-east-1.amazonaws.com/" + image
}

func (w *secretWorld) entry(comment, source string, destinations ...string) {
	w.t.Helper()
	out := w.run("controller", append([]string{"put", source}, destinations...)...)
	if !strings.HasPrefix(out, "created") {
		w.t.Errorf("%s: %s", comment, out)
	}
	w.left("put", out)
}

func (w *secretWorld) parameter(name, value string) {
	w.t.Helper()
	_, err := ssm.NewFromConfig(w.aws.Config()).PutParameter(w.t.Context(), &ssm.PutParameterInput{
		Name: aws.String(name), Value: aws.String(value), Type: ssmtypes.ParameterTypeSecureString,
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *secretWorld) secret(name, value string) {
	w.t.Helper()
	_, err := secretsmanager.NewFromConfig(w.aws.Config()).CreateSecret(w.t.Context(),
		&secretsmanager.CreateSecretInput{
			Name: aws.String(name), SecretString: aws.String(value),
		})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *secretWorld) client(account string) *ecr.Client {
	cfg := w.aws.Config()
	cfg.Credentials = credentials.NewStaticCredentialsProvider(account, "localstack", "")
	return ecr.NewFromConfig(cfg)
}

func (w *secretWorld) repository(account, name string) {
	w.t.Helper()
	_, err := w.client(account).CreateRepository(w.t.Context(),
		&ecr.CreateRepositoryInput{RepositoryName: aws.String(name)})
	if err != nil {
		w.t.Fatal(err)
	}
}

// mustHold fails the test unless the images of ECR are there: secrets that were not used can't leak.
func (w *secretWorld) mustHold(images ...string) {
	w.t.Helper()
	for _, image := range images {
		account, _, _ := strings.Cut(image, ".")
		repository, tag, _ := strings.Cut(image[strings.Index(image, "/")+1:], ":")
		_, err := w.client(account).DescribeImages(w.t.Context(), &ecr.DescribeImagesInput{
			RepositoryName: &repository, ImageIds: []ecrtypes.ImageIdentifier{{ImageTag: &tag}},
		})
		if err != nil {
			w.t.Errorf("%s: %v", image, err)
		}
	}
}

// breakBlobs breaks the reading of ECR's blobs from now on.
func (w *secretWorld) breakBlobs(rule fault.Rule) {
	w.t.Helper()
	rule.Operation = "s3.GetObject"
	if err := w.faults.Set(1, rule); err != nil {
		w.t.Fatal(err)
	}
}

// submitSweep has Batch run a sweep.
func (w *secretWorld) submitSweep() {
	w.t.Helper()
	_, err := batch.NewFromConfig(w.aws.Config()).SubmitJob(w.t.Context(), &batch.SubmitJobInput{
		JobName: aws.String("sweep"), JobQueue: aws.String("controller"), JobDefinition: aws.String("controller"),
	})
	if err != nil {
		w.t.Fatal(err)
	}
}
