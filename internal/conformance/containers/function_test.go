package containers

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/testcontainers/testcontainers-go"

	"ecrmirror/localstack/lambdaruntime"
	"ecrmirror/localstack/server"
)

// A function is the image as a Lambda function.
type function struct {
	runtime   *lambdaruntime.Runtime
	container *testcontainers.DockerContainer
	asked     <-chan time.Time // holds when the function first asked for an invocation
}

// imageCommand is the image's CMD. Lambda keeps it where a function's settings have an entrypoint alone;
// Docker does not.
var imageCommand = []string{"mirror", "help", "programs"}

// deploy starts a function with what Lambda gives it: its entrypoint, the image's command, /tmp to write to, a runtime
// API.
func (w *world) deploy() *function {
	w.t.Helper()
	asked := make(chan time.Time, 1)
	f := &function{runtime: lambdaruntime.New(lambdaruntime.Options{}), asked: asked}
	var first sync.Once
	api := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/invocation/next") {
			first.Do(func() { asked <- time.Now() })
		}
		f.runtime.ServeHTTP(rw, r)
	}))
	w.t.Cleanup(api.Close)
	f.container = w.start(testcontainers.WithEntrypoint("controller"), testcontainers.WithCmd(imageCommand...),
		testcontainers.WithTmpfs(map[string]string{"/tmp": "rw"}),
		w.environment("FunctionRole", map[string]string{
			"AWS_LAMBDA_RUNTIME_API": api.Listener.Addr().String(), "AWS_LAMBDA_FUNCTION_NAME": "push",
			"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
		}))
	return f
}

// coldStart waits until the function asks for its first invocation, and returns how long that took
// since its process was started.
func (w *world) coldStart(f *function) time.Duration {
	w.t.Helper()
	inspected, err := f.container.Inspect(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	started, err := time.Parse(time.RFC3339Nano, inspected.State.StartedAt)
	if err != nil {
		w.t.Fatal(err)
	}
	select {
	case asked := <-f.asked:
		return asked.Sub(started)
	case <-w.t.Context().Done():
		w.t.Fatal("the function asks for nothing")
		return 0
	}
}

// stop ends the function as Lambda does, and returns its exit code and log.
func (w *world) stop(f *function) (code int, log string) {
	w.t.Helper()
	patience := 10 * time.Second
	if err := f.container.Stop(context.WithoutCancel(w.t.Context()), &patience); err != nil {
		w.t.Fatal(err)
	}
	return w.ended(f.container)
}

func TestARecordedPushIsMirroredByTheFunction(t *testing.T) {
	// the event's
	w := newWorld(t, server.Options{Roles: "default", NoEvents: true, Account: "123456789012", Region: "us-west-2"})
	upstream := w.registry + "/upstream/app:1"
	digest := w.push(upstream)
	source := w.repository("my-repository-name") + ":latest"
	for _, command := range [][]string{
		{"mirror", upstream, source},
		{"controller", "put", source, w.registry + "/copy:1"},
	} {
		if code, output := w.run(command...); code != 0 {
			t.Fatalf("%q: exit code %d:\n%s", command, code, output)
		}
	}
	payload, err := os.ReadFile(filepath.Join(root, "internal", "trigger", "testdata", "push-aws.json"))
	if err != nil {
		t.Fatal(err)
	}

	f := w.deploy()
	answer, err := f.runtime.Invoke(t.Context(), payload)
	if err != nil || !strings.Contains(string(answer), "stale destinations: 1 (in flight 0); jobs submitted: 1") {
		t.Errorf("answer %s, %v", answer, err)
	}
	if err := w.aws.Jobs().Idle(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.jobs(batch.NewFromConfig(w.aws.Config()), "mirror")
	w.inRegistry(w.registry+"/copy:1", digest)
	code, log := w.stop(f)
	if code != 143 { // by SIGTERM
		t.Errorf("exit code %d", code)
	}
	if v := f.runtime.Violations(); v != nil {
		t.Errorf("out of turn: %q", v)
	}
	if t.Failed() {
		t.Logf("log:\n%s", log)
	}
}

// coldStarts is how many times the cold start is measured.
const coldStarts = 5

// TestColdStart prints how long it takes from the start of the function's process, as Docker tells
// it, to its first question for an event. It cannot fail by how long that is.
func TestColdStart(t *testing.T) {
	w := newWorld(t, server.Options{NoEvents: true, Roles: "default"})
	var times []time.Duration
	for range coldStarts {
		f := w.deploy()
		times = append(times, w.coldStart(f))
		w.stop(f)
	}
	slices.Sort(times)
	t.Logf("cold start: median %s, slowest %s of %d", times[len(times)/2], times[len(times)-1], len(times))
}
