package registryclient_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"ecrmirror/internal/registryclient"
	"ecrmirror/testkit/listregistry"
)

// A list that lacks a page is an error, however that page is lacking.
func TestAListWithoutAPageIsAnError(t *testing.T) {
	for i, l := range lists {
		pages := pagesOf(t, i)
		for name, answer := range map[string]http.HandlerFunc{
			"500":              status(500),
			"503":              status(503),
			"404":              status(404),
			"403":              status(403),
			"429":              status(429),
			"204":              status(204),
			"206":              status(206),
			"nothing":          status(200),
			"HTML":             text("<html>"),
			"null":             text("null"),
			"a number":         text("7"),
			"a text":           text(`"tags"`),
			"two documents":    text(`{"tags":[]} {"tags":[]}`),
			"an error":         text(`{"errors":[{"code":"UNKNOWN","message":"x"}]}`),
			"no list":          text(`{"tags":7,"repositories":7,"results":7}`),
			"a list of others": text(`{"tags":[7],"repositories":[7],"results":[7]}`),
			"half a list":      text(`{"tags":["a"`),
			"wrong syntax":     text(`{"tags":["a" "b"]}`),
			"a long length": func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", "1000")
				_, _ = io.WriteString(w, `{"tags":[],"repositories":[],"results":[]}`)
			},
			"a short length": func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", "30")
				_, _ = io.WriteString(w, `{"tags":[],"repositories":[],"results":[]}`)
			},
		} {
			if l.at == "api.github.com" && strings.HasPrefix(name, "a list") {
				continue // of GitHub it is an array
			}
			for page := range pages {
				var asked atomic.Int32
				hosts := listregistry.Serve(t, map[string]http.Handler{
					l.at: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						whole := httptest.NewRecorder()
						l.by.ServeHTTP(whole, r)
						if isPage(whole, r) && int(asked.Add(1)) > page {
							answer(w, r)
							return
						}
						pass(w, whole)
					}),
				})
				got, err := l.list(t.Context(), openNamed(t, l.host, hosts, oauth, twice))
				if err == nil || got != "" {
					t.Errorf("%s, page %d: %s: %q, %v", l.name, page, name, got, err)
				}
			}
		}
	}
}

func text(s string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(s)))
		_, _ = io.WriteString(w, s)
	}
}

// A page that fails for now is asked for again, and what came of it does not count.
func TestAPageIsAskedForAgain(t *testing.T) {
	for i, l := range lists {
		for page := range pagesOf(t, i) {
			for name, parts := range map[string]int{"503": 0, "half a page": 2, "nearly all": 1} {
				var asked atomic.Int32
				hosts := listregistry.Serve(t, map[string]http.Handler{
					l.at: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						whole := httptest.NewRecorder()
						l.by.ServeHTTP(whole, r)
						if isPage(whole, r) && int(asked.Add(1)) == page+1 {
							if parts == 0 {
								w.WriteHeader(http.StatusServiceUnavailable)
							}
							w.Header().Set("Content-Length", strconv.Itoa(whole.Body.Len()))
							_, _ = w.Write(whole.Body.Bytes()[:(whole.Body.Len()-1)/max(parts, 1)])
							return
						}
						pass(w, whole)
					}),
				})
				got, err := l.list(t.Context(), openNamed(t, l.host, hosts, oauth))
				if err != nil || got != l.want || int(asked.Load()) <= page {
					t.Errorf("%s, page %d, %s: %q, %v", l.name, page, name, got, err)
				}
			}
		}
	}
}

func TestRefusalsOfLists(t *testing.T) {
	for _, c := range []struct {
		code int
		is   func(error) bool
	}{
		{404, func(err error) bool { return errors.Is(err, registryclient.ErrNotFound) }},
		{403, isDenied},
		{401, isDenied},
		{429, func(err error) bool { _, ok := errors.AsType[*registryclient.DeferredError](err); return ok }},
	} {
		for _, l := range lists {
			hosts := listregistry.Serve(t, map[string]http.Handler{l.at: status(c.code)})
			_, err := l.list(t.Context(), openNamed(t, l.host, hosts, oauth))
			if err == nil || !c.is(err) || !strings.HasPrefix(err.Error(), l.host) {
				t.Errorf("%s: %d: %v", l.name, c.code, err)
			}
		}
	}
}

func isDenied(err error) bool {
	e, ok := errors.AsType[*registryclient.StatusError](err)
	return ok && e.IsDenied()
}
