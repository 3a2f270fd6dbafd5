package content

import (
	"fmt"

	"github.com/opencontainers/go-digest"
)

// A DigestMismatchError says that content does not have the digest that was promised.
type DigestMismatchError struct{ Want, Got digest.Digest }

func (e *DigestMismatchError) Error() string {
	return fmt.Sprintf("digest is %s, not %s", e.Got, e.Want)
}

// A SizeMismatchError says that a blob is longer or shorter than its descriptor promised. Sizes are in bytes.
type SizeMismatchError struct{ Want, Got int64 }

func (e *SizeMismatchError) Error() string {
	if e.Got > e.Want {
		return fmt.Sprintf("more than the %d bytes of its descriptor", e.Want)
	}
	return fmt.Sprintf("ends after %d of %d bytes", e.Got, e.Want)
}
