package content

import (
	"io"

	"github.com/opencontainers/go-digest"
)

// A Verifier verifies the bytes of one blob as they pass.
type Verifier struct {
	want     Blob
	digester digest.Digester
	n        int64
}

// NewVerifier returns a Verifier for a blob with a valid digest.
func NewVerifier(want Blob) *Verifier {
	return &Verifier{want: want, digester: want.Digest.Algorithm().Digester()}
}

// Add takes the next bytes of the blob. It returns a [*SizeMismatchError] once they are too many.
func (v *Verifier) Add(p []byte) error {
	v.n += int64(len(p))
	if v.want.Size >= 0 && v.n > v.want.Size {
		return &SizeMismatchError{Want: v.want.Size, Got: v.n}
	}
	_, _ = v.digester.Hash().Write(p) // a hash never fails
	return nil
}

// End returns io.EOF if the bytes are the blob. Otherwise it returns a [*SizeMismatchError] or a
// [*DigestMismatchError].
func (v *Verifier) End() error {
	if v.want.Size >= 0 && v.n != v.want.Size {
		return &SizeMismatchError{Want: v.want.Size, Got: v.n}
	}
	if got := v.digester.Digest(); got != v.want.Digest {
		return &DigestMismatchError{Want: v.want.Digest, Got: got}
	}
	return io.EOF
}
