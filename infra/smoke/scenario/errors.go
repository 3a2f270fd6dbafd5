package scenario

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
)

// Absent tells errors by which an emulator says that it lacks a service or an operation: by a code,
// or by an answer that is none of AWS's, as of moto.
func Absent(err error) (what string, absent bool) {
	what = "an operation"
	var operation *smithy.OperationError
	if errors.As(err, &operation) {
		what = operation.Service() + " " + operation.Operation()
	}
	var refused smithy.APIError
	if errors.As(err, &refused) {
		lacking := []string{"NotImplemented", "UnknownOperationException", "InvalidAction"}
		return what, slices.Contains(lacking, refused.ErrorCode())
	}
	var unread *smithy.DeserializationError
	var reply *awshttp.ResponseError
	if errors.As(err, &reply) && reply.HTTPStatusCode() != http.StatusOK { // the gateway's errors are others
		what = fmt.Sprintf("%s (HTTP %d)", what, reply.HTTPStatusCode())
		return what, reply.HTTPStatusCode() == http.StatusInternalServerError ||
			reply.HTTPStatusCode() == http.StatusNotImplemented
	}
	return what, errors.As(err, &unread)
}

// sdkWords are what the SDK puts around what AWS said.
var sdkWords = regexp.MustCompile(
	`operation error |https response error StatusCode: \d+, RequestID: [^,]*, |HostID: [^,]*, |api error |` +
		`exceeded maximum number of attempts, \d+, `,
)

// Say returns what a person reads of an error: which call, and what AWS said of it.
func Say(err error) string { return sdkWords.ReplaceAllString(err.Error(), "") }

func code(err error) string {
	var refused smithy.APIError
	if errors.As(err, &refused) {
		return refused.ErrorCode()
	}
	return ""
}
