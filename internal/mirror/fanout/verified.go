package fanout

import (
	"ecrmirror/internal/chunked"
	"ecrmirror/internal/mirror/content"
)

// A verified passes a blob's chunks through.
type verified struct {
	stream Stream
	check  *content.Verifier
	read   func(n int64)
}

// Verify returns the stream of a blob, which ends in an error, not in io.EOF, unless its bytes are the blob. It tells
// read about all bytes, also about those that are too many.
func Verify(stream Stream, want content.Blob, read func(n int64)) Stream {
	return &verified{stream: stream, check: content.NewVerifier(want), read: read}
}

// Next implements [Stream].
func (v *verified) Next() (*chunked.Chunk, error) {
	c, err := v.stream.Next()
	if isEnd(err) {
		return nil, v.check.End()
	}
	if err != nil {
		return nil, err
	}
	v.read(int64(len(c.Bytes())))
	if err := v.check.Add(c.Bytes()); err != nil {
		c.Release()
		return nil, err
	}
	return c, nil
}
