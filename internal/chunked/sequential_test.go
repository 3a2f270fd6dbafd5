package chunked_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"ecrmirror/internal/chunked"
)

// A blocked gives nothing until its context ends.
type blocked struct{ ctx context.Context }

func (b blocked) Read([]byte) (int, error) {
	<-b.ctx.Done()
	return 0, b.ctx.Err()
}

func TestAStalledStreamIsGivenUp(t *testing.T) {
	stalled := errors.New("stalled")
	open := func(ctx context.Context) (io.ReadCloser, int64, error) { return io.NopCloser(blocked{ctx}), -1, nil }
	s, err := chunked.OpenSequential(t.Context(), chunked.Stall{After: time.Millisecond, Err: stalled}, open)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.Adopt(chunked.NewBudget(1<<20).Join(), nil)
	if _, err := s.Next(); !errors.Is(err, stalled) {
		t.Errorf("got %v", err)
	}
}
