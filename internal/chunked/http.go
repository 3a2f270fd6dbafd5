package chunked

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"

	"ecrmirror/internal/sleep"
)

// MaxRenewals is how often one request asks for a new URL before it takes 403 at its word. It is
// more than once since a URL may expire on the way.
const MaxRenewals = 4

// HTTP fetches ranges of a blob from a URL. Its methods are safe for concurrent use. Its errors
// name the host and never the URL, which may carry a signature.
type HTTP struct {
	client *http.Client
	size   int64
	urls   *urlSource
}

// NewHTTP returns an HTTP for a blob of size bytes, or -1 if that is unknown. The function gives
// the URL; it is called again when the server answers that the URL expired (403), though not while
// another call is in progress. Its errors are final. The client sends what it is told to and
// nothing more: give it no credentials for URLs that are signed.
func NewHTTP(client *http.Client, size int64, url func(context.Context) (string, error)) *HTTP {
	return &HTTP{client: client, size: size, urls: newURLSource(url)}
}

// Fetch is a [Fetch]. A request for all of the blob is a plain GET. For the rest it insists on 206
// with exactly the range asked for and the blob's size, or on 200 with the whole blob.
func (h *HTTP) Fetch(ctx context.Context, off, n int64) (Body, error) {
	whole := off == 0 && n == h.size
	byteRange := ""
	if !whole {
		byteRange = fmt.Sprintf("bytes=%d-%d", off, off+n-1)
	}
	resp, err := h.get(ctx, byteRange)
	if err != nil {
		return Body{}, err
	}
	body, err := h.body(resp, off, n, whole)
	if err != nil {
		resp.Body.Close()
		return Body{}, fmt.Errorf("GET %s: %w", resp.Request.URL.Host, err)
	}
	return body, nil
}

// body checks what a successful answer claims to be.
func (h *HTTP) body(resp *http.Response, off, n int64, whole bool) (Body, error) {
	want := n
	switch {
	case resp.StatusCode == http.StatusOK:
		if want = h.size; want < 0 {
			want = resp.ContentLength
		}
	case resp.StatusCode == http.StatusPartialContent && !whole:
		if err := checkContentRange(resp.Header.Get("Content-Range"), off, n, h.size); err != nil {
			return Body{}, Permanent(err)
		}
	default:
		return Body{}, Permanent(fmt.Errorf("unexpected answer %s", resp.Status))
	}
	if resp.ContentLength >= 0 && resp.ContentLength != want {
		return Body{}, Permanent(fmt.Errorf("Content-Length %d, want %d", resp.ContentLength, want))
	}
	return Body{ReadCloser: resp.Body, Whole: resp.StatusCode == http.StatusOK}, nil
}

// Prepare asks for the URL, so that an error to get one need not wait for the first read.
func (h *HTTP) Prepare(ctx context.Context) error {
	_, err := h.urls.current(ctx)
	return err
}

// ProbeSize asks for the blob's first byte to learn its size, in bytes, and keeps it. It comes
// before the first Fetch. Presigned URLs answer no HEAD: the signature covers the method.
func (h *HTTP) ProbeSize(ctx context.Context) (int64, error) {
	opts := Options{}.withDefaults()
	for failures := 1; ; failures++ {
		size, err := h.probe(ctx)
		if err == nil {
			h.size = size
			return size, nil
		}
		if IsPermanent(err) || failures >= opts.Attempts {
			return 0, err
		}
		if err := sleep.For(ctx, backoff(opts.Backoff, failures)); err != nil {
			return 0, err
		}
	}
}

func (h *HTTP) probe(ctx context.Context) (int64, error) {
	resp, err := h.get(ctx, "bytes=0-0")
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	size := int64(-1)
	switch resp.StatusCode {
	case http.StatusOK:
		size = resp.ContentLength
	case http.StatusPartialContent, http.StatusRequestedRangeNotSatisfiable:
		size = totalSize(resp.Header.Get("Content-Range"))
	}
	if size < 0 {
		return 0, Permanent(fmt.Errorf("GET %s: the answer does not tell the blob's size", resp.Request.URL.Host))
	}
	return size, nil
}

