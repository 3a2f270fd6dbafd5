package answers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	batchtypes "github.com/aws/aws-sdk-go-v2/service/batch/types"
	"github.com/aws/smithy-go"
)

// A Recorder writes answers to a directory, one file each. Its zero value writes nothing.
type Recorder struct {
	dir      string
	redactor redactor
}

// In returns a recorder that writes to the directory, which is made if it is not there; "" for one
// that writes nothing.
func In(dir string) *Recorder { return &Recorder{dir: dir, redactor: redactor{}} }

// Save writes a value as NAME.json, without identifiers. The same name again replaces it.
func (r *Recorder) Save(name string, value any) error {
	if r.dir == "" {
		return nil
	}
	var doc bytes.Buffer
	encoder := json.NewEncoder(&doc)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("keeping the answer %s: %w", name, err)
	}
	if err := os.MkdirAll(r.dir, 0o755); err != nil {
		return fmt.Errorf("keeping the answer %s: %w", name, err)
	}
	if err := os.WriteFile(filepath.Join(r.dir, name+".json"), []byte(r.redactor.redact(doc.String())),
		0o644); err != nil { //nolint:gosec // no secret
		return fmt.Errorf("keeping the answer %s: %w", name, err)
	}
	return nil
}

// A Job is what Batch says of how a job ended, in its own spelling.
type Job struct {
	Status       string     `json:"status"`
	StatusReason string     `json:"statusReason,omitempty"`
	Container    *Container `json:"container,omitempty"`
	Attempts     []Attempt  `json:"attempts"`
	Terminated   bool       `json:"isTerminated,omitempty"`
	Cancelled    bool       `json:"isCancelled,omitempty"`
}

// An Attempt is one of a job's.
type Attempt struct {
	StatusReason string     `json:"statusReason,omitempty"`
	Container    *Container `json:"container,omitempty"`
}

// A Container is how an attempt's container ended.
type Container struct {
	ExitCode *int32 `json:"exitCode,omitempty"`
	Reason   string `json:"reason,omitempty"`
}

// JobOf returns what is kept of a job.
func JobOf(d batchtypes.JobDetail) Job {
	job := Job{
		Status: string(d.Status), StatusReason: value(d.StatusReason), Attempts: []Attempt{},
		Terminated: value(d.IsTerminated), Cancelled: value(d.IsCancelled),
	}
	if c := d.Container; c != nil {
		job.Container = &Container{c.ExitCode, value(c.Reason)}
	}
	for _, a := range d.Attempts {
		attempt := Attempt{StatusReason: value(a.StatusReason)}
		if c := a.Container; c != nil {
			attempt.Container = &Container{c.ExitCode, value(c.Reason)}
		}
		job.Attempts = append(job.Attempts, attempt)
	}
	return job
}

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// A Refusal is the shape of an error of AWS's.
type Refusal struct {
	Operation  string `json:"operation"`
	HTTPStatus int    `json:"httpStatus,omitempty"`
	Code       string `json:"code"`
	Message    string `json:"message"`
}

// RefusalOf returns what is kept of an error; false if it is no refusal.
func RefusalOf(err error) (Refusal, bool) {
	var refused smithy.APIError
	if !errors.As(err, &refused) {
		return Refusal{}, false
	}
	r := Refusal{Code: refused.ErrorCode(), Message: refused.ErrorMessage()}
	var operation *smithy.OperationError
	if errors.As(err, &operation) {
		r.Operation = operation.Service() + "." + operation.Operation()
	}
	var reply *awshttp.ResponseError
	if errors.As(err, &reply) {
		r.HTTPStatus = reply.HTTPStatusCode()
	}
	return r, true
}
