package lambdafunction

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/dispatch"
	"ecrmirror/internal/printable"
	"ecrmirror/internal/program"
	"ecrmirror/internal/trigger"
)

func event(t *testing.T, name string) []byte {
	t.Helper()
	payload, err := os.ReadFile(filepath.Join("..", "trigger", "testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

func TestWhatAnInvocationIsToldAndWhatIsLogged(t *testing.T) {
	lasting := &program.Failure{Err: errors.New("1 of 2 entries failed")}
	passing := &program.Failure{Err: errors.New("throttled"), Transient: true}
	for name, c := range map[string]struct {
		payload []byte // a push if nil
		result  dispatch.Result
		answer  string // or of an error the type and the message
		log     string // level and message, "" for none
	}{
		"done": {
			result: dispatch.Result{Summary: "entries: 1"}, answer: `{"summary":"entries: 1"}`,
			log: "INFO event handled",
		},
		"nothing to do": {
			result: dispatch.Result{Summary: "nothing to do: no entry", Idle: true},
			answer: `{"summary":"nothing to do: no entry"}`,
		},
		"a stranger's": {
			result: dispatch.Result{Summary: "a\x1b[2J\nb", Idle: true}, answer: `{"summary":"a?[2J; b"}`,
		},
		"in part": {
			result: dispatch.Result{Summary: "entries: 2", Err: lasting, Partial: true},
			answer: `{"summary":"entries: 2"}`, log: "WARN entries failed",
		},
		"failed": {
			result: dispatch.Result{Err: lasting, Causes: []error{errors.New("no image")}},
			answer: "Failed: 1 of 2 entries failed; no image", log: "ERROR event failed",
		},
		"may pass": {
			result: dispatch.Result{Err: passing}, answer: "Transient: throttled", log: "ERROR event failed",
		},
		"wrong setting": {
			result: dispatch.Result{Err: errors.New("no table")}, answer: "Configuration: no table",
			log: "ERROR event failed",
		},
		"stopped": {
			result: dispatch.Result{Err: &program.Failure{Err: context.Canceled}},
			answer: "Transient: context canceled", log: "ERROR event failed",
		},
		"malformed": {
			payload: []byte(`{"version":"0"}`),
			answer: `MalformedEvent: malformed event: no "source"; it has to come as EventBridge sends it, not ` +
				`transformed`,
			log: "ERROR event failed",
		},
	} {
		var log bytes.Buffer
		asked := 0
		f := &Function{Log: printable.JSONLog(&log, slog.LevelInfo)}
		f.Dispatch = func(_ context.Context, _ *slog.Logger, e trigger.Event) dispatch.Result {
			asked++
			if e.Kind != trigger.Push || e.Tag != "latest" {
				t.Errorf("%s: %+v", name, e)
			}
			return c.result
		}
		payload := c.payload
		if payload == nil {
			payload = event(t, "push-aws")
		}
		ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "request-1"})
		answer, err := f.Invoke(ctx, payload)
		got := string(answer)
		if failure, ok := errors.AsType[messages.InvokeResponse_Error](err); ok {
			got = failure.Type + ": " + failure.Message
		}
		if diff := cmp.Diff(c.answer, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
		level, message, _ := strings.Cut(c.log, " ")
		if said := log.String(); (said == "") != (c.log == "") ||
			c.log != "" && !strings.Contains(said, `"level":"`+level+`","msg":"`+message+`","requestId":"request-1"`) {
			t.Errorf("%s: logged %q", name, said)
		}
		if (asked == 1) != (c.payload == nil) {
			t.Errorf("%s: %d events", name, asked)
		}
	}
}

func TestAnInvocationsContextEndsEarly(t *testing.T) {
	for left, reserve := range map[time.Duration]time.Duration{time.Hour: maxReserve, 10 * time.Second: time.Second} {
		now := time.Now()
		invocation, cancel := context.WithDeadline(t.Context(), now.Add(left))
		defer cancel()
		ctx, cancelEarly := early(invocation)
		defer cancelEarly()
		deadline, _ := ctx.Deadline()
		// The reserve is a tenth of what was left when it was worked out, a moment after now.
		if got := now.Add(left).Sub(deadline); got > reserve || got < reserve*9/10 {
			t.Errorf("with %s left: %s are reserved, want %s", left, got, reserve)
		}
	}
	over, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Minute))
	defer cancel()
	ctx, cancelEarly := early(over)
	defer cancelEarly()
	if ctx.Err() == nil || errorType(program.Fail(context.Cause(ctx))) != errorTransient {
		t.Error(context.Cause(ctx))
	}
	ctx, cancelEarly = early(t.Context())
	defer cancelEarly()
	if _, ok := ctx.Deadline(); ok {
		t.Error("a deadline that nobody has set")
	}
}

