// Package answerlimit bounds the answers of DynamoDB that a program reads. An item has 400 KB at most and an answer up
// to 16 MB, as DynamoDB counts; but an empty map within a list counts four bytes, has eight in JSON, and takes 500 of
// memory while an answer is read.
package answerlimit

import (
	"context"
	"io"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Bytes returns an option of a call: where its answer has more than so many bytes, the call's error wraps large.
func Bytes(most int, large error) func(*dynamodb.Options) {
	return func(o *dynamodb.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Deserialize.Insert(limiter{most, large}, "OperationDeserializer", middleware.After)
		})
	}
}

// A limiter has an answer end with an error where it is too large. It is the SDK's middleware.
type limiter struct {
	most  int
	large error
}

// ID implements [middleware.DeserializeMiddleware].
func (limiter) ID() string { return "ecrmirror/LimitAnswer" }

// HandleDeserialize implements [middleware.DeserializeMiddleware].
func (l limiter) HandleDeserialize(
	ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler,
) (out middleware.DeserializeOutput, metadata middleware.Metadata, err error) {
	out, metadata, err = next.HandleDeserialize(ctx, in)
	if resp, ok := out.RawResponse.(*smithyhttp.Response); ok && resp.Body != nil {
		resp.Body = &body{resp.Body, l.most, l.large}
	}
	return out, metadata, err
}

// A body is one of which so many bytes are left at most.
type body struct {
	io.ReadCloser
	left  int
	large error
}

// Read implements [io.Reader].
func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= n; b.left < 0 {
		return 0, b.large
	}
	return n, err
}
