package conformance

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ggcr "github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// An awsCall is an operation of AWS, and a program that calls it.
type awsCall struct {
	operation string
	run       string            // the program and its arguments
	members   map[string]string // answers with a text in them
}

const ecrAt = "111122223333.dkr.ecr.us-east-1.amazonaws.com/"

// awsCalls are the operations that the programs call. COPY and READ are a copy to ECR, and from it.
func awsCalls() []awsCall {
	const sweep = "controller sweep -v"
	copyTo, read := "mirror -v GOOD "+ecrAt+"toNEW:1", "mirror -v "+ecrAt+"from:1 dir:DIR/NEW"
	return []awsCall{
		{"Scan", "controller list", map[string]string{
			"a source":             `{"Items":[{"Source":{"S":%s},"Destination":{"S":%s}}],"Count":1}`,
			"a type":               `{"Items":[{"Source":{%s:"x"}}],"Count":1}`,
			"the name of a member": `{%s:1}`,
		}},
		{"UpdateItem", sweep, nil},
		{"DeleteItem", "controller remove " + ecrAt + "from:1", nil},
		{"BatchGetItem", "controller event --account 111122223333 --repository from --tag 1 -v", nil},
		{"DescribeImages", sweep, map[string]string{
			"a digest": `{"imageDetails":[{"imageDigest":%s,"imageTags":["1"]}]}`,
			"a tag":    `{"imageDetails":[{"imageDigest":"sha256:1","imageTags":[%s]}]}`,
			"a media type": `{"imageDetails":[{"imageDigest":"sha256:1","imageTags":["1"],` +
				`"imageManifestMediaType":%s}]}`,
			"not a number":  `{"imageDetails":[{"imageSizeInBytes":%s}]}`,
			"another shape": `{"imageDetails":%s}`,
		}},
		{"ListJobs", sweep, map[string]string{
			"a job":  `{"jobSummaryList":[{"jobId":%s,"jobName":%s,"status":%s}]}`,
			"a page": `{"jobSummaryList":%s}`,
		}},
		{"SubmitJob", sweep, map[string]string{"an id": `{"jobId":%s,"jobName":%s,"jobArn":%s}`}},
		{"GetCallerIdentity", "controller event --repository from --tag 1 -v", nil},
		{"GetParameter", "mirror -v --auth-parameter logins GOOD 127.0.0.1:1/x:1", map[string]string{
			"a value":  `{"Parameter":{"Value":%s}}`,
			"no login": `{"Parameter":{"Value":"{\"auths\":{\"r.test\":{\"auth\":\"%%%%\"}}}"}, %s:1}`,
		}},
		{
			"GetSecretValue", "mirror -v --auth-secret logins GOOD 127.0.0.1:1/x:1",
			map[string]string{"a value": `{"SecretString":%s}`},
		},
		{
			"AssumeRole",
			"mirror -v --assume-role 444455556666=arn:aws:iam::444455556666:role/x GOOD " +
				"444455556666.dkr.ecr.us-east-1.amazonaws.com/xx:1", nil,
		},
		{"BatchCheckLayerAvailability", copyTo, map[string]string{
			"a digest": `{"layers":[{"layerDigest":%s,"layerAvailability":%s}],"failures":[]}`,
			"a reason": `{"layers":[],"failures":[{"layerDigest":"sha256:1","failureCode":%s,"failureReason":%s}]}`,
		}},
		{"InitiateLayerUpload", copyTo, map[string]string{
			"an id":  `{"uploadId":%s,"partSize":20971520}`,
			"a size": `{"uploadId":"u","partSize":%s}`,
		}},
		{"UploadLayerPart", copyTo, map[string]string{"an id": `{"uploadId":%s,"lastByteReceived":1}`}},
		{"CompleteLayerUpload", copyTo, map[string]string{"a digest": `{"layerDigest":%s}`}},
		{"PutImage", copyTo, map[string]string{"a digest": `{"image":{"imageId":{"imageDigest":%s}}}`}},
		{"CreateRepository", "mirror -v --create-repositories DIR/template.json GOOD " + ecrAt + "missing:NEW", nil},
		{"BatchGetImage", read, map[string]string{
			"a manifest": `{"images":[{"imageManifest":%s,"imageId":{"imageDigest":"sha256:1"}}],"failures":[]}`,
			"a media type": `{"images":[{"imageManifest":"{}","imageManifestMediaType":%s,` +
				`"imageId":{"imageDigest":"sha256:1"}}],"failures":[]}`,
			"a reason": `{"images":[],"failures":[{"failureCode":%s,"failureReason":%s}]}`,
		}},
		{"GetDownloadUrlForLayer", read, map[string]string{"a URL": `{"downloadUrl":%s}`}},
	}
}

