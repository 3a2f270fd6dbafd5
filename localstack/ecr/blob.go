package ecr

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"ecrmirror/localstack/store"
)

// ServeBlob answers a request to a presigned URL as S3 does: GET and nothing else,
// with at most one byte range.
func (r *Registry) ServeBlob(w http.ResponseWriter, req *http.Request) {
	r.opts.Stats.Call(OperationName(req))
	if refusal := r.authorize(req); refusal != nil {
		refusal.write(w)
		return
	}
	noSuchKey := &s3Error{Status: http.StatusNotFound, Code: "NoSuchKey", Message: "The specified key does not exist."}
	id, d, ok := parseBlobID(strings.TrimPrefix(req.URL.Path, BlobPrefix))
	if !ok {
		noSuchKey.write(w)
		return
	}
	blob, err := r.store.Stat(req.Context(), id.storage(), d)
	switch {
	case errors.Is(err, store.ErrNotFound):
		noSuchKey.write(w)
	case err != nil:
		(&s3Error{Status: http.StatusInternalServerError, Code: "InternalError", Message: err.Error()}).write(w)
	default:
		w.Header().Set("ETag", strconv.Quote(d.Encoded()))
		r.send(w, req, id, blob)
	}
}

// send writes the blob, or the range of it that the request asks for.
func (r *Registry) send(w http.ResponseWriter, req *http.Request, id repositoryID, blob store.Blob) {
	w.Header().Set("Accept-Ranges", "bytes")
	span, partial := parseRange(req.Header.Get("Range"), blob.Size)
	if partial && span.length == 0 {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes */%d", blob.Size))
		(&s3Error{
			Status: http.StatusRequestedRangeNotSatisfiable, Code: "InvalidRange",
			Message: "The requested range is not satisfiable",
		}).write(w)
		return
	}
	content, err := r.store.Open(req.Context(), blob, span.offset)
	if err != nil {
		(&s3Error{Status: http.StatusInternalServerError, Code: "InternalError", Message: err.Error()}).write(w)
		return
	}
	defer func() { _ = content.Close() }() // it was only read
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.FormatInt(span.length, 10))
	if partial {
		w.Header().Set("Content-Range",
			fmt.Sprintf("bytes %d-%d/%d", span.offset, span.offset+span.length-1, blob.Size))
		w.WriteHeader(http.StatusPartialContent)
	}
	// A write error means the client is gone.
	_, _ = io.CopyN(&countingWriter{w: w, count: r.counted(id.String())}, content, span.length)
}

// A span is a part of a blob, in bytes.
type span struct{ offset, length int64 }

// parseRange reads a Range header for a blob of the given size. Like S3 it takes
// several ranges, or what it does not understand, for the whole blob. A range that
// the blob does not reach has length 0.
func parseRange(header string, size int64) (s span, partial bool) {
	whole := span{0, size}
	spec, ok := strings.CutPrefix(header, "bytes=")
	first, last, dash := strings.Cut(spec, "-")
	if !ok || !dash {
		return whole, false
	}
	if first == "" {
		n, err := strconv.ParseInt(last, 10, 64)
		if err != nil || n < 0 {
			return whole, false
		}
		n = min(n, size)
		return span{size - n, n}, true
	}
	from, err := strconv.ParseInt(first, 10, 64)
	if err != nil {
		return whole, false
	}
	to := size - 1
	if last != "" {
		if to, err = strconv.ParseInt(last, 10, 64); err != nil || to < from {
			return whole, false
		}
		to = min(to, size-1)
	}
	return span{from, max(to-from+1, 0)}, true
}
