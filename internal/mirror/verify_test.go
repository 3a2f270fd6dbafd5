package mirror

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"testing/iotest"
	"time"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/types"
)

func TestVerifierPassesWhatIsRight(t *testing.T) {
	for _, size := range []int{0, 1, 1000, 100_000} {
		want := content(size)
		for _, declared := range []int64{int64(size), -1} {
			info := types.BlobInfo{Digest: digest.FromBytes(want), Size: declared}
			v := newVerifier(bytes.NewReader(want), info, never, nil)
			if err := iotest.TestReader(v, want); err != nil {
				t.Errorf("%d bytes, declared %d: %v", size, declared, err)
			}
		}
	}
}

func TestVerifierNeverEndsCleanlyOnWhatIsWrong(t *testing.T) {
	want := content(1000)
	flipped := bytes.Clone(want)
	flipped[999] ^= 1
	var tooLong, tooShort *SizeMismatchError
	var other *DigestMismatchError
	for _, c := range []struct {
		name string
		got  []byte
		size int64
		as   any
	}{
		{"a byte changed", flipped, 1000, &other},
		{"a byte changed, size unknown", flipped, -1, &other},
		{"a byte missing", want[:999], 1000, &tooShort},
		{"a byte missing, size unknown", want[:999], -1, &other},
		{"nothing there", nil, 1000, &tooShort},
		{"a byte too many", append(bytes.Clone(want), 0), 1000, &tooLong},
	} {
		v := newVerifier(bytes.NewReader(c.got), types.BlobInfo{Digest: digest.FromBytes(want), Size: c.size}, never, nil)
		_, err := io.ReadAll(v)
		if !errors.As(err, c.as) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestVerifierCancelsAStalledSource(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	v := newVerifier(blockedReader{ctx}, types.BlobInfo{Digest: digest.FromString(""), Size: 1}, time.Millisecond, cancel)
	if _, err := io.ReadAll(v); !errors.Is(err, ErrStalled) {
		t.Errorf("got %v", err)
	}
}

// A blockedReader gives nothing until its context ends.
type blockedReader struct{ ctx context.Context }

func (b blockedReader) Read([]byte) (int, error) {
	<-b.ctx.Done()
	return 0, context.Cause(b.ctx)
}
