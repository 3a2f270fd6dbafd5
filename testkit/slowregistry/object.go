package slowregistry

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ecrmirror/testkit/pause"
)

const (
	objectPrefix = "/objects/"
	timeFormat   = "20060102T150405Z"
	// stallAtLeast is the shortest reply that stalls: others have no middle to speak of.
	stallAtLeast = 128 << 10
)

// signedURL returns where a blob can be fetched from now on, until it expires.
func (s *Server) signedURL(repository, d string, now time.Time) string {
	path := objectPrefix + repository + "/" + d
	query := url.Values{
		"X-Amz-Date":    {now.UTC().Format(timeFormat)},
		"X-Amz-Expires": {strconv.Itoa(int(s.opts.URLExpiry / time.Second))},
	}
	query.Set("X-Amz-Signature", s.signature(path, query))
	return "http://" + s.ObjectHost() + path + "?" + query.Encode()
}

func (s *Server) signature(path string, query url.Values) string {
	mac := hmac.New(sha256.New, s.secret)
	_, _ = fmt.Fprintf(mac, "GET\n%s\n%s\n%s", path, query.Get("X-Amz-Date"), query.Get("X-Amz-Expires"))
	return hex.EncodeToString(mac.Sum(nil))
}

// refusal returns why S3 would refuse the request; nil if it would not.
func (s *Server) refusal(r *http.Request, now time.Time) *storeError {
	query := r.URL.Query()
	signedAt, err := time.Parse(timeFormat, query.Get("X-Amz-Date"))
	expires, expiresErr := strconv.Atoi(query.Get("X-Amz-Expires"))
	switch {
	case r.Header.Get("Authorization") != "":
		return &storeError{http.StatusBadRequest, "InvalidArgument", "Only one auth mechanism allowed"}
	case err != nil || expiresErr != nil:
		return &storeError{http.StatusForbidden, "AccessDenied", "Access Denied"}
	case r.Method != http.MethodGet: // the method is signed
		return &storeError{http.StatusForbidden, "SignatureDoesNotMatch", "The request signature does not match"}
	case !hmac.Equal([]byte(query.Get("X-Amz-Signature")), []byte(s.signature(r.URL.Path, query))):
		return &storeError{http.StatusForbidden, "SignatureDoesNotMatch", "The request signature does not match"}
	case now.After(signedAt.Add(time.Duration(expires) * time.Second)):
		return &storeError{http.StatusForbidden, "AccessDenied", "Request has expired"}
	}
	return nil
}

type storeError struct {
	status        int
	code, message string
}

func (e *storeError) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(e.status)
	_, _ = fmt.Fprintf(w,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>%s</Message></Error>",
		e.code, e.message)
}

// serveObject answers what comes to the object store.
func (s *Server) serveObject(w http.ResponseWriter, r *http.Request) {
	kind := "object"
	if r.Header.Get("Range") != "" {
		kind = "object range"
	}
	s.stats.Call(r.Method + " " + kind)
	begin := time.Now().Add(s.opts.FirstByte)
	if !pause.Until(r.Context(), begin) {
		return
	}
	if refusal := s.refusal(r, time.Now()); refusal != nil {
		refusal.write(w)
		return
	}
	name := strings.TrimPrefix(r.URL.Path, objectPrefix)
	slash := strings.LastIndexByte(name, '/')
	b, ok := s.images.blob(name[:max(slash, 0)], name[slash+1:])
	if !ok {
		(&storeError{http.StatusNotFound, "NoSuchKey", "The specified key does not exist."}).write(w)
		return
	}
	span, status := span{0, b.length()}, http.StatusOK
	if kind == "object range" && !s.opts.NoRanges {
		span, status = parseRange(r.Header.Get("Range"), b.length())
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("ETag", `"`+name[slash+1:]+`"`)
	if !s.opts.NoRanges {
		w.Header().Set("Accept-Ranges", "bytes")
	}
	switch status {
	case http.StatusRequestedRangeNotSatisfiable:
		w.Header().Set("Content-Range", fmt.Sprintf("bytes */%d", b.length()))
		(&storeError{status, "InvalidRange", "The requested range is not satisfiable"}).write(w)
		return
	case http.StatusPartialContent:
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", span.off, span.end-1, b.length()))
	}
	w.Header().Set("Content-Length", strconv.FormatInt(span.end-span.off, 10))
	w.WriteHeader(status)
	s.stats.Read(name[:max(slash, 0)], s.send(r.Context(), w, b, span, begin))
}

// A span is the bytes [off, end) of a blob.
type span struct{ off, end int64 }

// parseRange returns what a Range header asks of size bytes, and the status to answer
// with: as S3, it takes one range only and answers others with the whole.
func parseRange(header string, size int64) (span, int) {
	whole := span{0, size}
	value, ok := strings.CutPrefix(header, "bytes=")
	first, last, dash := strings.Cut(value, "-")
	if !ok || !dash || strings.Contains(value, ",") {
		return whole, http.StatusOK
	}
	if first == "" { // the last so many bytes
		n, err := strconv.ParseInt(last, 10, 64)
		if err != nil || n < 0 {
			return whole, http.StatusOK
		}
		if n == 0 || size == 0 {
			return whole, http.StatusRequestedRangeNotSatisfiable
		}
		return span{max(0, size-n), size}, http.StatusPartialContent
	}
	off, err := strconv.ParseInt(first, 10, 64)
	end := size
	if err == nil && last != "" {
		end, err = strconv.ParseInt(last, 10, 64)
		end = min(end, size-1) + 1
	}
	switch {
	case err != nil || off < 0 || last != "" && off >= end && off < size:
		return whole, http.StatusOK
	case off >= size:
		return whole, http.StatusRequestedRangeNotSatisfiable
	}
	return span{off, end}, http.StatusPartialContent
}
