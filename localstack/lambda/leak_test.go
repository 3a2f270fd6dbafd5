package lambda_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"testing"

	"ecrmirror/testkit/leaks"
)

// TestMain fails the tests where they leave goroutines behind. Where Lambda's runtime API is, it is a function.
func TestMain(m *testing.M) {
	if api := os.Getenv("AWS_LAMBDA_RUNTIME_API"); api != "" {
		fmt.Println("function:", os.Getenv("GREETING"), os.Getenv("AWS_SESSION_TOKEN"), os.Args[1:])
		if err := handle("http://" + api + "/2018-06-01/runtime/invocation/"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	leaks.Main(m)
}

// handle handles events until it is ended, as each of them says.
func handle(api string) error {
	for {
		next, err := http.Get(api + "next")
		if err != nil {
			return err
		}
		payload, err := io.ReadAll(next.Body)
		if err != nil {
			return err
		}
		id := next.Header.Get("Lambda-Runtime-Aws-Request-Id")
		var event struct{ Do string }
		if err := json.Unmarshal(payload, &event); err != nil {
			return err
		}
		path, answer := "/response", payload
		switch event.Do {
		case "exit":
			os.Exit(3)
		case "fail":
			path, answer = "/error", []byte(`{"errorType":"Broken","errorMessage":"it is"}`)
		}
		reply, err := http.Post(api+id+path, "application/json", bytes.NewReader(answer))
		if err != nil {
			return err
		}
		_ = reply.Body.Close()
	}
}
