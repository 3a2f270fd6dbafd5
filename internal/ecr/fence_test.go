package ecr

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/fence"
	"ecrmirror/internal/transient"
)

// fenced returns a world whose client has the clients of its own, and connects to nobody but the
// stand-in; dialed are the others that it would have connected to.
func fenced(t *testing.T, f fault) (w *world, dialed *[]string) {
	w, dialed = newScript(t, f), new([]string)
	w.client = New(Options{
		API: w.apis, Budget: w.budget, Chunks: chunked.Options{Attempts: 1, Backoff: time.Millisecond},
		Network: fence.Network{Dialer: &net.Dialer{ControlContext: func(_ context.Context, _, address string,
			_ syscall.RawConn,
		) error {
			if address == strings.TrimPrefix(w.url, "http://") {
				return nil
			}
			*dialed = append(*dialed, address)
			return errors.New("nobody is there")
		}}},
	})
	return w, dialed
}

var privy = []string{
	"https://169.254.169.254/x", "https://169.254.170.2/x", "https://[::ffff:a9fe:a9fe]/x",
	"https://metadata.google.internal/x", "https://2852039166/x",
}

// What an image says where a layer is says a stranger.
func TestForeignLayersAreReadAtPublicHostsAlone(t *testing.T) {
	w, dialed := fenced(t, func(operation string, _ http.ResponseWriter, _ *http.Request) bool {
		t.Errorf("%s was called", operation)
		return false
	})
	for _, to := range append([]string{
		"https://127.0.0.1/x", "http://localhost/x", "https://10.0.0.1/x",
		"https://[fe80::1]/x", w.url,
	}, privy...) {
		info := blobInfo([]byte("x"))
		body, _, err := w.client.ForeignBlob(t.Context(), info, []string{to})
		var place *fence.PlaceError
		if body != nil || !errors.As(err, &place) || len(*dialed) > 0 || transient.Is(err) {
			t.Errorf("%s: %v, dialed %q", to, err, *dialed)
		}
	}
	info := blobInfo([]byte("x"))
	if _, _, err := w.client.ForeignBlob(t.Context(), info, []string{"https://8.8.8.8/x"}); err == nil ||
		len(*dialed) != 1 {
		t.Errorf("a public host: %v, dialed %q", err, *dialed)
	}
}

// Where ECR says that a blob is, is where it is; and where that redirects to is judged.
func TestPresignedURLsLeadNowhereElse(t *testing.T) {
	for _, redirected := range []bool{false, true} {
		for _, to := range privy {
			var w *world
			w, dialed := fenced(t, func(operation string, rw http.ResponseWriter, _ *http.Request) bool {
				if operation == "GetObject" {
					rw.Header().Set("Location", to+"?X-Amz-Signature=SECRET")
					rw.WriteHeader(http.StatusTemporaryRedirect)
					return true
				}
				at := to
				if redirected {
					at = w.url + "/x"
				}
				_, _ = io.WriteString(rw, `{"downloadUrl":"`+at+`?X-Amz-Signature=SECRET"}`)
				return true
			})
			body, _, err := w.source(here).Blob(t.Context(), blobInfo([]byte("x")))
			if err == nil {
				_, err = io.ReadAll(body)
				body.Close()
			}
			var place *fence.PlaceError
			if !errors.As(err, &place) || len(*dialed) > 0 || strings.Contains(err.Error(), "SECRET") {
				t.Errorf("%s, redirected %v: %v, dialed %q", to, redirected, err, *dialed)
			}
		}
	}
}
