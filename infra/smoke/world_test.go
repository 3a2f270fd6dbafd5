package main

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/smithy-go/encoding/cbor"

	"ecrmirror/localstack/server"
	"ecrmirror/testkit/servertest"
)

const suite = "ecrmirror-smoke-a1b2c3"

// A world is localstack, and in front of it what refuses calls, and a CloudFormation that can fail: its
// stack is what localstack begins with.
type world struct {
	local *server.Server
	proxy *httputil.ReverseProxy

	mu      sync.Mutex
	calls   []string
	status  string                         // of the stack
	made    string                         // what its status is once it is made; "" = CREATE_COMPLETE
	updated string                         // what it is once it is updated; "" = UPDATE_COMPLETE
	deleted string                         // what it is once it is deleted; "" = DELETE_COMPLETE
	lacks   string                         // output that it does not have
	refuses map[string]string              // codes of refusals, by service and action
	replies map[string]string              // what is answered in place of what localstack would
	on      func(call string)              // told of each call
	answer  func(call, body string) string // the same as replies, where the question matters; "" = localstack's
}

// built returns a directory with the programs.
func built(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-tags", "containers_image_openpgp", "-o", dir+"/",
		"ecrmirror/cmd/mirror", "ecrmirror/cmd/controller")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return dir
}

// startLocal starts localstack, whose jobs run the programs of a directory ("" for jobs that do not
// start), and has the program use it. Registries that are named are reached without TLS.
func startLocal(t *testing.T, programs string, insecure ...string) *server.Server {
	t.Helper()
	local := servertest.Start(t, server.Options{Programs: programs, InsecureRegistries: insecure})
	servertest.Use(t, local)
	return local
}

// newWorld starts a world, whose jobs are localstack's.
func newWorld(t *testing.T, programs string) *world {
	t.Helper()
	local := startLocal(t, programs)
	target, err := url.Parse(local.URL())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{local: local, refuses: map[string]string{}, replies: map[string]string{}}
	// A sweep is there already: nothing waits for the first.
	if _, err := batch.NewFromConfig(local.Config()).SubmitJob(t.Context(), &batch.SubmitJobInput{
		JobName: aws.String("sweep"), JobQueue: aws.String("controller"), JobDefinition: aws.String("controller"),
	}); err != nil {
		t.Fatal(err)
	}
	w.proxy = httputil.NewSingleHostReverseProxy(target) // which keeps the host that was signed
	front := httptest.NewServer(w)
	t.Cleanup(front.Close)
	t.Setenv("AWS_ENDPOINT_URL", front.URL)
	return w
}

var signed = regexp.MustCompile(`Credential=[^/]+/\d{8}/[a-z0-9-]+/([a-z0-9-]+)/aws4_request`)

func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	service := ""
	if m := signed.FindStringSubmatch(r.Header.Get("Authorization")); m != nil {
		service = m[1]
	}
	_, action, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	form, _ := url.ParseQuery(string(body))
	if action == "" {
		action = form.Get("Action")
	}
	if action == "" {
		action = r.URL.Path
	}
	call := service + ":" + action
	w.mu.Lock()
	w.calls = append(w.calls, call)
	refused, reply, on, answer := w.refuses[call], w.replies[call], w.on, w.answer
	w.mu.Unlock()
	if on != nil {
		on(call)
	}
	if answer != nil && reply == "" {
		reply = answer(call, string(body))
	}
	switch {
	case refused != "":
		refuse(rw, service, refused)
	case reply != "":
		_, _ = fmt.Fprint(rw, reply)
	case service == "cloudformation":
		w.cloudformation(rw, action, form)
	default:
		w.proxy.ServeHTTP(rw, r)
	}
}

// refuse answers an error as the service's protocol has it.
func refuse(rw http.ResponseWriter, service, code string) {
	switch service {
	case "batch", "dynamodb", "ecr", "sqs":
		rw.Header().Set("X-Amzn-ErrorType", code)
		rw.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintf(rw, `{"__type":"%s","message":"no"}`, code)
	case "monitoring":
		rw.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
		rw.WriteHeader(http.StatusBadRequest)
		_, _ = rw.Write(cbor.Encode(cbor.Map{"__type": cbor.String(code), "message": cbor.String("no")}))
	case "s3":
		rw.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintf(rw, `<Error><Code>%s</Code><Message>no</Message></Error>`, code)
	default:
		rw.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintf(rw, `<ErrorResponse><Error><Code>%s</Code><Message>no</Message></Error></ErrorResponse>`,
			code)
	}
}

// cloudformation answers for one stack. It makes nothing.
func (w *world) cloudformation(rw http.ResponseWriter, action string, form url.Values) {
	w.mu.Lock()
	defer w.mu.Unlock()
	const id = "<StackId>arn:aws:cloudformation:us-east-1:111122223333:stack/" + suite +
		"/6f9619ff-8b86-d011-b42d-00c04fc964ff</StackId>"
	inner := ""
	switch action {
	case "CreateStack":
		w.status, inner = cmp.Or(w.made, "CREATE_COMPLETE"), id
	case "UpdateStack":
		w.status, inner = cmp.Or(w.updated, "UPDATE_COMPLETE"), id
	case "DeleteStack":
		w.status = cmp.Or(w.deleted, "DELETE_COMPLETE")
	case "DescribeStacks":
		if strings.HasSuffix(form.Get("StackName"), "-none") {
			rw.WriteHeader(http.StatusBadRequest)
			_, _ = fmt.Fprint(rw,
				`<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id x does not `+
					`exist</Message></Error></ErrorResponse>`)
			return
		}
		inner = "<Stacks><member>" + id + "<StackName>" + suite +
			"</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>" + w.status +
			"</StackStatus><Outputs>"
		for name, value := range map[string]string{
			"MirrorTable": "mirror", "MirrorQueue": "mirror", "MirrorJob": "mirror", "ControlQueue": "controller",
			"ControllerJob": "controller",
		} {
			if name == w.lacks {
				continue
			}
			inner += "<member><OutputKey>" + name + "</OutputKey><OutputValue>" + value + "</OutputValue></member>"
		}
		inner += "</Outputs></member></Stacks>"
	case "ListStackResources":
		inner = "<StackResourceSummaries/>"
	case "DescribeStackEvents":
		inner = `<StackEvents><member>` + id +
			`<EventId>1</EventId><StackName>x</StackName><Timestamp>2026-01-01T00:00:00Z</Timestamp><LogicalResourceId>MirrorQueue</LogicalResourceId><ResourceType>AWS::Batch::JobQueue</ResourceType><ResourceStatus>CREATE_FAILED</ResourceStatus><ResourceStatusReason>no capacity</ResourceStatusReason></member></StackEvents>`
	default:
		rw.WriteHeader(http.StatusNotImplemented)
		_, _ = fmt.Fprint(rw,
			`<ErrorResponse><Error><Code>NotImplemented</Code><Message>no</Message></Error></ErrorResponse>`)
		return
	}
	_, _ = fmt.Fprintf(rw, "<%[1]sResponse><%[1]sResult>%[2]s</%[1]sResult></%[1]sResponse>", action, inner)
}

// refuse has a call be refused from now on.
func (w *world) refuse(call, code string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refuses[call] = code
}

func (w *world) called(call string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.calls {
		if c == call {
			return true
		}
	}
	return false
}
