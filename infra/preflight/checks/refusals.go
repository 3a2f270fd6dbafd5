package checks

import (
	"errors"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
)

// asked returns the finding for a question that got no answer. Who asks needs the action.
func asked(what, action string, err error) Finding {
	var refused smithy.APIError
	var reply *awshttp.ResponseError // also of no reply, with status 0
	var unread *smithy.DeserializationError
	switch {
	case errors.As(err, &refused) && denied(refused.ErrorCode()):
		return unasked(what, "these credentials may not ask: it takes %s", action)
	case errors.As(err, &refused) && absent(refused.ErrorCode()):
		return unknown(what, "the endpoint does not have %s (%s)", action, refused.ErrorCode())
	case errors.As(err, &refused):
		return unasked(what, "%s was refused: %s: %s", action, refused.ErrorCode(), refused.ErrorMessage())
	case errors.As(err, &reply) && reply.HTTPStatusCode() != 0:
		return unknown(what, "the endpoint's reply to %s (HTTP %d) could not be read: %s", action,
			reply.HTTPStatusCode(), reason(err))
	case errors.As(err, &unread):
		return unknown(what, "the endpoint's reply to %s could not be read: %s", action, reason(err))
	}
	return unasked(what, "could not reach %s: %s", action, reason(err))
}

// denied says whether a code means that a permission lacks. AWS's services have several.
func denied(code string) bool {
	switch code {
	case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError":
		return true
	}
	return false
}

// absent says whether a code means that an emulator lacks the service or the operation.
func absent(code string) bool {
	switch code {
	case "NotImplemented", "UnknownOperationException", "UnknownError", "InvalidAction", "HTTP 404", "HTTP 501", "404",
		"501":
		return true
	}
	return false
}

// codeOf returns the code of a refusal, "" if it is none.
func codeOf(err error) string {
	var refused smithy.APIError
	if errors.As(err, &refused) {
		return refused.ErrorCode()
	}
	return ""
}

// reason returns what is wrong, without the address and the tries that the SDK adds.
func reason(err error) string {
	if code := codeOf(err); code != "" {
		return code
	}
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(next) {
		err = next
	}
	return err.Error()
}
