package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"ecrmirror/internal/contract"
	"ecrmirror/localstack/lambdaruntime"
	"ecrmirror/localstack/server"
)

// west is where the recorded events are from, unless they are from another partition.
var west = server.Options{Account: "123456789012", Region: "us-west-2"}

// hostWest is the host of its registry.
const hostWest = "123456789012.dkr.ecr.us-west-2.amazonaws.com"

func TestARecordedPushOfEachPartitionSubmitsItsJob(t *testing.T) {
	for file, c := range map[string]struct{ region, image, source string }{
		"push-aws": {"us-west-2", hostWest + "/my-repository-name:latest", hostWest + "/my-repository-name"},
		"push-aws-cn": {
			"cn-north-1", "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/team/app:1.2",
			"123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/team/app:1.2",
		},
		"push-aws-us-gov": {
			"us-gov-west-1", "123456789012.dkr.ecr.us-gov-west-1.amazonaws.com/team/app:1.2",
			"123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/team/app:1.2",
		},
		"push-aws-eusc": {
			"eusc-de-east-1", "123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu/team/app:1.2",
			"ecr.aws/arn:aws-eusc:ecr:eusc-de-east-1:123456789012:repository/team/app:1.2",
		},
		"push-media-types": {
			"us-west-2", hostWest + "/team/app:1.2", "docker://123456789012.dkr-ecr-fips.us-west-2.on.aws/team/app:1.2",
		},
	} {
		t.Run(file, func(t *testing.T) {
			d := deploy(t, server.Options{Account: "123456789012", Region: c.region}, time.Minute)
			d.image(c.image)
			d.entry(c.source, d.registry+"/copy:1")
			d.entry("r.io/other:1", d.registry+"/other:1")
			summary, err := d.invoke(event(t, file))
			if err != nil ||
				summary != "entries: 1 (current 0, failed 0); stale destinations: 1 (in flight 0); jobs submitted: 1" {
				t.Errorf("%q, %v", summary, err)
			}
			d.jobs(c.source + " -> " + d.registry + "/copy:1\n")

			// EventBridge delivers at least once.
			summary, err = d.invoke(event(t, file))
			if err != nil || !strings.HasSuffix(summary, "(in flight 1); jobs submitted: 0") {
				t.Errorf("again: %q, %v", summary, err)
			}
			calls := d.aws.Stats().Snapshot().Calls
			// Something was to be submitted each time, so that the table was read for entries in its way. The entry
			// and the ledger's records are a call each; whether the ledger is the table's is asked once, and adopted.
			if calls["dynamodb.BatchGetItem"] != 7 || calls["dynamodb.Scan"] != 2 ||
				calls["dynamodb.Query"]+calls["sts.GetCallerIdentity"] != 0 {
				t.Errorf("calls %v", calls)
			}
		})
	}
}

func TestAPushThatNoEntryNamesCostsOneRead(t *testing.T) {
	d := deploy(t, west, time.Minute, "CONTAINER_AUTH_PARAMETER=/not/read") // logins are not needed either
	d.entry(hostWest+"/team/app:1.1", d.registry+"/copy:1")
	summary, err := d.invoke(event(t, "push-media-types"))
	if err != nil || summary != "nothing to do: no entry for "+hostWest+"/team/app:1.2" {
		t.Errorf("%q, %v", summary, err)
	}
	d.calls(map[string]int64{"dynamodb.BatchGetItem": 1})
}

func TestOtherEventsAreIgnoredWithADebugLine(t *testing.T) {
	d := deploy(t, west, time.Minute)
	d.image(hostWest + "/team/app:1.2")
	d.entry(hostWest+"/team/app:1.2", d.registry+"/copy:1")
	for _, file := range []string{"push-untagged", "push-failure", "delete", "scan", "batch-state"} {
		summary, err := d.invoke(event(t, file))
		if err != nil || !strings.HasPrefix(summary, "nothing to do: ") {
			t.Errorf("%s: %q, %v", file, summary, err)
		}
	}
	d.calls(nil)
	d.end()
	if n := strings.Count(d.stderr.String(), `"level":"DEBUG","msg":"event ignored","requestId":"`); n != 5 {
		t.Errorf("%d debug lines", n)
	}
	if n := strings.Count(d.stderr.String(), "\n"); n != 5+1 { // and one on its end
		t.Errorf("%d lines", n)
	}
}

func TestTheKindOfAnErrorSaysWhatToDo(t *testing.T) {
	d := deploy(t, west, time.Minute)
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "on fire", http.StatusInternalServerError)
	}))
	defer broken.Close()
	d.image(hostWest + "/unlucky:1.2")
	host := broken.Listener.Addr().String()
	d.entry(hostWest+"/unlucky:1.2", host+"/x:1")
	d.entry(hostWest+"/absent:1.2", d.registry+"/copy:1")
	d.entry(hostWest+"/bad:1.2", " , ")
	for name, c := range map[string]struct {
		payload    []byte
		kind, text string // of text the start
	}{
		"malformed": {
			[]byte(`{"version":"0"}`), "MalformedEvent",
			`malformed event: no "source"; it has to come as EventBridge sends it, not transformed`,
		},
		"not JSON": {
			[]byte("push"), "MalformedEvent", "malformed event: invalid character 'p' looking for beginning of value",
		},
		"it may pass": {
			pushed(t, "unlucky"), "Transient",
			`1 of 1 entries failed; entry "` + hostWest + `/unlucky:1.2": destination "` + host + `/x:1": `,
		},
		"it does not pass": {
			pushed(t, "absent"), "Failed",
			`1 of 1 entries failed; entry "` + hostWest + `/absent:1.2": source image does not exist`,
		},
		"bad entry": {
			pushed(t, "bad"), "Failed", `1 of 1 entries failed; entry "` + hostWest + `/bad:1.2": empty Destination`,
		},
	} {
		_, err := d.invoke(c.payload)
		var failure *lambdaruntime.FunctionError
		if !errors.As(err, &failure) || failure.Type != c.kind || !strings.HasPrefix(failure.Message, c.text) {
			t.Errorf("%s: %v", name, err)
		}
	}
	d.jobs()
	d.end()
	if n := strings.Count(d.stderr.String(), `"level":"ERROR","msg":"event failed","requestId":"`); n != 5 {
		t.Errorf("%d errors are logged", n)
	}
}

