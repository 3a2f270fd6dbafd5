package ecr

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"ecrmirror/internal/transient"

	"github.com/google/go-cmp/cmp"
)

// Replies that are lost, so that the SDK sends again what has arrived.
func TestUploadOutlivesLostReplies(t *testing.T) {
	for _, image := range []string{here, open} {
		for _, operation := range []string{"InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload"} {
			w, e := newTiny(t)
			var lost atomic.Int32
			w.loseReplies(func(o string) bool { return o == operation && lost.Add(1)%2 == 1 })
			layer := randomBytes(5*tinyPart + 7)
			w.put(w.destination(image), layer)
			if e.seen().received != len(layer) || e.seen().layers[blobInfo(layer).Digest] != len(layer) {
				t.Errorf("%s, %s: %d bytes arrived for %d", image, operation, e.seen().received, len(layer))
			}
		}
	}
}

// loseReplies lets calls happen, and breaks the connection before their reply.
func (w *world) loseReplies(lose func(operation string) bool) {
	inner := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // a test server's end closes idle ones
	url := w.url
	w.breakBy(func(operation string, _ http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("X-Lost") != "" || !lose(operation) {
			return false
		}
		again := r.Clone(context.WithoutCancel(r.Context()))
		again.RequestURI = ""
		again.URL.Scheme, again.URL.Host = "http", strings.TrimPrefix(url, "http://")
		again.Header.Set("X-Lost", "yes")
		if resp, err := inner.Do(again); err == nil {
			resp.Body.Close()
		}
		panic(http.ErrAbortHandler)
	})
}

func TestUploadGoesOnWhereECRSaysThatItIs(t *testing.T) {
	for _, tt := range []struct {
		name   string
		has    int // bytes that ECR claims to have when the second part arrives
		resent string
		ok     bool
	}{
		{"nothing of the part", 1000, "1000-1199", true},
		{"half of the part", 1100, "1100-1199", true},
		{"all of it", 1200, "", true},
		{"less than was sent before", 500, "", false},
		{"more than was ever sent", 1300, "", false},
		{"nothing at all", 0, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			layer := randomBytes(1200)
			w, e := newTiny(t)
			var once sync.Once
			w.breakBy(func(operation string, rw http.ResponseWriter, r *http.Request) (broken bool) {
				if operation == "UploadLayerPart" && members(r)["partFirstByte"] == float64(tinyPart) {
					once.Do(func() {
						valid := ""
						if tt.has > 0 {
							valid = fmt.Sprintf(`,"lastValidByteReceived":%d`, tt.has-1)
						}
						e.resume("1", layer[:min(tt.has, len(layer))])
						broken = refuse(rw, http.StatusBadRequest, "InvalidLayerPartException", valid)
					})
				}
				return broken
			})
			_, err := w.destination(here).PutBlob(t.Context(), bytes.NewReader(layer), blobInfo(layer))
			if (err == nil) != tt.ok {
				t.Errorf("got %v", err)
			}
			want := []string{"0-999"}
			if tt.resent != "" {
				want = append(want, tt.resent)
			}
			if diff := cmp.Diff(want, e.seen().spans); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUploadThatECRForgot(t *testing.T) {
	layer := randomBytes(1200)
	for _, tt := range []struct {
		name    string
		layer   []byte
		forgets func(operation string, first any) bool
		ok      bool
		begun   int
	}{
		{
			"at its first part", layer, func(o string, first any) bool { return o == "UploadLayerPart" && first == 0.0 },
			true, 2,
		},
		{
			"at its second part", layer, func(o string, first any) bool { return o == "UploadLayerPart" && first != 0.0 },
			false, 1,
		},
		{
			"at completion, with all in hand", layer[:999],
			func(o string, _ any) bool { return o == "CompleteLayerUpload" }, true, 2,
		},
		{
			"at completion, with parts gone", layer, func(o string, _ any) bool { return o == "CompleteLayerUpload" },
			false, 1,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, e := newTiny(t)
			var once sync.Once
			w.breakBy(func(operation string, rw http.ResponseWriter, r *http.Request) (broken bool) {
				if tt.forgets(operation, members(r)["partFirstByte"]) {
					once.Do(func() { broken = refuse(rw, http.StatusBadRequest, "UploadNotFoundException", "") })
				}
				return broken
			})
			_, err := w.destination(here).PutBlob(t.Context(), bytes.NewReader(tt.layer), blobInfo(tt.layer))
			if (err == nil) != tt.ok || err != nil && (!errors.Is(err, ErrUploadNotFound) || !transient.Is(err)) {
				t.Errorf("got %v", err)
			}
			if e.seen().begun != tt.begun {
				t.Errorf("%d uploads begun, want %d", e.seen().begun, tt.begun)
			}
			w.checkBudget()
		})
	}
}
