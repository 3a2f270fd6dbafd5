package server_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"ecrmirror/localstack/server"
)

func TestCloseLeavesNothing(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s, err := server.Start(t.Context(), server.Options{})
	if err != nil {
		t.Fatal(err)
	}
	waiting := make(chan error, 1)
	go func() { // a request that waits must not hold Close up
		response, err := http.Get(s.URL() + "/_localstack/jobs/idle")
		if err == nil {
			err = response.Body.Close()
		}
		waiting <- err
	}()
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	<-waiting
	if _, err := http.Get(s.URL() + "/_localstack/health"); err == nil {
		t.Error("still answers")
	}
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestStartTellsWhatIsWrong(t *testing.T) {
	s := start(t, server.Options{})
	for _, tc := range []struct {
		name string
		opts server.Options
		text string
	}{
		{"address in use", server.Options{Addr: s.Addr()}, "address already in use"},
		{"account", server.Options{Account: "1"}, "12 digits"},
		{"directory that is a file", server.Options{Dir: os.Args[0]}, "not a directory"},
	} {
		other, err := server.Start(t.Context(), tc.opts)
		if err == nil {
			t.Errorf("%s: started, closing: %v", tc.name, other.Close())
			continue
		}
		if !strings.Contains(err.Error(), tc.text) {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}