func TestAScheduledEventIsASweep(t *testing.T) {
	d := deploy(t, west, time.Minute)
	d.image(hostWest + "/team/app:1.2")
	d.entry(hostWest+"/team/app:1.2", d.registry+"/copy:1")
	d.entry(hostWest+"/absent:1", d.registry+"/absent:1")
	for _, file := range []string{"schedule-rule", "schedule-scheduler"} { // a bad entry is no reason to sweep again
		summary, err := d.invoke(event(t, file))
		if err != nil || !strings.HasPrefix(summary, "entries: 2 (current 0, failed 1); stale destinations: 1") {
			t.Errorf("%s: %q, %v", file, summary, err)
		}
	}
	d.jobs(hostWest + "/team/app:1.2 -> " + d.registry + "/copy:1\n")
	d.end()
	if n := strings.Count(d.stdout.String(), `"_aws":`); n != 2 {
		t.Errorf("metrics of %d sweeps: %s", n, &d.stdout)
	}
	if !strings.Contains(d.stderr.String(), `"level":"WARN","msg":"entries failed"`) {
		t.Error("no warning")
	}
}

// A sweep that is not done in the function's time ends by itself, as a sweep does anywhere.
func TestASweepOfAFunctionEndsBeforeItsTimeIsUp(t *testing.T) {
	d := deploy(t, west, 8*time.Second)
	host, _ := silent(t)
	d.image(hostWest + "/team/app:1.2")
	d.entry(hostWest+"/team/app:1.2", host+"/copy:1")
	d.entry(hostWest+"/absent:1", d.registry+"/absent:1")
	summary, err := d.invoke(event(t, "schedule-rule"))
	if err != nil || !strings.HasPrefix(summary, "entries: 2 (current 0, failed 1, not reached 1);") {
		t.Errorf("%q, %v", summary, err)
	}
	d.end() // so that all of the log is here
	if !strings.Contains(d.stderr.String(), `"msg":"entries not looked at","requestId":"`) {
		t.Error("no warning")
	}
}

func TestAFunctionThatCannotStartSaysWhy(t *testing.T) {
	for want, env := range map[string]string{
		"no table: set --table or MIRROR_TABLE":                  "MIRROR_TABLE=",
		"no queue: set --queue or MIRROR_QUEUE":                  "MIRROR_QUEUE=",
		"no AWS region: set AWS_REGION":                          "AWS_REGION=",
		`MIRROR_LOG_FORMAT is "xml": must be auto, text or json`: "MIRROR_LOG_FORMAT=xml",
	} {
		t.Run(env, func(t *testing.T) {
			d := deploy(t, west, time.Minute, env, "AWS_DEFAULT_REGION=")
			failure := d.runtime.InitError(t.Context())
			if failure == nil || *failure != (lambdaruntime.FunctionError{
				Type: "Configuration", Message: want,
				HeaderType: "Runtime.Configuration",
			}) {
				t.Errorf("got %v", failure)
			}
			if code := d.exitCode(); code != contract.ExitUsage {
				t.Errorf("exit code %d", code)
			}
			if !strings.Contains(d.stderr.String(), `"level":"ERROR","msg":"cannot start"`) {
				t.Error("not logged")
			}
		})
	}
}

func TestSIGTERMEndsAFunctionAndItsInvocation(t *testing.T) {
	d := deploy(t, west, time.Minute)
	host, asked := silent(t)
	d.image(hostWest + "/team/app:1.2")
	d.entry(hostWest+"/team/app:1.2", host+"/copy:1")
	if _, err := d.invoke(event(t, "delete")); err != nil {
		t.Fatal(err)
	}
	if got := d.runtime.Extensions(); !slices.Equal(got, []string{"GoLangEnableSIGTERM"}) {
		t.Errorf("Lambda would send no SIGTERM: extensions %q", got)
	}
	go func() { _, _ = d.runtime.Invoke(t.Context(), event(t, "push-media-types")) }()
	<-asked
	if err := d.process.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := d.exitCode(); code != contract.ExitTerminated {
		t.Errorf("exit code %d", code)
	}
	d.jobs()
}

func TestAnInvocationEndsBeforeItsTimeIsUp(t *testing.T) {
	d := deploy(t, west, 3*time.Second)
	host, _ := silent(t)
	d.image(hostWest + "/team/app:1.2")
	d.entry(hostWest+"/team/app:1.2", host+"/copy:1")
	_, err := d.invoke(event(t, "push-media-types"))
	var failure *lambdaruntime.FunctionError
	if !errors.As(err, &failure) || failure.Type != "Transient" || !strings.HasPrefix(failure.Message,
		"the Lambda function's timeout is near; give it more time") {
		t.Errorf("got %v", err)
	}
	if _, err := d.invoke(event(t, "delete")); err != nil { // it lives on
		t.Error(err)
	}
}
