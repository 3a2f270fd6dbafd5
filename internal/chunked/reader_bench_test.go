package chunked

import (
	"bytes"
	"context"
	"io"
	"testing"
)

// What the reader itself costs: bytes come from memory, 64 MiB a round.
func BenchmarkReaderNext(b *testing.B) {
	const size = 64 << 20
	content := make([]byte, size)
	budget := NewBudget(64 << 20)
	fetch := func(_ context.Context, off, n int64) (Body, error) {
		return Body{ReadCloser: io.NopCloser(bytes.NewReader(content[off : off+n]))}, nil
	}
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		r := NewReader(b.Context(), budget, size, fetch, Options{})
		var n int
		c, err := r.Next()
		for ; err == nil; c, err = r.Next() {
			n += len(c.Bytes())
			c.Release()
		}
		if n != size || err != io.EOF {
			b.Fatal(n, err)
		}
		r.Close()
	}
}

// The same, copied into the caller's buffer.
func BenchmarkReader(b *testing.B) {
	const size = 64 << 20
	content := make([]byte, size)
	budget := NewBudget(64 << 20)
	fetch := func(_ context.Context, off, n int64) (Body, error) {
		return Body{ReadCloser: io.NopCloser(bytes.NewReader(content[off : off+n]))}, nil
	}
	b.SetBytes(size)
	b.ReportAllocs()
	p := make([]byte, 32<<10)
	for b.Loop() {
		r := NewReader(b.Context(), budget, size, fetch, Options{})
		if n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, r, p); n != size || err != nil {
			b.Fatal(n, err)
		}
		r.Close()
	}
}
