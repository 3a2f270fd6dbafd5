package answer

import (
	"context"
	"errors"
	"io"

	"golang.org/x/sync/semaphore"
)

const (
	// freeAnswer is how many bytes of an answer are read without asking anybody: all of nearly every
	// token, error and manifest. So answers as they usually are never wait for large ones that are slow.
	freeAnswer = 16 << 10
	// largeAnswers is how many bytes of answers beyond that are read at a time in a process.
	largeAnswers = 8 << 20
)

// A Memory bounds the bytes of answers that are read at a time by all registries of a process.
type Memory struct {
	reading *semaphore.Weighted // bytes
}

// NewMemory returns a memory of which nothing is in use.
func NewMemory() *Memory { return &Memory{semaphore.NewWeighted(largeAnswers)} }

// Read reads an answer of most bytes at most, and one byte more of one that has more. Size is what
// its header says that it has, or -1. It may wait for others that read large answers, until ctx ends.
// The caller calls release when the bytes are not needed any more, or are counted elsewhere.
func (m *Memory) Read(
	ctx context.Context, body io.Reader, size, most int64,
) (content []byte, release func(), err error) {
	if size < 0 || size > most {
		size = most
	}
	start, err := fill(make([]byte, 0, min(size, freeAnswer)+1), body)
	if err != nil || len(start) < cap(start) || size <= freeAnswer {
		return start, func() {}, err
	}
	n := min(size+1, largeAnswers)
	if err := m.reading.Acquire(ctx, n); err != nil {
		return nil, func() {}, err
	}
	content, err = fill(append(make([]byte, 0, size+1), start...), body)
	return content, func() { m.reading.Release(n) }, err
}

// fill reads until the buffer's capacity is used, or the end.
func fill(buf []byte, body io.Reader) ([]byte, error) {
	for len(buf) < cap(buf) {
		n, err := body.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case errors.Is(err, io.EOF):
			return buf, nil
		case err != nil:
			return buf, err
		}
	}
	return buf, nil
}
