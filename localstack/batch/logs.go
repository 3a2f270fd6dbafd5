package batch

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// Log returns the last output, stdout and stderr together, of the job of that id:
// of its attempt number n, from 1, or of all attempts, each after a line that names
// it if there are several, for n 0. It is false if there is no such job or attempt.
func (s *Service) Log(id string, n int) ([]byte, bool) {
	s.mu.Lock()
	j, ok := s.jobs[id]
	if !ok || n < 0 || n > len(j.logs) {
		s.mu.Unlock()
		return nil, false
	}
	logs := j.logs
	s.mu.Unlock()
	if n > 0 {
		return logs[n-1].bytes(), true
	}
	var b bytes.Buffer
	for i, log := range logs {
		if len(logs) > 1 {
			fmt.Fprintf(&b, "--- attempt %d ---\n", i+1)
		}
		b.Write(log.bytes())
	}
	return b.Bytes(), true
}

// Inspector answers what AWS has no API for, under /_localstack/jobs:
// GET {id}/log[?attempt=n] with what [Service.Log] returns, and
// GET idle when all jobs are terminal, or with status 503 if the request ends before.
func (s *Service) Inspector() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_localstack/jobs/idle", s.serveIdle)
	mux.HandleFunc("GET /_localstack/jobs/{id}/log", s.serveLog)
	return mux
}

func (s *Service) serveIdle(w http.ResponseWriter, r *http.Request) {
	if err := s.Idle(r.Context()); err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	_, _ = io.WriteString(w, "idle\n") // an error means the client is gone
}

func (s *Service) serveLog(w http.ResponseWriter, r *http.Request) {
	n := 0
	if text := r.URL.Query().Get("attempt"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil || n < 1 {
			http.Error(w, "attempt must be a number from 1", http.StatusBadRequest)
			return
		}
	}
	log, ok := s.Log(r.PathValue("id"), n)
	if !ok {
		http.Error(w, "no such job or attempt", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write(log) // an error means the client is gone
}