// get makes the request, with a new URL if the one in use expired. Answers other than success are
// errors, save that an unsatisfiable range may come from an empty blob.
func (h *HTTP) get(ctx context.Context, byteRange string) (*http.Response, error) {
	for renewed := 0; ; renewed++ {
		url, err := h.urls.current(ctx)
		if err != nil {
			return nil, Permanent(err)
		}
		resp, err := h.do(ctx, url, byteRange)
		if err != nil {
			return nil, err
		}
		if resp.StatusCode < 300 || resp.StatusCode == http.StatusRequestedRangeNotSatisfiable {
			return resp, nil
		}
		status := statusError(resp)
		if expired(status) && renewed < MaxRenewals {
			h.urls.expire(url)
			continue
		}
		err = fmt.Errorf("GET %s: %w", resp.Request.URL.Host, status)
		if !status.Transient() {
			err = Permanent(err)
		}
		return nil, err
	}
}

func (h *HTTP) do(ctx context.Context, url, byteRange string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, Permanent(redact(err))
	}
	// Without this the transport would ask for gzip and undo it: other bytes than the blob's.
	req.Header.Set("Accept-Encoding", "identity")
	if byteRange != "" {
		req.Header.Set("Range", byteRange)
	}
	resp, err := h.client.Do(req)
	if err != nil {
		return nil, final(fmt.Errorf("GET %s: %w", req.URL.Host, redact(err)))
	}
	return resp, nil
}

// final marks an error that says of itself that asking again won't cure it.
func final(err error) error {
	var own interface{ Transient() bool }
	if errors.As(err, &own) && !own.Transient() {
		return Permanent(err)
	}
	return err
}

// expired reports whether a new URL may help. S3 answers 403 to an expired signature and 400 to a
// URL signed by credentials that expired.
func expired(e *StatusError) bool {
	return e.Status == http.StatusForbidden || e.Status == http.StatusBadRequest && e.Code == "ExpiredToken"
}

// s3Code matches the error code in a refusal of S3. Nothing else of it is kept, for it may quote
// the signature.
var s3Code = regexp.MustCompile(`<Code>([A-Za-z0-9.]{1,64})</Code>`)

// statusError reads and closes a refusal.
func statusError(resp *http.Response) *StatusError {
	defer resp.Body.Close()
	e := &StatusError{Status: resp.StatusCode}
	text, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if m := s3Code.FindSubmatch(text); err == nil && m != nil {
		e.Code = string(m[1])
	}
	return e
}

var (
	contentRange = regexp.MustCompile(`^bytes ([0-9]+)-([0-9]+)/([0-9]+|\*)$`)
	rangeTotal   = regexp.MustCompile(`^bytes (?:[0-9]+-[0-9]+|\*)/([0-9]+)$`)
)

// checkContentRange checks that a Content-Range says [off, off+n) of size bytes; size is -1 if
// unknown.
func checkContentRange(header string, off, n, size int64) error {
	m := contentRange.FindStringSubmatch(header)
	if m == nil {
		return fmt.Errorf("206 with Content-Range %q", header)
	}
	first, err1 := strconv.ParseInt(m[1], 10, 64)
	last, err2 := strconv.ParseInt(m[2], 10, 64)
	if err1 != nil || err2 != nil || first != off || last != off+n-1 {
		return fmt.Errorf("206 with Content-Range %q, want bytes %d-%d", header, off, off+n-1)
	}
	if m[3] == "*" || size < 0 {
		return nil
	}
	if total, err := strconv.ParseInt(m[3], 10, 64); err != nil || total != size {
		return fmt.Errorf("blob has %s bytes, want %d", m[3], size)
	}
	return nil
}

// totalSize returns the size of the whole in a Content-Range, or -1.
func totalSize(header string) int64 {
	m := rangeTotal.FindStringSubmatch(header)
	if m == nil {
		return -1
	}
	size, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil {
		return -1
	}
	return size
}
