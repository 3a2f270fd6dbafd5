package lambda_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/lambda"
	"ecrmirror/localstack/lambdaruntime"
)

var caller = awsjson.Caller{Account: "111122223333", Region: "us-east-1", Service: "lambda"}

// A world has functions that are this test's own program, under the name handler.
type world struct {
	*lambda.Service
	mu      sync.Mutex
	log     bytes.Buffer
	letters chan string
	ended   []error // how attempts ended
}

type output struct{ w *world }

func (o output) Write(p []byte) (int, error) {
	o.w.mu.Lock()
	defer o.w.mu.Unlock()
	return o.w.log.Write(p)
}
func (output) Close() error { return nil }

func start(t *testing.T) *world {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	programs := t.TempDir()
	if err := os.Symlink(self, filepath.Join(programs, "handler")); err != nil {
		t.Fatal(err)
	}
	w := &world{letters: make(chan string, 1)}
	w.Service = lambda.New(t.Context(), lambda.Options{
		Home: caller.Account, Programs: programs, Dir: t.TempDir(),
		Environment: func(_, _ string, f lambda.Function) ([]string, error) {
			if f.Role == "" {
				return nil, errors.New("it has no role")
			}
			return []string{"AWS_SESSION_TOKEN=token-of-" + f.Role}, nil
		},
		Output:     func(_, _, _, _ string) (io.WriteCloser, error) { return output{w}, nil },
		DeadLetter: func(_, _, arn, body string) error { w.letters <- arn + " " + body; return nil },
		OnInvoke: func(_, _, _ string, err error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.ended = append(w.ended, err)
		},
	})
	t.Cleanup(w.Close)
	return w
}

func function(change func(*lambda.Function)) lambda.Function {
	f := lambda.Function{FunctionName: "f", Role: "role", PackageType: "Image"}
	f.Code.ImageURI, f.ImageConfig.EntryPoint = "image", []string{"/usr/local/bin/handler"}
	f.ImageConfig.Command = []string{"-test.run=none"}
	f.Environment.Variables = map[string]string{"GREETING": "hello"}
	f.DeadLetterConfig.TargetARN = "arn:aws:sqs:us-east-1:111122223333:dead"
	if change != nil {
		change(&f)
	}
	return f
}

func (w *world) put(t *testing.T, change func(*lambda.Function)) {
	t.Helper()
	if _, err := w.Put(caller, function(change), false); err != nil {
		t.Fatal(err)
	}
}

func (w *world) invoke(ctx context.Context, payload string) (string, error) {
	out, err := w.Invoke(ctx, caller.Account, caller.Region, "f", []byte(payload))
	return string(out), err
}

