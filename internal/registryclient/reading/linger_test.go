package reading

import (
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// A body that is not wanted, and does not come, holds nobody up for long.
func TestRefusalsAwayAreNotWaitedFor(t *testing.T) {
	for name, read := range map[string]func(*http.Response){
		"refusal away": func(resp *http.Response) { _ = awayRefusal(resp) },
	} {
		synctest.Test(t, func(t *testing.T) {
			body, silent := io.Pipe()
			defer silent.Close()
			began := time.Now()
			read(&http.Response{StatusCode: http.StatusForbidden, Body: body})
			if took := time.Since(began); took != 10*time.Second {
				t.Errorf("%s: %v", name, took)
			}
		})
	}
}
