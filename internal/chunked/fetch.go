package chunked

import (
	"context"
	"io"
)

// Fetch opens bytes [off, off+n) of a blob, n > 0. The body must deliver exactly those and then
// io.EOF; the reader checks it. Fetch and the body's Read must return soon after ctx is done, which
// it is only once the body is no longer needed. It is called concurrently. An error is retried
// unless it is marked by [Permanent].
type Fetch func(ctx context.Context, off, n int64) (Body, error)

// A Body is an open range.
type Body struct {
	io.ReadCloser
	// Whole says that the body is the whole blob from its first byte, because the server does not
	// honour ranges.
	Whole bool
}
