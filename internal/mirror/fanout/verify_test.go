package fanout

import (
	"bytes"
	"errors"
	"testing"
	"testing/iotest"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/mirror/content"
)

// drain reads a stream to its end, and returns the bytes before it with the error that it is.
func drain(s Stream) (got []byte, err error) {
	for {
		p, err := s.Next()
		if err != nil {
			return got, err
		}
		got = append(got, p.Bytes()...)
		p.Release()
	}
}

func TestWhatIsRightPasses(t *testing.T) {
	for _, size := range []int{0, 1, 1000, chunked.SequentialSize, 3*chunked.SequentialSize + 1} {
		want := pattern(size)
		for _, declared := range []int64{int64(size), -1} {
			info := content.Blob{Digest: digest.FromBytes(want), Size: declared}
			var read int64
			got, err := drain(Verify(streamOf(iotest.HalfReader(bytes.NewReader(want))), info,
				func(n int64) { read += n }))
			if !isEnd(err) || !bytes.Equal(got, want) || read != int64(size) {
				t.Errorf("%d bytes, declared %d: got %d, counted %d: %v", size, declared, len(got), read, err)
			}
		}
	}
}

func TestWhatIsWrongNeverEndsCleanly(t *testing.T) {
	want := pattern(1000)
	flipped := bytes.Clone(want)
	flipped[999] ^= 1
	var tooLong, tooShort *content.SizeMismatchError
	var other *content.DigestMismatchError
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
		info := content.Blob{Digest: digest.FromBytes(want), Size: c.size}
		_, err := drain(Verify(streamOf(bytes.NewReader(c.got)), info, func(int64) {}))
		if !errors.As(err, c.as) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
