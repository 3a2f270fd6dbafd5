package registryclient_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

func TestBlobIsReadByRangesWhereTheRegistrySendsTo(t *testing.T) {
	blob, d := content(40*chunk + 7)
	store := start(t, ranges(blob))
	registry := start(t, protected(redirect(func() string { return store.URL + "/signed?X=secret" })))
	r := open(t, registry, robot)
	mustRead(t, r, blob, int64(len(blob)))
	check(t, "requests to the store", store.count("GET /signed"), chunks(blob))
	check(t, "requests to the registry", registry.count("GET "+blobPath(d)), 2) // one of them brought the challenge
	for _, name := range []string{"Authorization", "Cookie", "Referer"} {
		if got := store.sent(name); got != nil {
			t.Errorf("the store was sent %s %q", name, got)
		}
	}
	if got := registry.sent("Cookie"); got != nil {
		t.Errorf("the registry was sent its cookie back: %q", got)
	}
	mustRead(t, r, blob, int64(len(blob)))
	check(t, "requests to the registry, with those for another blob", registry.count("GET "+blobPath(d)), 3)
}

func TestRegistryThatServesBlobsItselfIsReadByRanges(t *testing.T) {
	blob, d := content(40 * chunk)
	registry := start(t, ranges(blob))
	r := open(t, registry)
	for n := 1; n <= 2; n++ {
		mustRead(t, r, blob, int64(len(blob)))
		check(t, "requests", registry.count(blobPath(d)), n*chunks(blob))
	}
	small, d := content(chunk)
	registry.become(ranges(small))
	mustRead(t, r, small, chunk)
	check(t, "requests for a small blob", registry.count(blobPath(d)), 1)
}

func TestOneRequestReadsABlobWhereRangesAreIgnored(t *testing.T) {
	blob, _ := content(40 * chunk)
	for round := range 20 { // what is begun together comes in any order
		registry := start(t, whole(blob))
		r := open(t, registry)
		mustRead(t, r, blob, int64(len(blob)))
		mustRead(t, r, blob, int64(len(blob)))
		if got := len(registry.asked()); got != 2 {
			t.Fatalf("round %d: %d requests for 2 blobs", round, got)
		}
	}
}

func TestStoreThatIgnoresRangesIsAskedOnceForTheNextBlob(t *testing.T) {
	blobs := map[string][]byte{} // by path
	store := start(t, func(w http.ResponseWriter, r *http.Request) { whole(blobs[r.URL.Path])(w, r) })
	registry := start(t, func(w http.ResponseWriter, r *http.Request) {
		redirect(func() string { return store.URL + r.URL.Path })(w, r)
	})
	var paths []string
	for n := range 3 {
		blob, d := content((40 + n) * chunk)
		paths = append(paths, blobPath(d))
		blobs[blobPath(d)] = blob
	}
	r := open(t, registry)
	for n, path := range paths {
		mustRead(t, r, blobs[path], int64(len(blobs[path])))
		if n > 0 { // of the first one several requests are begun together
			check(t, "requests for the next blob", store.count(path), 1)
		}
	}
}

func TestWholeBlobThatBreaksOffIsAskedForAgain(t *testing.T) {
	blob, _ := content(40 * chunk)
	var broken atomic.Bool
	registry := start(t, func(w http.ResponseWriter, r *http.Request) {
		if broken.CompareAndSwap(false, true) {
			w.Header().Set("Content-Length", fmt.Sprint(len(blob)))
			w.Write(blob[:10*chunk+1])
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}
		whole(blob)(w, r)
	})
	mustRead(t, open(t, registry), blob, int64(len(blob)))
	check(t, "requests", len(registry.asked()), 2)
}

// A registry may serve some blobs itself and send elsewhere for others.
func TestWhatWasLearnedOfOneBlobIsNotBelievedOfAnother(t *testing.T) {
	blob, _ := content(20 * chunk)
	store := start(t, ranges(blob))
	away := redirect(func() string { return store.URL })
	registry := start(t, nil)
	r := open(t, registry)
	for i, answer := range []http.HandlerFunc{
		ranges(blob), away, whole(blob), ranges(blob), whole(blob),
		away, ranges(blob),
	} {
		registry.become(answer)
		if err := read(t, r, blob, int64(len(blob))); err != nil {
			t.Errorf("blob %d: %v", i, err)
		}
	}
}

