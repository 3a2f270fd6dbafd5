package kmssign

import (
	"errors"
	"fmt"

	"github.com/aws/smithy-go"

	"ecrmirror/internal/awserror"
)

// An Error says what could not be done with a key.
type Error struct {
	Key        string // as it was named, or its ARN where that is known
	Op         string // KMS's operation
	Permission string // that is missing, such as kms:Sign; "" if it is none
	Err        error
}

func (e *Error) Error() string {
	text := fmt.Sprintf("KMS key %s: %s: %v", e.Key, e.Op, e.Err)
	if e.Permission != "" {
		text += fmt.Sprintf("; it takes %s on the key, by IAM and by the key's policy", e.Permission)
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// errorOf returns the error of a call for a key.
func errorOf(op, name string, err error) error {
	e := &Error{Key: name, Op: op, Err: awserror.Plain(err)}
	if api, ok := errors.AsType[smithy.APIError](err); ok && api.ErrorCode() == "AccessDeniedException" {
		e.Permission = "kms:" + op
	}
	return e
}
