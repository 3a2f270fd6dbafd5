package server

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestPanicBecomesAnInternalFailure(t *testing.T) {
	var log strings.Builder
	s := &Server{opts: Options{Log: slog.New(slog.NewTextHandler(&log, nil))}}
	w := httptest.NewRecorder()
	s.recovered(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("broken") })).
		ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", nil))
	if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), "InternalFailure") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), "broken") || !strings.Contains(log.String(), "recover_test.go") {
		t.Errorf("log %s", log.String())
	}
}

func TestPanicInAReplyBreaksTheConnection(t *testing.T) {
	s := &Server{opts: Options{}.withDefaults()}
	server := httptest.NewUnstartedServer(s.recovered(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusOK)
		panic(http.ErrAbortHandler)
	})))
	server.Start()
	defer server.Close()
	if response, err := http.Get(server.URL); err == nil {
		t.Errorf("got %s", response.Status)
		_ = response.Body.Close()
	}
}
