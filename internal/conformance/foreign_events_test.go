package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"ecrmirror/localstack/lambdaruntime"
)

const goodEvent = `{"version":"0","id":"i","detail-type":"ECR Image Action","source":"aws.ecr",` +
	`"account":"111122223333",` +
	`"time":"2026-11-16T01:54:34Z","region":"us-east-1","resources":["r"],"detail":{"action-type":"PUSH",` +
	`"result":"SUCCESS",` +
	`"repository-name":"app","image-digest":"sha256:7f5b","image-tag":"1"}}`

// eventFields are the places in an event: a part of a good one, and what takes its place.
func eventFields() map[string][2]string {
	fields := map[string][2]string{
		"all of it": {goodEvent, "%s"}, "the name of a member": {`"version"`, "%s"},
		"before it": {`{"version"`, `%s{"version"`},
		"a number":  {`"PUSH"`, "%d"}, "a detail that is a text": {`{"action-type"`, `%s,"x":{"action-type"`},
	}
	for _, value := range []string{
		`"i"`, `"ECR Image Action"`, `"aws.ecr"`, `"111122223333"`, `"2026-11-16T01:54:34Z"`, `"us-east-1"`, `"r"`,
		`"PUSH"`, `"SUCCESS"`, `"app"`, `"sha256:7f5b"`, `"1"`,
	} {
		fields[value] = [2]string{value, "%s"}
	}
	return fields
}

// foreignEvents are events with the texts in the fields, and the fields' names.
func (r runner) foreignEvents() (events, names []string) {
	for field, change := range inOrder(eventFields()) {
		for _, text := range foreignTexts() {
			with := strings.NewReplacer("%s", quoted(text.text), "%d", strings.Repeat("9", len(text.text))).Replace(
				change[1])
			events = append(events, strings.Replace(goodEvent, change[0], with, 1))
			names = append(names, "event, "+field)
			r.w.feed("event, " + field)
		}
	}
	return events, names
}

// events gives events to the command, from files, and to the function.
func (r runner) events() {
	s := r.service("")
	events, names := r.foreignEvents()
	dir := r.t.TempDir()
	each(len(events), func(i int) {
		file := filepath.Join(dir, fmt.Sprint(i))
		if err := os.WriteFile(file, []byte(events[i]), 0o600); err != nil {
			r.t.Error(err)
		}
		s.run("controller event", names[i:i+1], "controller", "event", "-v", "--log-format",
			[]string{"json", "text"}[i%2], "--json", file)
	})
	s.invoke(events, names)
}

// invoke runs the controller as a Lambda function, and looks at its answers and its log.
func (s service) invoke(events, names []string) {
	runtime := lambdaruntime.New(lambdaruntime.Options{})
	api := httptest.NewServer(runtime)
	defer api.Close()
	cmd := exec.CommandContext(s.t.Context(), filepath.Join(programs, "controller"))
	cmd.Env = append([]string{
		"AWS_LAMBDA_RUNTIME_API=" + api.Listener.Addr().String(), "AWS_LAMBDA_LOG_LEVEL=DEBUG", "HOME=" + s.t.TempDir(),
	}, s.env...)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	for i, event := range events {
		answer, err := runtime.Invoke(s.t.Context(), []byte(event))
		var failed *lambdaruntime.FunctionError
		switch {
		case errors.As(err, &failed):
			s.w.look(s.t, "function's error", failed.Type+"\n"+failed.Message, names[i])
		case err != nil:
			s.t.Errorf("%s: %v", names[i], err)
		default:
			s.w.look(s.t, "function's answer", string(answer), names[i])
		}
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	_ = cmd.Wait() // it was stopped
	s.w.look(s.t, "function: log", problems.String(), names...)
	s.w.look(s.t, "function: stdout and log", out.String()+problems.String(), names...)
}

// files gives files to import.
func (r runner) files() {
	s := r.service("")
	dir := r.t.TempDir()
	for field, file := range inOrder(map[string]string{
		"source":            "entries:\n- source: %s\n  destinations: [127.0.0.1:1/a:1]\n",
		"destination":       "entries:\n- source: 127.0.0.1:1/b:1\n  destinations: [%s]\n",
		"expiry":            "entries:\n- source: 127.0.0.1:1/b:1\n  destinations: [127.0.0.1:1/a:1]\n  expires: %s\n",
		"name of a field":   "entries:\n- %s: x\n",
		"name of the first": "%s:\n- source: x\n",
		"alias":             "entries:\n- *%s\n",
		"a tag":             "entries:\n- !%s x\n",
	}) {
		r.w.feed("file, " + field)
		for i, text := range foreignTexts() {
			name := filepath.Join(dir, fmt.Sprint(i))
			if err := os.WriteFile(name,
				fmt.Appendf(nil, file, strconv.QuoteToASCII(strings.ToValidUTF8(text.text[:900], ""))),
				0o600); err != nil {
				r.t.Fatal(err)
			}
			s.refused("controller import", []string{"file, " + field}, "controller", "import", "--dry-run", name)
		}
	}
}
