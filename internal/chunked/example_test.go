package chunked_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"ecrmirror/internal/chunked"
)

// A blob of 10 MiB is read by 10 requests for a chunk each, and never takes more than 4 MiB of buffers, though its
// reader is faster than the server.
func Example() {
	blob := bytes.Repeat([]byte("layer "), 10<<20/6)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(blob))
	}))
	defer server.Close()
	ctx := context.Background()

	budget := chunked.NewBudget(4 << 20)
	size := int64(len(blob))
	url := func(context.Context) (string, error) { return server.URL, nil } // called again when a URL has expired
	source := chunked.NewHTTP(server.Client(), size, url)
	reader := chunked.NewReader(ctx, budget, size, source.Fetch, chunked.Options{})

	read, err := io.ReadAll(reader)
	fmt.Println(bytes.Equal(read, blob), err)
	fmt.Println(reader.Close(), budget.Held())
	// Output:
	// true <nil>
	// <nil> 0
}

// Any place that has ranges of bytes is a source: here a slice. What fails is asked for again, unless the error is
// marked as permanent.
func ExampleFetch() {
	blob := []byte("every byte of a blob, in order")
	var fetch chunked.Fetch = func(_ context.Context, off, n int64) (chunked.Body, error) {
		if off >= 20 {
			return chunked.Body{}, chunked.Permanent(fmt.Errorf("bytes from %d on are lost", off))
		}
		return chunked.Body{ReadCloser: io.NopCloser(bytes.NewReader(blob[off : off+n]))}, nil
	}
	size, budget := int64(len(blob)), chunked.NewBudget(1<<20)
	reader := chunked.NewReader(context.Background(), budget, size, fetch, chunked.Options{ChunkSize: 10})
	defer reader.Close()

	read, err := io.ReadAll(reader)
	fmt.Printf("%q\n%v\n", read, err)
	// Output:
	// "every byte of a blob"
	// reading bytes 20-29: bytes from 20 on are lost
}
