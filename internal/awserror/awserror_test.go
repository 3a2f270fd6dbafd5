package awserror_test

import (
	"errors"
	"net/http"
	"testing"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"ecrmirror/internal/awserror"
)

// answered is the error of a call as the SDK returns it.
func answered(requestID string, cause error) error {
	return &smithy.OperationError{ServiceID: "DynamoDB", OperationName: "Scan", Err: &awshttp.ResponseError{
		RequestID: requestID,
		ResponseError: &smithyhttp.ResponseError{
			Response: &smithyhttp.Response{Response: &http.Response{StatusCode: http.StatusBadRequest}}, Err: cause,
		},
	}}
}

func TestPlain(t *testing.T) {
	denied := &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "not authorized"}
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"an answer", answered("ABC", denied), "AccessDeniedException: not authorized (request id ABC)"},
		{"without a request id", answered("", denied), "AccessDeniedException: not authorized"},
		{"without a message", answered("", &smithy.GenericAPIError{Code: "ServerException"}), "ServerException"},
		{"no answer", &smithy.OperationError{
			ServiceID: "DynamoDB", OperationName: "Scan", Err: errors.New("connection refused"),
		}, "connection refused"},
		{"no call", errors.New("anything"), "anything"},
	} {
		plain := awserror.Plain(c.err)
		if plain.Error() != c.want || !errors.Is(plain, c.err) {
			t.Errorf("%s: %q, want %q", c.name, plain, c.want)
		}
	}
}
