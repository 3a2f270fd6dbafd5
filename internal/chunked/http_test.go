package chunked

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const signature = "X-Amz-Signature=5ec7e7"

// serve starts a server for content and returns an HTTP for it. The handler, if any, goes first and
// says whether it answered.
func serve(t *testing.T, content []byte, first func(http.ResponseWriter, *http.Request) bool) *HTTP {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery != signature {
			t.Errorf("query %q", r.URL.RawQuery)
		}
		if first == nil || !first(w, r) {
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
		}
	}))
	t.Cleanup(server.Close)
	return NewHTTP(server.Client(), int64(len(content)), func(context.Context) (string, error) {
		return server.URL + "/blob?" + signature, nil
	})
}

func TestHTTPReadsByRanges(t *testing.T) {
	content := randomBytes(1234)
	var ranges atomic.Int32
	h := serve(t, content, func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Range") != "" {
			ranges.Add(1)
		}
		if r.Header.Get("Accept-Encoding") != "identity" {
			t.Errorf("Accept-Encoding %q", r.Header.Get("Accept-Encoding"))
		}
		return false
	})
	r := NewReader(t.Context(), NewBudget(1000), 1234, h.Fetch, quick)
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, content) || ranges.Load() != 13 {
		t.Errorf("got %d bytes by %d ranges, %v", len(got), ranges.Load(), err)
	}
}

func TestHTTPReadsSmallBlobsWithoutARange(t *testing.T) {
	content := randomBytes(100)
	h := serve(t, content, func(_ http.ResponseWriter, r *http.Request) bool {
		if header := r.Header.Get("Range"); header != "" {
			t.Errorf("Range %q", header)
		}
		return false
	})
	r := NewReader(t.Context(), NewBudget(1000), 100, h.Fetch, quick)
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, content) {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
}

func TestHTTPBelievesNoLiar(t *testing.T) {
	checkLeaks(t)
	content := randomBytes(1000)
	partial := func(header string, body []byte) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Range", header)
			w.WriteHeader(http.StatusPartialContent)
			_, _ = w.Write(body)
		}
	}
	for _, tt := range []struct {
		name, want string
		answer     func(http.ResponseWriter, *http.Request) // to the request for bytes 300-399
	}{
		{"206 without Content-Range", `206 with Content-Range ""`, partial("", content[300:400])},
		{"206 for another range", "want bytes 300-399", partial("bytes 0-99/1000", content[:100])},
		{"206 for less", "want bytes 300-399", partial("bytes 300-398/1000", content[300:399])},
		{"206 of another blob", "blob has 999 bytes, want 1000", partial("bytes 300-399/999", content[300:400])},
		{"206 with a body too short", "Content-Length 99, want 100", partial("bytes 300-399/1000", content[300:399])},
		{"206 with a body too long", "Content-Length 101, want 100", partial("bytes 300-399/1000", content[300:401])},
		{"206 without length, too short", "want bytes 399-399", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Transfer-Encoding", "chunked")
			partial("bytes 300-399/1000", content[300:399])(w, r)
		}},
		{"206 without length, too long", ErrTooLong.Error(), func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Transfer-Encoding", "chunked")
			partial("bytes 300-399/1000", content[300:401])(w, r)
		}},
		{
			"200 with less", "Content-Length 999, want 1000",
			func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(content[:999]) },
		},
		{"204", "unexpected answer 204", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNoContent)
		}},
		{"416", "unexpected answer 416", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
		}},
		{"404", "404 Not Found (NoSuchKey)", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, "<Error><Code>NoSuchKey</Code></Error>")
		}},
		{"503", "(3 attempts)", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
		}},
		{"reset", "(3 attempts)", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := serve(t, content, func(w http.ResponseWriter, r *http.Request) bool {
				lie := strings.HasPrefix(r.Header.Get("Range"), "bytes=3") &&
					strings.HasSuffix(r.Header.Get("Range"), "-399")
				if lie {
					tt.answer(w, r)
				}
				return lie
			})
			budget := NewBudget(1000)
			r := NewReader(t.Context(), budget, 1000, h.Fetch, quick)
			defer r.Close()
			got, err := io.ReadAll(r)
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), signature) {
				t.Errorf("got error %v, want one with %q and without the query", err, tt.want)
			}
			if errors.Is(err, io.EOF) {
				t.Errorf("%v can be taken for the end", err)
			}
			if !bytes.Equal(got, content[:len(got)]) {
				t.Error("wrong bytes before the error")
			}
		})
	}
}

