package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"

	"ecrmirror/internal/contract"
	"ecrmirror/localstack/lambdaruntime"
	"ecrmirror/localstack/server"
	"ecrmirror/testkit/registrytest"
	"ecrmirror/testkit/scripttest"
	"ecrmirror/testkit/servertest"
)

// deployed is the controller as a Lambda function beside the AWS that it works with.
type deployed struct {
	t        *testing.T
	aws      *server.Server
	runtime  *lambdaruntime.Runtime
	process  *exec.Cmd
	stdout   written
	stderr   written
	ended    chan error // holds what the process came to
	registry string     // one that has nothing yet
}

// written is what a program has printed.
type written struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (w *written) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(p)
}

func (w *written) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}

// deploy starts the function, with more in its environment than it needs where env has it. When
// the test ends, so does the function, as Lambda ends it; it must have done nothing out of turn then,
// and logged nothing but JSON.
func deploy(t *testing.T, opts server.Options, timeout time.Duration, env ...string) *deployed {
	t.Helper()
	mirror, err := exec.LookPath("mirror")
	if err != nil {
		t.Fatal(err)
	}
	opts.NoEvents, opts.Programs, opts.JobEnvironment = true, filepath.Dir(mirror), []string{quickExit}
	opts.Roles = "default" // its pushes start a function
	opts.Uses = os.Getenv(scripttest.UsesVariable)
	d := &deployed{
		t: t, runtime: lambdaruntime.New(lambdaruntime.Options{Timeout: timeout, Grace: time.Minute}),
		ended: make(chan error, 1),
	}
	d.aws, d.registry = servertest.Start(t, opts), registrytest.Start(t)
	api := httptest.NewServer(d.runtime)
	t.Cleanup(api.Close)

	role, err := d.aws.EnvironmentOf("FunctionRole")
	if err != nil {
		t.Fatal(err)
	}
	d.process = exec.Command("controller")
	d.process.Env = append(append(os.Environ(), role...), quickExit, "AWS_MAX_ATTEMPTS=2",
		"AWS_LAMBDA_RUNTIME_API="+api.Listener.Addr().String(), "AWS_LAMBDA_FUNCTION_NAME=controller",
		"AWS_LAMBDA_LOG_LEVEL=DEBUG")
	d.process.Env = append(d.process.Env, env...)
	d.process.Stdout, d.process.Stderr = &d.stdout, &d.stderr
	if err := d.process.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { d.ended <- d.process.Wait() }()
	t.Cleanup(d.end)
	return d
}

// end ends the function by SIGTERM, unless it has ended, and returns when it has and all
// that it printed is here.
func (d *deployed) end() {
	_ = d.process.Process.Signal(syscall.SIGTERM) // an error means that it is gone
	d.ended <- <-d.ended
	if v := d.runtime.Violations(); v != nil {
		d.t.Errorf("out of turn: %q", v)
	}
	for line := range strings.Lines(d.stderr.String()) {
		if !json.Valid([]byte(line)) {
			d.t.Errorf("not JSON: %s", line)
		}
	}
	if d.t.Failed() {
		d.t.Logf("log:\n%s", &d.stderr)
	}
}

// exitCode ends the function and returns its exit code.
func (d *deployed) exitCode() int {
	d.t.Helper()
	err := <-d.ended
	d.ended <- err
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		d.t.Fatalf("ended with %v", err)
	}
	return exit.ExitCode()
}

// event returns a recorded event.
func event(t *testing.T, file string) []byte {
	t.Helper()
	payload, err := os.ReadFile(filepath.Join("..", "..", "internal", "trigger", "testdata", file+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

// pushed returns the recorded event of a push, of another repository.
func pushed(t *testing.T, repository string) []byte {
	t.Helper()
	return bytes.ReplaceAll(event(t, "push-media-types"), []byte("team/app"), []byte(repository))
}

// invoke invokes the function and returns its summary.
func (d *deployed) invoke(payload []byte) (string, error) {
	d.t.Helper()
	ctx, cancel := context.WithCancelCause(d.t.Context())
	defer cancel(nil)
	go func() {
		select {
		case err := <-d.ended:
			d.ended <- err
			cancel(fmt.Errorf("the function has ended: %v", err))
		case <-ctx.Done():
		}
	}()
	answer, err := d.runtime.Invoke(ctx, payload)
	if err != nil {
		return "", err
	}
	var out struct{ Summary string }
	if err := json.Unmarshal(answer, &out); err != nil {
		d.t.Errorf("answer %q: %v", answer, err)
	}
	return out.Summary, nil
}

// jobs checks which mirror jobs there are.
func (d *deployed) jobs(want ...string) {
	d.t.Helper()
	got, err := jobLines(d.t.Context(), d.aws.Config())
	if err != nil {
		d.t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		d.t.Errorf("jobs (-want +got)\n%s", diff)
	}
}

// calls checks what the services were asked.
func (d *deployed) calls(want map[string]int64) {
	d.t.Helper()
	if diff := cmp.Diff(want, d.aws.Stats().Snapshot().Calls); diff != "" {
		d.t.Errorf("calls (-want +got)\n%s", diff)
	}
}

// image puts an image into the ECR of the home account.
func (d *deployed) image(source string) {
	d.t.Helper()
	ref, err := name.ParseReference(source)
	if err != nil {
		d.t.Fatal(err)
	}
	image, err := mutate.Config(empty.Image, v1.Config{Labels: map[string]string{"name": source}})
	if err != nil {
		d.t.Fatal(err)
	}
	if err := pushToECR(d.aws.Config(), ref, image); err != nil {
		d.t.Fatal(err)
	}
	d.aws.Stats().Reset()
}

// entry puts an entry into the table.
func (d *deployed) entry(source, destination string) {
	d.t.Helper()
	putEntry(d.t, d.aws.Config(), source, destination)
	d.aws.Stats().Reset()
}

// silent starts a registry that says when it is asked, and never answers.
func silent(t *testing.T) (host string, asked <-chan struct{}) {
	t.Helper()
	c := make(chan struct{}, 1)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case c <- struct{}{}:
		default:
		}
		<-r.Context().Done()
	}))
	t.Cleanup(s.Close)
	return s.Listener.Addr().String(), c
}

// TestTheImagesCommandIsNoMistakeInLambda holds the Dockerfile's CMD to what the function takes, and a
// function to nothing else.
func TestTheImagesCommandIsNoMistakeInLambda(t *testing.T) {
	dockerfile, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	command, err := json.Marshal(contract.ImageCommand())
	if err != nil {
		t.Fatal(err)
	}
	if want := "\nCMD " + strings.ReplaceAll(string(command), ",", ", ") + "\n"; !strings.HasSuffix(string(dockerfile),
		want) {
		t.Errorf("the Dockerfile does not end with %s", want)
	}
	cmd := newFunction(func(string) string { return "" }, io.Discard, io.Discard)
	for _, c := range []struct {
		args []string
		ok   bool
	}{{nil, true}, {contract.ImageCommand(), true}, {[]string{"sweep"}, false}, {[]string{"mirror", "help"}, false}} {
		if err := cmd.Args(cmd, c.args); (err == nil) != c.ok {
			t.Errorf("%q: %v", c.args, err)
		}
	}
}
