package registryclient_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"ecrmirror/internal/registryclient"
	"ecrmirror/internal/registryclient/answer"
)

// flaky keeps blobs, and answers the first request of a kind otherwise.
func flaky(method string, h http.HandlerFunc) http.HandlerFunc {
	keep := keeping()
	var n atomic.Int32
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == method && n.Add(1) == 1 {
			h(w, r)
			return
		}
		keep(w, r)
	}
}

func TestUploadsThatAreAnsweredOddly(t *testing.T) {
	blob, d := content(1000)
	without := func(status int) func(h http.HandlerFunc) http.HandlerFunc { // the answer, without the digest
		return func(h http.HandlerFunc) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodPut {
					h(w, r)
					return
				}
				h(discarding{http.Header{}}, r)
				w.WriteHeader(status)
			}
		}
	}
	lying := func(status int) func(http.HandlerFunc) http.HandlerFunc {
		return func(h http.HandlerFunc) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPut {
					w.WriteHeader(status)
					return
				}
				h(w, r)
			}
		}
	}
	for name, c := range map[string]struct {
		wrap func(http.HandlerFunc) http.HandlerFunc
		err  string
		soon bool
	}{
		"200 without the digest": {without(200), "", false},
		"202 without the digest": {without(202), "", false},
		"204 without the digest": {without(204), "", false},
		"201 without the digest": {without(201), "", false},
		"200 of nothing": {
			lying(200), "200 OK, which is not how a registry answers that: the registry does not have what it was sent",
			true,
		},
		"201 of nothing": {lying(201), "does not have what it was sent", true},
		"204 of nothing": {lying(204), "does not have what it was sent", true},
	} {
		registry := start(t, c.wrap(keeping()))
		err := writable(t, registry).PutBlob(t.Context(), lend(bytes.NewReader(blob)), d, int64(len(blob)))
		if (err == nil) != (c.err == "") || err != nil && (!strings.Contains(err.Error(), c.err) ||
			answer.Soon(err) != c.soon) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// discarding is a response that nobody gets.
type discarding struct{ header http.Header }

func (d discarding) Header() http.Header { return d.header }

func (discarding) Write(p []byte) (int, error) { return len(p), nil }

func (discarding) WriteHeader(int) {}

// What a registry, or what stands before it, does not do for now is worth another try.
func TestUploadsThatAreRefusedForNow(t *testing.T) {
	blob, d := content(1000)
	refuse := func(status int, code string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			fmt.Fprintf(w, `{"errors":[{"code":%q}]}`, code)
		}
	}
	for name, c := range map[string]struct {
		method string
		answer http.HandlerFunc
		fails  bool // the first try does; the next one works
	}{
		"a health check": {
			http.MethodPost, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "Healthcheck requested") },
			false,
		},
		"a health check of 204":      {http.MethodPost, status(204), false},
		"a token that ended early":   {http.MethodPut, refuse(401, "UNAUTHORIZED"), true},
		"a session that is not seen": {http.MethodPut, refuse(404, "BLOB_UPLOAD_UNKNOWN"), true},
	} {
		repo := writable(t, start(t, flaky(c.method, c.answer)))
		err := repo.PutBlob(t.Context(), lend(bytes.NewReader(blob)), d, int64(len(blob)))
		if (err != nil) != c.fails || err != nil && !answer.Soon(err) && !errors.Is(err, registryclient.ErrByPatch) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil {
			err = repo.PutBlob(t.Context(), lend(bytes.NewReader(blob)), d, int64(len(blob)))
		}
		if err != nil || !has(t, repo, d) {
			t.Errorf("%s, again: %v", name, err)
		}
	}
}
