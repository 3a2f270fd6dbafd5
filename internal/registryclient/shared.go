package registryclient

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

const (
	// freeAnswer is how many bytes of an answer are read without asking anybody: all of nearly every
	// token, error and manifest. So answers as they usually are never wait for large ones that are slow.
	freeAnswer = 16 << 10
	// largeAnswers is how many bytes of answers beyond that are read at a time in a process.
	largeAnswers = 8 << 20
	// maxTokens is how many bytes of tokens are kept in a process.
	maxTokens = 8 << 20
	// maxRemembered is how many registries are remembered that are not to be asked for now.
	maxRemembered = 4096
)

// Shared is what all registries of a process share: one budget of bytes for what is read of their
// answers, one for their tokens, and what is to be remembered of registries that were forgotten.
// Blobs have a budget of their own, see [Options].
type Shared struct {
	reading *semaphore.Weighted // bytes

	mu         sync.Mutex
	tokens     int64                 // bytes
	remembered map[string]*etiquette // by host
}

// NewShared returns what the registries of a process share.
func NewShared() *Shared {
	return &Shared{reading: semaphore.NewWeighted(largeAnswers), remembered: map[string]*etiquette{}}
}

// read reads an answer of most bytes at most, and one byte more of one that has more. Size is what
// its header says that it has, or -1. It may wait for others that read large answers, until ctx ends.
// The caller calls release when the bytes are not needed any more, or are counted elsewhere.
func (s *Shared) read(ctx context.Context, body io.Reader, size, most int64) (content []byte, release func(), err error) {
	if size < 0 || size > most {
		size = most
	}
	start, err := fill(make([]byte, 0, min(size, freeAnswer)+1), body)
	if err != nil || len(start) < cap(start) || size <= freeAnswer {
		return start, func() {}, err
	}
	n := min(size+1, largeAnswers)
	if err := s.reading.Acquire(ctx, n); err != nil {
		return nil, func() {}, err
	}
	content, err = fill(append(make([]byte, 0, size+1), start...), body)
	return content, func() { s.reading.Release(n) }, err
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

// keep counts bytes of tokens that are kept, or, if n is negative, no longer are. It returns whether there are too many.
func (s *Shared) keep(n int64) (tooMany bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens += n
	return s.tokens > maxTokens
}

// remember keeps how a registry is to be treated that is forgotten otherwise, as long as that matters.
func (s *Shared) remember(e *etiquette) {
	now := time.Now()
	if !e.matters(now) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.remembered) >= maxRemembered {
		for host, old := range s.remembered {
			if !old.matters(now) {
				delete(s.remembered, host)
			}
		}
	}
	if len(s.remembered) >= maxRemembered {
		clear(s.remembered) // they will say it again
	}
	s.remembered[e.host] = e
}

// recall returns how a registry is to be treated.
func (s *Shared) recall(host string) *etiquette {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.remembered[host]; e != nil {
		delete(s.remembered, host)
		return e
	}
	return newEtiquette(host)
}

// DeferredUntil returns until when a registry that was forgotten bears no more requests, by its own
// word; the zero time if it does, or is not remembered.
func (s *Shared) DeferredUntil(host string) time.Time {
	s.mu.Lock()
	e := s.remembered[host]
	s.mu.Unlock()
	if e == nil {
		return time.Time{}
	}
	return e.deferredUntil()
}
