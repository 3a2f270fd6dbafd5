package mirror

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/chunked"
)

// drain reads a stream to its end, and returns the bytes before it with the error that it is.
func drain(s stream) (got []byte, err error) {
	for {
		p, err := s.next()
		if err != nil {
			return got, err
		}
		got = append(got, p.data...)
		p.free()
	}
}

func TestWhatIsRightPasses(t *testing.T) {
	for _, size := range []int{0, 1, 1000, copiedSize, 3*copiedSize + 1} {
		want := content(size)
		for _, declared := range []int64{int64(size), -1} {
			info := types.BlobInfo{Digest: digest.FromBytes(want), Size: declared}
			var read int64
			got, err := drain(verify(streamOf(iotest.HalfReader(bytes.NewReader(want))), info, func(n int64) { read += n }))
			if !isEnd(err) || !bytes.Equal(got, want) || read != int64(size) {
				t.Errorf("%d bytes, declared %d: got %d, counted %d: %v", size, declared, len(got), read, err)
			}
		}
	}
}

func TestWhatIsWrongNeverEndsCleanly(t *testing.T) {
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
		info := types.BlobInfo{Digest: digest.FromBytes(want), Size: c.size}
		_, err := drain(verify(streamOf(bytes.NewReader(c.got)), info, func(int64) {}))
		if !errors.As(err, c.as) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestAStalledSourceIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	s := newStream(t.Context(), blockedReader{ctx}, chunked.NewBudget(1<<20).Join(), time.Millisecond, cancel, new(atomic.Int64))
	if _, err := drain(s); !errors.Is(err, ErrStalled) {
		t.Errorf("got %v", err)
	}
}

// A blockedReader gives nothing until its context ends.
type blockedReader struct{ ctx context.Context }

func (b blockedReader) Read([]byte) (int, error) {
	<-b.ctx.Done()
	return 0, context.Cause(b.ctx)
}

var _ io.Reader = blockedReader{}