func TestExpiredURLIsRenewedOnceForManyChunks(t *testing.T) {
	for name, refuse := range map[string]http.HandlerFunc{
		"403": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) },
		"ExpiredToken": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `<Error><Code>ExpiredToken</Code></Error>`)
		},
	} {
		blob, _ := content(60 * chunk)
		var issued, served atomic.Int32
		store := start(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("n") == "1" && served.Add(1) > 10 {
				refuse(w, r)
				return
			}
			ranges(blob)(w, r)
		})
		registry := start(t, redirect(func() string { return fmt.Sprintf("%s/?n=%d", store.URL, issued.Add(1)) }))
		mustRead(t, open(t, registry), blob, int64(len(blob)))
		if got := issued.Load(); got != 2 {
			t.Errorf("%s: %d URLs were asked for, want 2", name, got)
		}
	}
}

func TestRefusedURLIsNotRenewedForEver(t *testing.T) {
	store := start(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `<Error><Code>AccessDenied</Code><Signature>secret</Signature></Error>`)
	})
	registry := start(t, redirect(func() string { return store.URL + "/?X-Amz-Signature=secret" }))
	blob, _ := content(10)
	err := read(t, open(t, registry), blob, 10)
	if err == nil || !strings.Contains(err.Error(), "403") || !strings.Contains(err.Error(), "AccessDenied") ||
		!strings.Contains(err.Error(), registry.addr()+"/"+repository) || strings.Contains(err.Error(), "secret") {
		t.Errorf("%v", err)
	}
	check(t, "requests to the registry", len(registry.asked()), 5)
}

func TestSizeIsLearnedWithTheFirstBytes(t *testing.T) {
	for _, n := range []int{0, 1, chunk - 1, chunk, chunk + 1, 20 * chunk} {
		blob, d := content(n)
		store := start(t, ranges(blob))
		unsized := func(w http.ResponseWriter, _ *http.Request) { w.(http.Flusher).Flush(); w.Write(blob) }
		for _, c := range []struct {
			name   string
			answer http.HandlerFunc
			most   int // requests
			fails  bool
		}{
			{"ranges", ranges(blob), max(1, chunks(blob)), false},
			{"redirect", redirect(func() string { return store.URL }), 1, false},
			{"whole", whole(blob), 1, false},
			{"no length", unsized, 1, true},
			{"not there", http.NotFound, 1, true},
			{"no range is within", unsatisfiable(n), 2, n > 0}, // the second without a range
		} {
			registry := start(t, c.answer)
			err := read(t, open(t, registry), blob, -1)
			if (err != nil) != c.fails {
				t.Errorf("%s, %d bytes: %v", c.name, n, err)
			}
			if got := registry.count(blobPath(d)); got > c.most {
				t.Errorf("%s, %d bytes: %d requests, want %d", c.name, n, got, c.most)
			}
		}
	}
}

// unsatisfiable answers as some do for an empty blob.
func unsatisfiable(size int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes */%d", size))
		w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
	}
}

func TestConnectionsAreUsedAgain(t *testing.T) {
	blob, _ := content(5 * chunk)
	store := start(t, ranges(blob))
	registry := start(t, protected(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, store.URL, http.StatusFound) // with a body
	}))
	r := open(t, registry, robot)
	for range 10 {
		mustRead(t, r, blob, int64(len(blob)))
	}
	// The first was tried by TLS.
	check(t, "connections to the registry", int(registry.connections.Load()), 2)
	if got := store.connections.Load(); got > 8 {
		t.Errorf("%d connections to the store, want one for each request at a time", got)
	}
}

func TestReaderCanBeClosedAtAnyTime(t *testing.T) {
	checkLeaks(t)
	blob, d := content(40 * chunk)
	store := start(t, ranges(blob))
	for name, answer := range map[string]http.HandlerFunc{
		"ranges": ranges(blob), "whole": whole(blob), "redirect": redirect(func() string { return store.URL }),
		"hangs": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	} {
		registry := start(t, answer)
		for _, size := range []int64{int64(len(blob)), -1} {
			for _, n := range []int{0, 1, chunk, 10*chunk + 1} {
				if name == "hangs" && (size < 0 || n > 0) {
					continue
				}
				body, _, err := open(t, registry).Repository(repository).Blob(t.Context(), d, size)
				if err != nil {
					t.Fatal(name, err)
				}
				read := make(chan struct{})
				go func() {
					defer close(read)
					body.Read(make([]byte, n))
				}()
				if name != "hangs" {
					<-read
				}
				body.Close()
				<-read
			}
		}
	}
}