// TestServeWaitsForInvocations ends a function while it handles an event.
func TestServeWaitsForInvocations(t *testing.T) {
	api := httptest.NewServer(http.NotFoundHandler())
	defer api.Close()
	f := &Function{Log: slog.New(slog.DiscardHandler)}
	release, entered := make(chan struct{}), make(chan struct{})
	f.Dispatch = func(context.Context, *slog.Logger, trigger.Event) dispatch.Result {
		close(entered)
		<-release
		return dispatch.Result{Idle: true}
	}
	handled := make(chan error, 1)
	go func() {
		_, err := f.Invoke(t.Context(), event(t, "push-aws"))
		handled <- err
	}()
	<-entered
	if f.busy.TryLock() {
		t.Error("the function could end while it handles an event")
	}
	close(release)
	if err := <-handled; err != nil {
		t.Error(err)
	}
	if !f.busy.TryLock() {
		t.Error("the function can't end though it is idle")
	}
}

func TestAProgramThatCannotStartTellsLambdaWhy(t *testing.T) {
	for name, c := range map[string]struct {
		err    error
		status int
		kind   string
		exit   int
		log    string // what is logged beside the reason
	}{
		"wrong setting": {errors.New("no table"), http.StatusAccepted, "Configuration", contract.ExitUsage, ""},
		"may pass": {
			&program.Failure{Err: errors.New("throttled"), Transient: true}, http.StatusAccepted, "Transient",
			contract.ExitTransient, "",
		},
		"refused": {
			errors.New("no table"), http.StatusForbidden, "Configuration", contract.ExitUsage,
			"its runtime API refused it: 403 Forbidden",
		},
	} {
		var told, kind string
		api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			told, kind = r.Method+" "+r.URL.Path+" "+string(body), r.Header.Get("Lambda-Runtime-Function-Error-Type")
			w.WriteHeader(c.status)
		}))
		var stderr bytes.Buffer
		code := Run(t.Context(), "controller", api.Listener.Addr().String(), &stderr,
			func(context.Context) error { return c.err })
		api.Close()
		if code != c.exit || kind != "Runtime."+c.kind {
			t.Errorf("%s: exit code %d, type %q", name, code, kind)
		}
		if want := `POST /2018-06-01/runtime/init/error {"errorMessage":"` + c.err.Error() +
			`","errorType":"` + c.kind + `"}`; told != want {
			t.Errorf("%s: told %s", name, told)
		}
		if log := stderr.String(); !strings.Contains(log, `"msg":"cannot start","reason":"`+c.err.Error()+`"`) ||
			!strings.Contains(log, c.log) || (strings.Count(log, "\n") == 1) != (c.log == "") {
			t.Errorf("%s: %s", name, log)
		}
	}
	var stderr bytes.Buffer
	code := Run(t.Context(), "controller", "127.0.0.1:1", &stderr, func(context.Context) error { return nil })
	if code != contract.ExitOK || stderr.Len() > 0 {
		t.Errorf("exit code %d, %s", code, &stderr)
	}
}