// awsFields are the places in the errors of AWS.
func awsFields() []answerField {
	refusal := func(format string) func(r *reply, text string) {
		return func(r *reply, text string) {
			r.status, r.body = "400 Bad Request", strings.ReplaceAll(format, "%s", quoted(text))
			if strings.HasPrefix(format, "<") {
				r.body = strings.ReplaceAll(format, "%s", inXML(text))
			}
			r.set("Content-Type", "application/x-amz-json-1.1")
		}
	}
	fields := []answerField{
		{"status line", func(r *reply, text string) { r.status, r.body = "400 "+text, "" }},
		{"code", refusal(`{"__type":%s,"code":%s,"message":"m"}`)},
		{"message", refusal(`{"__type":"Refused","message":%s,"Message":%s}`)},
		{"unknown members", refusal(`{"__type":"Refused",%s:%s}`)},
		{
			"XML",
			refusal(`<ErrorResponse><Error><Code>%s</Code><Message>%s</Message></Error><RequestId>%s</RequestId></ErrorResponse>`),
		},
		{"body", func(r *reply, text string) { r.status, r.body = "400 Bad Request", text }},
		{"body of a success", func(r *reply, text string) { r.body = text }},
	}
	for _, name := range []string{
		"X-Amzn-ErrorType", "X-Amzn-RequestId", "X-Amzn-Query-Error", "Date",
		"Content-Type",
	} {
		fields = append(fields, answerField{"header " + name, func(r *reply, text string) {
			r.status, r.body = "400 Bad Request", `{"message":"m"}`
			r.set(name, text)
		}})
	}
	return fields
}

// inXML is a text without what XML does not take.
func inXML(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == utf8.RuneError {
			return -1
		}
		return r
	}, text)
}

// aws runs the programs while an operation of AWS answers a text in a field.
func (r runner) aws() {
	s := r.service("") // jobs fail to start
	h := newHostileRegistry(r.t, []registryField{goodField})
	s.images(h)
	dir := r.t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "template.json"), []byte(`{}`), 0o600); err != nil {
		r.t.Fatal(err)
	}
	var runs []func()
	for i, call := range awsCalls() {
		fields := tried(i, awsFields())
		for name, document := range inOrder(call.members) {
			fields = append(fields, answerField{
				name, func(r *reply, text string) { r.body = strings.ReplaceAll(document, "%s", quoted(text)) },
			})
		}
		for _, field := range fields {
			n := len(runs)
			text := foreignTexts()[n%2].text
			name := "AWS, " + call.operation + ": " + field.name
			args := strings.Fields(strings.NewReplacer("GOOD", h.image(asSource, 0, 0), "DIR", dir, "NEW",
				fmt.Sprint(n)).Replace(call.run))
			r.w.feed(name)
			s.repository(fmt.Sprint("to", n)) // with no layers yet
			runs = append(runs, func() {
				s.runBehind(call.operation, func(answer *reply) { field.change(answer, text) }, []string{name}, args)
			})
		}
	}
	each(len(runs), func(i int) { runs[i]() })
}

func (s service) repository(name string) {
	s.t.Helper()
	if _, err := ecr.NewFromConfig(s.Config()).CreateRepository(s.t.Context(),
		&ecr.CreateRepositoryInput{RepositoryName: &name}); err != nil {
		s.t.Fatal(err)
	}
}

// images makes the images and the entry that the calls are about.
func (s service) images(h *hostileRegistry) {
	s.repository("from")
	s.repository("to")
	image, err := random.Image(1000, 1)
	if err != nil {
		s.t.Fatal(err)
	}
	at, err := ggcr.ParseReference(s.Addr() + "/111122223333/us-east-1/from:1")
	if err == nil {
		err = remote.Write(at, image, remote.WithTransport(s.Owner()))
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.entry(ecrAt+"from:1", ecrAt+"to:1")
	s.entry(h.image(asSource, 0, 0), ecrAt+"to:2")
}

// runBehind runs a program for which one operation of AWS answers something else.
func (s service) runBehind(operation string, change func(*reply), fields, args []string) {
	to, err := url.Parse(s.URL())
	if err != nil {
		s.t.Fatal(err)
	}
	pass := httputil.NewSingleHostReverseProxy(to)
	pass.ErrorLog = log.New(io.Discard, "", 0) // programs end before all is answered
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		target := r.Header.Get("X-Amz-Target")
		isQuery := target == "" && r.URL.Path == "/" && strings.Contains("AssumeRole GetCallerIdentity", operation)
		if !strings.HasSuffix(target, "."+operation) && r.URL.Path != "/v1/"+strings.ToLower(operation) && !isQuery {
			pass.ServeHTTP(w, r)
			return
		}
		answer := reply{status: "200 OK", body: "{}"}
		change(&answer)
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_, _ = conn.Write(answer.bytes(false)) // the client may have seen enough
			_ = conn.Close()
		}
	}))
	defer server.Close()
	s.with("AWS_ENDPOINT_URL="+server.URL).run(args[0]+" behind AWS", fields, args[0], args[1:]...)
}
