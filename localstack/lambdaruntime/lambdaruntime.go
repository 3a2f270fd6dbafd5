// Package lambdaruntime is a stand-in for AWS Lambda as a function sees it: the runtime API, by
// which a program takes invocations and answers them, and as much of the extensions API as it
// takes to be told of the end by SIGTERM. It is one execution environment, with one
// invocation at a time. It is strict: what a program does out of turn or malformed is refused, and kept.
//
// Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html and
// runtimes-extensions-api.html.
package lambdaruntime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Options configure [New].
type Options struct {
	FunctionARN string        // "" = that of a function "controller" in us-east-1
	Timeout     time.Duration // of an invocation, as the program is told it; 0 = a minute
	Grace       time.Duration // how much later an invocation is ended than Timeout says, for programs on a busy machine
}

// A FunctionError is what a program says that went wrong.
type FunctionError struct {
	Type       string `json:"errorType"`
	Message    string `json:"errorMessage"`
	HeaderType string `json:"-"` // what the header Lambda-Runtime-Function-Error-Type has
}

func (e *FunctionError) Error() string { return e.Type + ": " + e.Message }

// ErrTimeout is what an invocation comes to that the program has not answered in time.
var ErrTimeout = errors.New("task timed out")

// A Runtime is one execution environment. It is an http.Handler, whose address is what the program
// has in AWS_LAMBDA_RUNTIME_API. It is safe for concurrent use.
type Runtime struct {
	opts   Options
	mux    *http.ServeMux
	queue  chan *invocation
	failed chan *FunctionError // holds the error of the initialization

	mu         sync.Mutex
	current    *invocation // that the program has; nil if it has none
	ready      bool        // the program has asked for its first invocation
	failedInit bool
	invoked    int
	extensions map[string]string // names by identifiers
	violations []string
}

type invocation struct {
	id       string
	payload  []byte
	deadline time.Time
	done     chan outcome // takes one
	answered bool
}

type outcome struct {
	payload []byte
	err     *FunctionError
}

// New returns an environment in which no program runs yet.
func New(opts Options) *Runtime {
	if opts.FunctionARN == "" {
		opts.FunctionARN = "arn:aws:lambda:us-east-1:111122223333:function:controller"
	}
	if opts.Timeout == 0 {
		opts.Timeout = time.Minute
	}
	r := &Runtime{
		opts: opts, mux: http.NewServeMux(), queue: make(chan *invocation), failed: make(chan *FunctionError, 1),
		extensions: map[string]string{},
	}
	const runtime = "/2018-06-01/runtime/"
	r.mux.HandleFunc("GET "+runtime+"invocation/next", r.next)
	r.mux.HandleFunc("POST "+runtime+"invocation/{id}/response", r.response)
	r.mux.HandleFunc("POST "+runtime+"invocation/{id}/error", r.error)
	r.mux.HandleFunc("POST "+runtime+"init/error", r.initError)
	r.mux.HandleFunc("POST /2020-01-01/extension/register", r.register)
	r.mux.HandleFunc("GET /2020-01-01/extension/event/next", r.extensionNext)
	r.mux.HandleFunc("/", func(w http.ResponseWriter, req *http.Request) {
		r.refuse(w, http.StatusNotFound, "NotFound", "there is no "+req.Method+" "+req.URL.Path)
	})
	return r
}

// ServeHTTP answers the program.
func (r *Runtime) ServeHTTP(w http.ResponseWriter, req *http.Request) { r.mux.ServeHTTP(w, req) }

// Invoke has the program handle an event, as soon as it asks for one, and returns its answer. The
// error is a [*FunctionError] if the program reports one, [ErrTimeout] if it does not answer in time,
// or the cause of the end of ctx.
func (r *Runtime) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	r.mu.Lock()
	r.invoked++
	i := &invocation{
		id: fmt.Sprintf("%08d-0000-4000-8000-000000000000", r.invoked), payload: payload, done: make(chan outcome, 1),
	}
	r.mu.Unlock()
	select {
	case r.queue <- i:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	timer := time.NewTimer(r.opts.Timeout + r.opts.Grace)
	defer timer.Stop()
	select {
	case out := <-i.done:
		if out.err != nil {
			return nil, out.err
		}
		return out.payload, nil
	case <-timer.C:
		return nil, ErrTimeout
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// InitError waits until the program reports that it cannot start, and returns what it reports; or
// nil when ctx ends.
func (r *Runtime) InitError(ctx context.Context) *FunctionError {
	select {
	case e := <-r.failed:
		return e
	case <-ctx.Done():
		return nil
	}
}

// Extensions returns the names of the extensions that the program has registered. With one
// there, Lambda sends the program SIGTERM before it ends it.
func (r *Runtime) Extensions() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var names []string
	for _, name := range r.extensions {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Violations returns a line for each request that was refused.
func (r *Runtime) Violations() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.violations)
}

// refuse answers with an error as Lambda writes them, and keeps it.
func (r *Runtime) refuse(w http.ResponseWriter, status int, kind, message string) {
	r.mu.Lock()
	r.violations = append(r.violations, kind+": "+message)
	r.mu.Unlock()
	reply(w, status, FunctionError{Type: kind, Message: message})
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // an error means that the program is gone
}
