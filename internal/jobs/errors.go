package jobs

import (
	"fmt"

	"ecrmirror/internal/awserror"
	"ecrmirror/internal/contract"
	"ecrmirror/internal/request"
)

// An Error is a refusal of, or the failure of a call to, AWS Batch.
type Error struct {
	Doing      string // what was being done
	Queue      string // the queue's name or ARN
	Definition string // the job definition's name or ARN
	Err        error  // of the SDK
	// Unknown says that a job may have been submitted all the same: no reply came, and the job could not be looked for.
	Unknown bool
}

// Error says what Batch said where Batch said something: it names what does not
// exist, but not by the names that the user gave.
func (e *Error) Error() string {
	return fmt.Sprintf("%s (queue %q, job definition %q): %s", e.Doing, e.Queue, e.Definition, awserror.Text(e.Err))
}

// Transient reports whether another try may help.
func (e *Error) Transient() bool { return awserror.Transient(e.Err) }

// Unwrap returns the SDK's error.
func (e *Error) Unwrap() error { return e.Err }

func (q *Queue) failure(doing string, err error) *Error {
	return &Error{Doing: doing, Queue: q.queue, Definition: q.definition, Err: err}
}

// unknown says of an error that a job may be there.
func unknown(err *Error) *Error {
	err.Unknown = true
	return err
}

// A NoOptionsError says that a request was not submitted because the job definition takes no options: its jobs would
// make plain copies.
type NoOptionsError struct {
	Definition string          // ARN of the revision in force
	Options    request.Options // of the request
}

func (e *NoOptionsError) Error() string {
	return fmt.Sprintf("job definition %s takes no options, and this needs %s: deploy the job definition and the "+
		"image of this version, whose command has --%s %s", e.Definition, e.Options, contract.ParamOptions,
		optionsReference)
}

// Transient reports whether another try may help: not before a deployment.
func (e *NoOptionsError) Transient() bool { return false }
