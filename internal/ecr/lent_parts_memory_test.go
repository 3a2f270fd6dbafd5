package ecr

import (
	"crypto/sha256"
	"errors"
	"io"
	"testing"
)

// An upload of what is lent adds nothing of a part's size to it.
func TestUploadOfLentPartsAllocatesNextToNothing(t *testing.T) {
	blob := zeroBlob(t, 4*testPartSize)
	client := sinkClient(blob.Digest)
	got := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			uploadToSink(b, client, blob, lentZerosOf(blob))
		}
	}).AllocedBytesPerOp()
	if got > testPartSize/4 {
		t.Errorf("%d bytes allocated for 4 parts of %d", got, testPartSize)
	}
	t.Logf("%.4f x a part's size allocated per part", float64(got)/4/testPartSize)
}

// lentZerosOf returns the parts of a blob of zeros that are lent.
func lentZerosOf(blob Blob) func(*upload) partSource {
	zeros := &lentZeros{left: blob.Size, piece: make([]byte, mib)}
	return func(u *upload) partSource { return u.lent(zeros) }
}

// lentZeros lends zeros, all in the same memory.
type lentZeros struct {
	left  int64
	piece []byte
}

func (*lentZeros) Read([]byte) (int, error) { return 0, errors.New("a lender is not read") }

func (z *lentZeros) Lend(most int) ([]byte, func(), error) {
	if z.left == 0 {
		return nil, nil, io.EOF
	}
	n := min(int64(most), int64(len(z.piece)), z.left)
	z.left -= n
	return z.piece[:n], func() {}, nil
}

// What it costs to encode a part and to hash it for the signature, without the SDK.
func BenchmarkPartBody(b *testing.B) {
	for name, n := range map[string]int{"1 piece": 1, "10 pieces": 10} {
		b.Run(name, func(b *testing.B) {
			var part pieces
			for range n {
				part = append(part, make([]byte, testPartSize/n))
			}
			b.Run("encode", func(b *testing.B) { benchmarkBody(b, part, io.Discard) })
			b.Run("encode and hash", func(b *testing.B) { benchmarkBody(b, part, sha256.New()) })
		})
	}
}

func benchmarkBody(b *testing.B, part pieces, to io.Writer) {
	b.SetBytes(part.size())
	b.ReportAllocs()
	buf := make([]byte, 32<<10)
	for b.Loop() {
		body := newPartBody([]byte(`{"layerPartBlob":"`), part, []byte(`"}`), func() {})
		if _, err := io.CopyBuffer(struct{ io.Writer }{to}, struct{ io.Reader }{body}, buf); err != nil {
			b.Fatal(err)
		}
	}
}

// An upload of 64 MiB to a sink in this process that reads what it is sent and keeps nothing: what is
// left is reading, encoding twice, hashing for the signature, and where the stream is not lent also
// copying and hashing the blob.
func BenchmarkUpload(b *testing.B) {
	blob := zeroBlob(b, 64<<20)
	for name, stream := range map[string]func(*Client) func(*upload) partSource{
		"lent": func(*Client) func(*upload) partSource { return lentZerosOf(blob) },
		"read": func(client *Client) func(*upload) partSource {
			return buffered(&zeros{blob.Size}, client.opts.Budget)
		},
	} {
		b.Run(name, func(b *testing.B) {
			client := sinkClient(blob.Digest)
			b.SetBytes(blob.Size)
			b.ReportAllocs()
			for b.Loop() {
				uploadToSink(b, client, blob, stream(client))
			}
		})
	}
}