func TestFunctionHandlesEvents(t *testing.T) {
	w := start(t)
	w.put(t, nil)
	out, err := w.invoke(t.Context(), `{"Do":"echo"}`)
	if err != nil || out != `{"Do":"echo"}` {
		t.Errorf("%s, %v", out, err)
	}
	if log := w.log.String(); !strings.Contains(log, "function: hello token-of-role [-test.run=none]") {
		t.Errorf("log %s", log)
	}
	var reported *lambdaruntime.FunctionError
	if _, err := w.invoke(t.Context(), `{"Do":"fail"}`); !errors.As(err, &reported) || reported.Type != "Broken" {
		t.Errorf("a failure: %v", err)
	}
	var exited *lambda.ExitError
	if _, err := w.invoke(t.Context(), `{"Do":"exit"}`); !errors.As(err, &exited) || !strings.Contains(err.Error(),
		"exit status 3") {
		t.Errorf("an exit: %v", err)
	}
	for name, change := range map[string]func(*lambda.Function){
		"it has no role":  func(f *lambda.Function) { f.Role = "" },
		`exec: "handler"`: func(f *lambda.Function) { f.ImageConfig.EntryPoint = []string{"handler"} },
		`exec: "/usr/bin/absent"`: func(f *lambda.Function) {
			f.ImageConfig.EntryPoint = []string{"/usr/bin/absent"}
		},
		"wants to be told the entry": func(f *lambda.Function) { f.ImageConfig.EntryPoint = nil },
	} {
		w.put(t, change)
		if _, err := w.invoke(t.Context(), `{}`); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatAFunctionFailsAtIsADeadLetter(t *testing.T) {
	w := start(t)
	w.put(t, nil)
	if err := w.SetRetries(caller, "arn:aws:lambda:us-east-1:111122223333:function:f", 1); err != nil {
		t.Fatal(err)
	}
	if err := w.InvokeLater(caller.Account, caller.Region, "f", []byte(`{"Do":"fail"}`)); err != nil {
		t.Fatal(err)
	}
	if letter := <-w.letters; letter != `arn:aws:sqs:us-east-1:111122223333:dead {"Do":"fail"}` {
		t.Error(letter)
	}
	if len(w.ended) != 2 || w.ended[0] == nil || w.ended[1] == nil {
		t.Errorf("attempts ended %v", w.ended)
	}
	if err := w.InvokeLater(caller.Account, caller.Region, "absent", nil); err == nil {
		t.Error("a function that is not there takes an event")
	}
}

func TestPutRefuses(t *testing.T) {
	w := start(t)
	w.put(t, nil)
	for want, change := range map[string]func(*lambda.Function){
		"Function already exist: f": func(*lambda.Function) {},
		"at 'functionName'":         func(f *lambda.Function) { f.FunctionName = "a b" },
		"from images only":          func(f *lambda.Function) { f.FunctionName, f.PackageType = "g", "Zip" },
		"exceeded the 4KB limit": func(f *lambda.Function) {
			f.Environment.Variables["X"] = strings.Repeat("x", 4096)
		},
		"reserved keys":   func(f *lambda.Function) { f.Environment.Variables["AWS_REGION"] = "x" },
		"at 'timeout'":    func(f *lambda.Function) { f.Timeout = 901 },
		"at 'memorySize'": func(f *lambda.Function) { f.MemorySize = 64 },
	} {
		if _, err := w.Put(caller, function(change), true); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// The service's front door, as curl would knock at it: the SDK's client is large, and no test but this one would use
// it.
func TestAPI(t *testing.T) {
	w := start(t)
	w.put(t, nil)
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	for _, tc := range []struct {
		method, path, kind, body string
		status                   int
		want                     string
	}{
		{"GET", "/", "", "", 200, `"FunctionName":"f"`},
		{"GET", "/f", "", "", 200, `"ImageUri":"image"`},
		{"GET", "/f/configuration", "", "", 200, `"FunctionArn":"arn:aws:lambda:us-east-1:111122223333:function:f"`},
		{"GET", "/g", "", "", 404, "Function not found: arn:aws:lambda:us-east-1:111122223333:function:g"},
		{"POST", "/f/invocations", "", `{"Do":"echo"}`, 200, `{"Do":"echo"}`},
		{"POST", "/f/invocations", "", `{"Do":"fail"}`, 200, `"errorType":"Broken"`},
		{"POST", "/f/invocations", "Event", `{"Do":"echo"}`, 202, ""},
		{"POST", "/f/invocations", "DryRun", `{}`, 400, "no invocations of type DryRun"},
		{"DELETE", "/f", "", "", 501, "does not have DELETE"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), tc.method, server.URL+lambda.PathPrefix+tc.path,
			strings.NewReader(tc.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization",
			"AWS4-HMAC-SHA256 Credential=111122223333/20300101/us-east-1/lambda/aws4_request, SignedHeaders=host, "+
				"Signature=0")
		r.Header.Set("X-Amz-Invocation-Type", tc.kind)
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || response.StatusCode != tc.status || !strings.Contains(string(body), tc.want) {
			t.Errorf("%s %s %s: %s %s, %v", tc.method, tc.path, tc.kind, response.Status, body, err)
		}
	}
	w.Delete(caller, "f")
	if _, err := w.invoke(t.Context(), "{}"); err == nil {
		t.Error("a deleted function takes events")
	}
}