func TestHTTPTakes200AsTheWholeBlob(t *testing.T) {
	content := randomBytes(1000)
	for _, from := range []string{"bytes=0-", "bytes=100-", "bytes=500-"} { // whole from this range on
		h := serve(t, content, func(w http.ResponseWriter, r *http.Request) bool {
			if len(r.Header.Get("Range")) < len("bytes=100-199") && from != "bytes=0-" || r.Header.Get("Range") < from {
				return false
			}
			_, _ = w.Write(content)
			return true
		})
		r := NewReader(t.Context(), NewBudget(1000), 1000, h.Fetch, quick)
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, content) {
			t.Errorf("%s: got %d bytes, %v", from, len(got), err)
		}
		r.Close()
	}
}

func TestHTTPRenewsAnExpiredURL(t *testing.T) {
	for name, refuse := range map[string]func(http.ResponseWriter){
		"403": func(w http.ResponseWriter) { w.WriteHeader(http.StatusForbidden) },
		"400": func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, "<Error><Code>ExpiredToken</Code></Error>")
		},
	} {
		content := randomBytes(5000)
		var served, urls atomic.Int64
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			// A URL is good for ten requests, counted over all.
			if generation := fmt.Sprint(1 + served.Add(1)/10); r.URL.Query().Get("generation") < generation &&
				r.URL.Query().Get("generation") < "4" {
				refuse(w)
				return
			}
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
		}))
		h := NewHTTP(server.Client(), 5000, func(context.Context) (string, error) {
			return fmt.Sprintf("%s/?generation=%d", server.URL, urls.Add(1)), nil
		})
		r := NewReader(t.Context(), NewBudget(1000), 5000, h.Fetch, quick)
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, content) || urls.Load() != 4 {
			t.Errorf("%s: got %d bytes by %d URLs, %v", name, len(got), urls.Load(), err)
		}
		r.Close()
		server.Close()
	}
}

func TestHTTPGivesUpWhereItIsForbidden(t *testing.T) {
	var requests, urls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, "<Error><Code>AccessDenied</Code></Error>")
	}))
	defer server.Close()
	h := NewHTTP(server.Client(), 50, func(context.Context) (string, error) {
		urls.Add(1)
		return server.URL, nil
	})
	r := NewReader(t.Context(), NewBudget(1000), 50, h.Fetch, quick)
	defer r.Close()
	_, err := io.ReadAll(r)
	var status *StatusError
	if !errors.As(err, &status) || status.Status != 403 || status.Code != "AccessDenied" ||
		requests.Load() != 1+MaxRenewals || urls.Load() != 1+MaxRenewals {
		t.Errorf("got %v after %d requests to %d URLs", err, requests.Load(), urls.Load())
	}
}

func TestHTTPReportsThatThereIsNoURL(t *testing.T) {
	var calls int
	h := NewHTTP(http.DefaultClient, 50, func(context.Context) (string, error) { calls++; return "", errFault })
	r := NewReader(t.Context(), NewBudget(1000), 50, h.Fetch, quick)
	defer r.Close()
	if _, err := io.ReadAll(r); !errors.Is(err, errFault) || calls != 1 ||
		!errors.Is(h.Prepare(t.Context()), errFault) {
		t.Errorf("got %v after %d calls", err, calls)
	}
}

func TestHTTPProbesTheSize(t *testing.T) {
	for _, tt := range []struct {
		name   string
		size   int
		ranges bool
	}{
		{"ranges", 1234, true},
		{"empty", 0, true}, // answered 416 or 200
		{"no ranges", 1234, false},
	} {
		content := randomBytes(tt.size)
		h := serve(t, content, func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodGet {
				t.Errorf("%s: method %s", tt.name, r.Method)
			}
			if !tt.ranges {
				_, _ = w.Write(content)
			}
			return !tt.ranges
		})
		if size, err := h.ProbeSize(t.Context()); err != nil || size != int64(tt.size) {
			t.Errorf("%s: got %d, %v", tt.name, size, err)
		}
	}
	h := serve(t, nil, func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Transfer-Encoding", "chunked")
		w.WriteHeader(http.StatusOK)
		return true
	})
	if size, err := h.ProbeSize(t.Context()); err == nil {
		t.Errorf("got %d from a server that tells no size", size)
	}
}

func TestHTTPNeverShowsAQuery(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	redirects := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "http://[bad?"+signature)
		w.WriteHeader(http.StatusFound)
	}))
	defer redirects.Close()
	for name, url := range map[string]string{
		"no server":    closed.URL + "/?" + signature,
		"no URL":       "http://[bad/?" + signature,
		"no scheme":    "ftp://host/?" + signature,
		"bad redirect": redirects.URL + "/?" + signature,
	} {
		h := NewHTTP(http.DefaultClient, 50, func(context.Context) (string, error) { return url, nil })
		_, err := h.Fetch(t.Context(), 0, 50)
		if err == nil || strings.Contains(err.Error(), signature) ||
			strings.Contains(fmt.Sprint(errors.Unwrap(err)), signature) {
			t.Errorf("%s: got error %v", name, err)
		}
	}
}
