package registryclient_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"

	"ecrmirror/internal/registryclient"
	"ecrmirror/internal/registryclient/answer"
)

// refusing answers uploads in the middle and reads no more.
func refusing(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			elsewhere("/put")(w, r)
			return
		}
		w.Header().Set("Connection", "close")
		w.WriteHeader(status)
		fmt.Fprint(w, `{"errors":[{"code":"SIZE_INVALID","message":"too much"}]}`)
	}
}

// resetting does the same, and closes the connection on what was not read.
func resetting(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			elsewhere("/put")(w, r)
			return
		}
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		_, _ = bufio.NewReader(conn).ReadByte()
		fmt.Fprintf(conn, "HTTP/1.1 %d Sorry\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", status)
		_ = conn.(*net.TCPConn).SetLinger(-1)
	}
}

func TestAnswerThatComesBeforeTheEndIsTheError(t *testing.T) {
	checkLeaks(t)
	for name, respond := range map[string]func(int) http.HandlerFunc{"lingering": refusing, "reset": resetting} {
		for status, temporary := range map[int]bool{401: true, 413: false, 429: true, 503: true} {
			registry := start(t, respond(status))
			_, d := content(10)
			repo := writable(t, registry)
			err := repo.PutBlob(t.Context(), lend(endless{}), d, 1<<40)
			var refused *registryclient.StatusError
			if !errors.As(err, &refused) || refused.Status != status || answer.Soon(err) != temporary {
				t.Errorf("%s: %d: %v", name, status, err)
			}
			check(t, "PUTs", registry.count("PUT"), 1)
			if status != http.StatusUnauthorized {
				continue
			}
			// A login may end early once, and no more.
			if err := repo.PutBlob(t.Context(), lend(endless{}), d, 1<<40); err == nil || answer.Soon(err) {
				t.Errorf("%s: 401 again: %v", name, err)
			}
		}
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestBrokenUploadIsTemporaryAndACancelledOneIsNot(t *testing.T) {
	checkLeaks(t)
	_, d := content(10)
	ctx, cancel := context.WithCancel(t.Context())
	for _, end := range []func(){func() { panic(http.ErrAbortHandler) }, cancel} {
		registry := start(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				elsewhere("/put")(w, r)
				return
			}
			_, _ = io.CopyN(io.Discard, r.Body, 1000)
			end()
			_, _ = io.Copy(io.Discard, r.Body)
		})
		err := writable(t, registry).PutBlob(ctx, lend(endless{}), d, 1<<40)
		cancelled := ctx.Err() != nil
		if err == nil || errors.Is(err, context.Canceled) != cancelled || answer.Soon(err) == cancelled {
			t.Error(err)
		}
	}
}
