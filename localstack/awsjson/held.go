package awsjson

import (
	"bytes"
	"net/http"
	"sync"
)

// Bodies holds requests' bodies in memory, and keeps that for other requests. Its zero
// value is ready, and it is safe for concurrent use.
type Bodies struct{ free sync.Pool }

// A held body has been read already.
type held struct {
	bytes.Reader
	content []byte
}

func (*held) Close() error { return nil }

func (h *held) within(limit int64) ([]byte, error) {
	if int64(len(h.content)) > limit {
		return nil, tooLarge()
	}
	return h.content, nil
}

// Hold reads the request's body, of limit bytes at most, unless it is held already. From
// then on [Body] returns it, without a copy, and r.Body reads it. The caller calls
// release when its bytes are no longer needed.
func (b *Bodies) Hold(r *http.Request, limit int64) (release func(), err error) {
	if _, ok := r.Body.(*held); ok {
		return func() {}, nil
	}
	buffer, _ := b.free.Get().(*bytes.Buffer)
	if buffer == nil {
		buffer = new(bytes.Buffer)
	}
	buffer.Reset()
	if err := readBody(buffer, r, limit); err != nil {
		b.free.Put(buffer)
		return nil, err
	}
	h := &held{content: buffer.Bytes()}
	h.Reset(h.content)
	r.Body = h
	return func() { b.free.Put(buffer) }, nil
}
