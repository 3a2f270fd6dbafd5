package answer

import (
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// A body that is not wanted, and does not come, holds nobody up for long.
func TestUnwantedBodiesAreNotWaitedFor(t *testing.T) {
	for name, read := range map[string]func(*http.Response){
		"redirect": Discard, "refusal": func(resp *http.Response) { _ = Refusal(resp) },
	} {
		synctest.Test(t, func(t *testing.T) {
			body, silent := io.Pipe()
			defer silent.Close()
			began := time.Now()
			read(&http.Response{StatusCode: http.StatusForbidden, Body: body})
			if took := time.Since(began); took != maxLinger {
				t.Errorf("%s: %v", name, took)
			}
		})
	}
}
