package registryclient_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func TestMissingBlobIsSaidSo(t *testing.T) {
	registry := start(t, http.NotFound)
	blob, _ := content(10 * chunk)
	err := read(t, open(t, registry), blob, int64(len(blob)))
	if !isNotFound(err) || !strings.Contains(err.Error(), registry.addr()+"/"+repository+": blob sha256:") {
		t.Errorf("%v", err)
	}
}

func TestThrottledBlobIsAskedForAgain(t *testing.T) {
	blob, _ := content(10 * chunk)
	var n atomic.Int32
	registry := start(t, func(w http.ResponseWriter, r *http.Request) {
		switch n.Add(1) {
		case 1, 4:
			w.WriteHeader(http.StatusTooManyRequests)
		case 2, 5:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 6:
			panic(http.ErrAbortHandler)
		default:
			ranges(blob)(w, r)
		}
	})
	mustRead(t, open(t, registry), blob, int64(len(blob)))
	check(t, "requests", len(registry.asked()), chunks(blob)+5)
}

// The store that the registry sends to is another host, whose refusals come in another form.
func TestStoreThatFailsForNowIsAskedAgain(t *testing.T) {
	blob, _ := content(10 * chunk)
	for _, status := range []int{
		http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusServiceUnavailable,
	} {
		var n atomic.Int32
		store := start(t, func(w http.ResponseWriter, r *http.Request) {
			if n.Add(1)%4 == 1 {
				w.WriteHeader(status)
				return
			}
			ranges(blob)(w, r)
		})
		registry := start(t, redirect(func() string { return store.URL }))
		if err := read(t, open(t, registry), blob, int64(len(blob))); err != nil {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestAnotherRangeIsAskedForAgain(t *testing.T) {
	blob, _ := content(10 * chunk)
	var n atomic.Int32
	registry := start(t, func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1)%4 == 1 {
			r.Header.Set("Range", "bytes=1-"+fmt.Sprint(chunk))
		}
		ranges(blob)(w, r)
	})
	mustRead(t, open(t, registry), blob, int64(len(blob)))
}

func TestLyingAnswersAreRefused(t *testing.T) {
	blob, _ := content(10 * chunk)
	for name, answer := range map[string]http.HandlerFunc{
		"another range": func(w http.ResponseWriter, r *http.Request) {
			r.Header.Set("Range", "bytes=1-"+fmt.Sprint(chunk))
			ranges(blob)(w, r)
		},
		"another size":  ranges(blob[1:]),
		"shorter":       whole(blob[1:]),
		"no range said": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusPartialContent) },
		"no content":    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
	} {
		if err := read(t, open(t, start(t, answer)), blob, int64(len(blob))); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestManyBlobsAtOnce(t *testing.T) {
	blob, d := content(20 * chunk)
	store := start(t, ranges(blob))
	registry := start(t, protected(redirect(func() string { return store.URL })))
	r := open(t, registry, robot)
	var reads sync.WaitGroup
	for range 20 {
		reads.Go(func() { mustRead(t, r, blob, int64(len(blob))) })
	}
	reads.Wait()
	check(t, "requests to the store", len(store.asked()), 20*chunks(blob))
	if got := registry.count(blobPath(d)); got > 40 {
		t.Errorf("%d requests to the registry", got)
	}
}
