package mirror

import (
	"io"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/types"
)

// A verifier holds a blob's bytes against the size and the digest of its descriptor.
type verifier struct {
	want     types.BlobInfo
	digester digest.Digester
	n        int64
	read     func(n int64) // told about all bytes
}

func newVerifier(want types.BlobInfo, read func(n int64)) *verifier {
	return &verifier{want: want, digester: want.Digest.Algorithm().Digester(), read: read}
}

// add takes the next bytes of the blob.
func (v *verifier) add(p []byte) error {
	v.n += int64(len(p))
	v.read(int64(len(p)))
	if v.want.Size >= 0 && v.n > v.want.Size {
		return &SizeMismatchError{Want: v.want.Size, Got: v.n}
	}
	// Hash.Write never fails.
	_, _ = v.digester.Hash().Write(p)
	return nil
}

// end returns io.EOF if the blob is what it should be.
func (v *verifier) end() error {
	if v.want.Size >= 0 && v.n != v.want.Size {
		return &SizeMismatchError{Want: v.want.Size, Got: v.n}
	}
	if got := v.digester.Digest(); got != v.want.Digest {
		return &DigestMismatchError{Want: v.want.Digest, Got: got}
	}
	return io.EOF
}
