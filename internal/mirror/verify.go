package mirror

import (
	"context"
	"io"
	"time"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/types"
)

// A verifier passes a blob through and ends in an error, not in io.EOF, unless the
// blob has the size and the digest of its descriptor. It also counts, and calls
// stalled when the blob's reader gives nothing for the stall time-out.
type verifier struct {
	r        io.Reader
	want     types.BlobInfo
	digester digest.Digester
	n        int64
	stall    time.Duration
	stalled  context.CancelCauseFunc
}

func newVerifier(r io.Reader, want types.BlobInfo, stall time.Duration, stalled context.CancelCauseFunc) *verifier {
	return &verifier{r: r, want: want, digester: want.Digest.Algorithm().Digester(), stall: stall, stalled: stalled}
}

// Read implements io.Reader.
func (v *verifier) Read(p []byte) (int, error) {
	watch := time.AfterFunc(v.stall, func() { v.stalled(ErrStalled) })
	n, err := v.r.Read(p)
	watch.Stop()
	v.n += int64(n)
	// Hash.Write never fails.
	_, _ = v.digester.Hash().Write(p[:n])
	if v.want.Size >= 0 && v.n > v.want.Size {
		return n, &SizeMismatchError{Want: v.want.Size, Got: v.n}
	}
	if isEnd(err) {
		err = v.check()
	}
	return n, err
}

// check returns io.EOF if the blob is what it should be.
func (v *verifier) check() error {
	if v.want.Size >= 0 && v.n != v.want.Size {
		return &SizeMismatchError{Want: v.want.Size, Got: v.n}
	}
	if got := v.digester.Digest(); got != v.want.Digest {
		return &DigestMismatchError{Want: v.want.Digest, Got: got}
	}
	return io.EOF
}
