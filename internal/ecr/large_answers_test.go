package ecr

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
)

// answering is a client whose answers have so many bytes by their header.
type answering int64

func (a answering) Do(req *http.Request) (*http.Response, error) {
	return &http.Response{ContentLength: int64(a), Body: http.NoBody, Request: req}, nil
}

func TestLargeAnswersAreReadOneAtATime(t *testing.T) {
	large := newLargeAnswers()
	call := func(ctx context.Context, size int64, during func()) error {
		option, end := large.begin()
		defer end()
		opts := ecr.Options{HTTPClient: answering(size)}
		option(&opts)
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://ecr.invalid", nil)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // it is tried again, in the same turn
			resp, err := opts.HTTPClient.Do(req)
			if err != nil {
				return err
			}
			resp.Body.Close()
		}
		during()
		return nil
	}
	var at, most atomic.Int32
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			err := call(t.Context(), []int64{largeAnswer, -1}[i%2], func() {
				most.Store(max(most.Load(), at.Add(1)))
				at.Add(-1)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if most.Load() != 1 {
		t.Errorf("%d at a time", most.Load())
	}
	gone := errors.New("gone")
	err := call(t.Context(), largeAnswer, func() {
		if err := call(t.Context(), largeAnswer-1, func() {}); err != nil {
			t.Errorf("a small one waited: %v", err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(gone)
		if err := call(ctx, largeAnswer, func() {}); !errors.Is(err, gone) {
			t.Errorf("a large one did not wait, or longer than it may: %v", err)
		}
	})
	if err != nil {
		t.Error(err)
	}
}

// What is no UTF-8 would be six times as large in a request, and another manifest in ECR.
func TestDestinationRefusesManifestsThatAreNoUTF8(t *testing.T) {
	w := newScript(t, func(operation string, _ http.ResponseWriter, _ *http.Request) bool {
		t.Errorf("%s is called", operation)
		return false
	})
	err := w.destination(here).putRoot(t.Context(), []byte("{\"a\":\"\xff\"}"))
	if err == nil || !strings.Contains(err.Error(), "not UTF-8") {
		t.Error(err)
	}
}
