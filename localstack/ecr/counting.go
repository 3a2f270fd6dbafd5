package ecr

import (
	"io"
	"net/http"
)

// counted returns what counts bytes of blobs that a repository sends.
func (r *Registry) counted(repository string) func(int64) {
	return func(n int64) { r.opts.Stats.Read(repository, n) }
}

// A countingWriter counts what it writes. It counts before it writes and takes back
// what was not written, so that a client that has the last byte finds it counted.
type countingWriter struct {
	w     io.Writer
	count func(int64)
}

func (c *countingWriter) Write(p []byte) (int, error) {
	c.count(int64(len(p)))
	n, err := c.w.Write(p)
	if n < len(p) {
		c.count(int64(n - len(p)))
	}
	return n, err
}

// A countingBody counts what is read from a request.
type countingBody struct {
	io.ReadCloser
	count func(int64)
}

func (c *countingBody) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.count(int64(n))
	return n, err
}

// A frontWriter passes on an answer of the /v2/ front: with the names of the
// storage put back to those that the client used, and the bytes of blobs counted.
type frontWriter struct {
	http.ResponseWriter
	header func(http.Header)
	blob   *countingWriter // nil if the body is not a blob
	status int             // 0 until the header is written
}

// WriteHeader writes the header once: the front tries again when a client that is
// gone makes it fail in the middle.
func (f *frontWriter) WriteHeader(status int) {
	if f.status != 0 {
		return
	}
	f.status = status
	f.header(f.Header())
	f.ResponseWriter.WriteHeader(status)
}

func (f *frontWriter) Write(p []byte) (int, error) {
	if f.status == 0 {
		f.WriteHeader(http.StatusOK)
	}
	if f.blob != nil && f.status < http.StatusMultipleChoices {
		return f.blob.Write(p)
	}
	return f.ResponseWriter.Write(p)
}

// Unwrap lets [http.ResponseController] through.
func (f *frontWriter) Unwrap() http.ResponseWriter { return f.ResponseWriter }
