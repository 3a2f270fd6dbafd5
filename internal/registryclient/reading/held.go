package reading

import (
	"context"
	"errors"
	"io"

	"ecrmirror/internal/chunked"
)

// held is the start of a blob, which came with its size.
type held struct {
	chunked.Body
	n      int64 // bytes, if it is not all of the blob
	cancel context.CancelFunc
}

func (h *held) Close() error {
	h.cancel()
	return h.Body.Close()
}

// findSize asks for the start of a blob to learn its size, and keeps what comes for the first fetch.
func (b *blob) findSize(ctx context.Context) error {
	want := span{n: b.repository.registry.opts.Chunks.ChunkSize, size: -1}
	if want.n <= 0 {
		want.n = chunked.ChunkSize
	}
	ctx, cancel := context.WithCancel(ctx)
	a, err := b.get(ctx, want)
	if err != nil {
		cancel()
		if errors.Is(err, errEmpty) {
			b.size = 0
			return nil
		}
		return err
	}
	b.size = a.size
	b.held = &held{Body: a.Body, n: min(want.n, a.size), cancel: cancel}
	return nil
}

// takeHeld returns what is held if that answers a fetch. If it does not, it is given up.
func (b *blob) takeHeld(ctx context.Context, off, n int64) (chunked.Body, bool) {
	b.mu.Lock()
	h := b.held
	if h == nil || off != 0 {
		b.mu.Unlock()
		return chunked.Body{}, false
	}
	b.held = nil
	b.mu.Unlock()
	if !h.Whole && n > h.n {
		h.Close()
		return chunked.Body{}, false
	}
	body := &heldBody{Reader: h.Body, held: h, stop: context.AfterFunc(ctx, h.cancel)}
	if !h.Whole {
		body.Reader = io.LimitReader(h.Body, n)
	}
	return chunked.Body{ReadCloser: body, Whole: h.Whole}, true
}

// heldBody is a body that ends with the context of the fetch, although it was opened before.
type heldBody struct {
	io.Reader
	held *held
	stop func() bool
}

func (b *heldBody) Close() error {
	b.stop()
	return b.held.Close()
}

// A sizedReader is a reader of a blob whose start may still be held.
type sizedReader struct {
	*chunked.Reader
	blob *blob
}

func (r *sizedReader) Close() error {
	err := r.Reader.Close()
	r.blob.mu.Lock()
	h := r.blob.held
	r.blob.held = nil
	r.blob.mu.Unlock()
	if h != nil {
		err = errors.Join(err, h.Close())
	}
	return err
}
