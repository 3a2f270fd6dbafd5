package table

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// maxAnswer is how many bytes of JSON an answer of DynamoDB may have. An item has 400 KB at most and a page
// 1 MB, as DynamoDB counts; but an empty map within a list counts four bytes, has eight in JSON, and takes 500 of
// memory while an answer is read.
const maxAnswer = 1 << 20

// errLarge is why an answer is not read. Fewer items may have a smaller one.
var errLarge = fmt.Errorf("more than %d bytes of JSON, which no entry comes near", maxAnswer)

// limited is an option of calls whose answers hold items.
func limited(o *dynamodb.Options) {
	o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
		return stack.Deserialize.Insert(limiter{}, "OperationDeserializer", middleware.After)
	})
}

// A limiter has an answer end with errLarge where it is too large. It is the SDK's middleware.
type limiter struct{}

// ID implements [middleware.DeserializeMiddleware].
func (limiter) ID() string { return "ecrmirror/LimitAnswer" }

// HandleDeserialize implements [middleware.DeserializeMiddleware].
func (limiter) HandleDeserialize(
	ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler,
) (out middleware.DeserializeOutput, metadata middleware.Metadata, err error) {
	out, metadata, err = next.HandleDeserialize(ctx, in)
	if resp, ok := out.RawResponse.(*smithyhttp.Response); ok && resp.Body != nil {
		resp.Body = &limitedBody{resp.Body, maxAnswer}
	}
	return out, metadata, err
}

// A limitedBody is a body of which so many bytes are left at most.
type limitedBody struct {
	io.ReadCloser
	left int
}

// Read implements [io.Reader].
func (b *limitedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= n; b.left < 0 {
		return 0, errLarge
	}
	return n, err
}

// isLarge reports whether err is that an answer was too large.
func isLarge(err error) bool { return errors.Is(err, errLarge) }
