package ecr

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ecrmirror/internal/transient"

	"github.com/opencontainers/go-digest"
)

func TestSourceGetBlob(t *testing.T) {
	w := newWorld(t)
	layer := randomBytes(2*mib + 77)
	w.push(here+":v1", layer)
	for name, info := range map[string]Blob{
		"size known":     blobInfo(layer),
		"size unknown":   {Digest: blobInfo(layer).Digest, Size: -1},
		"config, small ": blobInfo([]byte("{}")),
	} {
		body, size, err := w.source(here+":v1").Blob(t.Context(), info)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(body)
		if err != nil || digest.FromBytes(got) != info.Digest || size != int64(len(got)) {
			t.Errorf("%s: got %d of %d bytes, %v", name, len(got), size, err)
		}
		body.Close()
	}
	w.checkBudget()
}

func TestSourceGetBlobReportsAtOnceThatThereIsNone(t *testing.T) {
	w := newWorld(t)
	w.push(here+":v1", []byte("layer"))
	dest := w.destination(here)
	unreferenced := w.put(dest, []byte("nobody names this"))
	for _, info := range []Blob{unreferenced, {Digest: digest.Digest(sha[1:]), Size: 10}} {
		if _, _, err := w.source(here+":v1").Blob(t.Context(), info); !errors.Is(err, ErrLayersNotFound) {
			t.Errorf("%s: got %v", info.Digest, err)
		}
	}
}

func TestSourceGetBlobOutlivesFaults(t *testing.T) {
	layer := randomBytes(2*mib + 77)
	for name, breaks := range map[string]func(*world) fault{
		"503": func(*world) fault {
			return func(_ string, w http.ResponseWriter, _ *http.Request) bool {
				w.WriteHeader(http.StatusServiceUnavailable)
				return true
			}
		},
		"truncated": func(*world) fault {
			return func(_ string, w http.ResponseWriter, r *http.Request) bool {
				var first, last int
				if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &first, &last); err != nil {
					return false
				}
				w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, last, len(layer)))
				w.Header().Set("Content-Length", fmt.Sprint(last-first+1))
				w.WriteHeader(http.StatusPartialContent)
				_, _ = w.Write(layer[first : first+(last-first)/2])
				return true
			}
		},
		"expired": func(w *world) fault {
			return func(string, http.ResponseWriter, *http.Request) bool { w.pass(2 * time.Hour); return false }
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.push(here+":v1", layer)
			f := breaks(w)
			var broken atomic.Int32
			w.breakBy(func(operation string, rw http.ResponseWriter, r *http.Request) bool {
				return operation == "GetObject" && broken.Add(1)%4 == 2 && broken.Load() < 8 && f(operation, rw, r)
			})
			body, _, err := w.source(here+":v1").Blob(t.Context(), blobInfo(layer))
			if err != nil {
				t.Fatal(err)
			}
			defer body.Close()
			if got, err := io.ReadAll(body); err != nil || !bytes.Equal(got, layer) {
				t.Errorf("got %d bytes, %v", len(got), err)
			}
		})
	}
}

func TestSourceGetBlobNeverEndsEarly(t *testing.T) {
	w := newWorld(t)
	layer := randomBytes(mib)
	w.push(here+":v1", layer)
	w.breakBy(func(operation string, _ http.ResponseWriter, r *http.Request) bool {
		if operation == "GetObject" && strings.HasPrefix(r.Header.Get("Range"), "bytes=524288-") {
			panic(http.ErrAbortHandler)
		}
		return false
	})
	body, _, err := w.source(here+":v1").Blob(t.Context(), blobInfo(layer))
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(body)
	if err == nil || !bytes.Equal(got, layer[:mib/2]) || !transient.Is(err) || strings.Contains(err.Error(), "X-Amz") {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
	body.Close()
	w.checkBudget()
}

func TestSourceGetBlobReadsForeignLayersWhereTheyAre(t *testing.T) {
	content := []byte("a layer of somebody else's")
	var once sync.Once
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("credentials were sent")
		}
		once.Do(func() { w.WriteHeader(http.StatusNotFound) })
		_, _ = w.Write(content)
	}))
	defer server.Close()
	w := newScript(t, func(operation string, w http.ResponseWriter, _ *http.Request) bool {
		t.Errorf("%s was called", operation)
		return refuse(w, http.StatusBadRequest, "InvalidParameterException", "")
	})
	info := blobInfo(content)
	urls := []string{"ftp://host/layer", server.URL + "/gone", server.URL + "/layer"}
	body, size, err := w.client.ForeignBlob(t.Context(), info, urls)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if got, err := io.ReadAll(body); err != nil || !bytes.Equal(got, content) || size != info.Size {
		t.Errorf("got %q of %d bytes, %v", got, size, err)
	}
	if _, _, err := w.client.ForeignBlob(t.Context(), info, urls[:1]); err == nil {
		t.Error("no error where no URL delivers")
	}
}
