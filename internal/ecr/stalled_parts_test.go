package ecr

import (
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"ecrmirror/internal/transient"
)

// A part that nobody answers is sent again: there is nothing else to notice, for the lender takes one
// who waits for memory for one who waits for the source.
func TestStalledPartIsSentAgain(t *testing.T) {
	for memory := range 4 {
		t.Run(fmt.Sprint(memory), func(t *testing.T) {
			t.Parallel()
			sendStalledPartAgain(t, memory*tinyPart)
		})
	}
}

// sendStalledPartAgain uploads a layer of five parts from so much memory, of which the second hangs. No other part
// takes a second, on a busy machine either.
func sendStalledPartAgain(t *testing.T, memory int) {
	t.Helper()
	w, e := newTiny(t)
	w.client.opts.Stall = time.Second
	layer := randomBytes(4*tinyPart + 7)
	lent := lend(layer, 100, memory)
	var hung atomic.Int32
	w.breakBy(func(operation string, _ http.ResponseWriter, r *http.Request) bool {
		if operation == "UploadLayerPart" && hung.Add(1) == 2 {
			members(r)
			<-r.Context().Done()
			panic(http.ErrAbortHandler)
		}
		return false
	})
	if err := w.destination(here).PutLent(t.Context(), lent, blobInfo(layer)); err != nil {
		t.Error(err)
	}
	if e.seen().received != len(layer) || hung.Load() != 6 {
		t.Errorf("%d bytes received in %d calls", e.seen().received, hung.Load())
	}
	lent.check(t)
}

func TestStallIsTransient(t *testing.T) {
	w, _ := newTiny(t)
	w.client.opts.Stall = 5 * time.Millisecond
	layer := randomBytes(2 * tinyPart)
	w.breakBy(func(operation string, _ http.ResponseWriter, r *http.Request) bool {
		if operation == "UploadLayerPart" {
			members(r)
			<-r.Context().Done()
			panic(http.ErrAbortHandler)
		}
		return false
	})
	err := w.destination(here).PutLent(t.Context(), lend(layer, 100, 0), blobInfo(layer))
	if !errors.Is(err, errPartStalled) || !transient.Is(err) {
		t.Errorf("got %v", err)
	}
}
