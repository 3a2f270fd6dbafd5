package answer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// maxManifest is the size of a large answer.
const maxManifest = 4 << 20

func TestAnAnswerIsReadAsFarAsItMay(t *testing.T) {
	s := NewMemory()
	for _, c := range []struct{ length, size, most, want int }{
		{0, -1, 100, 0},
		{10, 10, 100, 10},
		{100, -1, 100, 100},
		{101, -1, 100, 101},
		{5000, -1, 100, 101},
		{freeAnswer, -1, maxManifest, freeAnswer},
		{freeAnswer, freeAnswer, maxManifest, freeAnswer},
		{freeAnswer + 1, -1, maxManifest, freeAnswer + 1},
		{freeAnswer + 2, freeAnswer + 2, maxManifest, freeAnswer + 2},
		{maxManifest, -1, maxManifest, maxManifest},
		{maxManifest + 5, maxManifest + 5, maxManifest, maxManifest + 1},
	} {
		text := strings.Repeat("x", c.length)
		for _, body := range []io.Reader{
			strings.NewReader(text), iotest.HalfReader(strings.NewReader(text)),
			iotest.DataErrReader(strings.NewReader(text)),
		} {
			content, release, err := s.Read(t.Context(), body, int64(c.size), int64(c.most))
			release()
			if err != nil || len(content) != c.want {
				t.Errorf("%+v: %d bytes, %v", c, len(content), err)
			}
		}
	}
	if !s.reading.TryAcquire(largeAnswers) {
		t.Error("some of the budget was not given back")
	}
}

// An answer that ends early is none.
func TestAnAnswerThatBreaksOffIsAnError(t *testing.T) {
	s := NewMemory()
	for _, n := range []int{0, 10, freeAnswer + 10} {
		body := io.MultiReader(strings.NewReader(strings.Repeat("x", n)), iotest.ErrReader(io.ErrUnexpectedEOF))
		_, release, err := s.Read(t.Context(), body, -1, maxManifest)
		release()
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

// Large answers wait for each other, and small ones for none.
func TestLargeAnswersAreBoundedTogether(t *testing.T) {
	s := NewMemory()
	large := bytes.Repeat([]byte("x"), maxManifest)
	_, first, err := s.Read(t.Context(), bytes.NewReader(large), maxManifest-1, maxManifest)
	if err != nil {
		t.Fatal(err)
	}
	_, second, err := s.Read(t.Context(), bytes.NewReader(large[:maxManifest-10]), maxManifest-10, maxManifest)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := s.Read(ctx, bytes.NewReader(large), -1, maxManifest); !errors.Is(err, context.Canceled) {
		t.Errorf("a third does not wait: %v", err)
	}
	if content, _, err := s.Read(ctx, bytes.NewReader(large[:freeAnswer]), -1, maxManifest); err != nil ||
		len(content) != freeAnswer {
		t.Errorf("a small one waits: %v", err)
	}
	first()
	second()
	if _, third, err := s.Read(t.Context(), bytes.NewReader(large), -1, maxManifest); err != nil {
		t.Error(err)
	} else {
		third()
	}
}
