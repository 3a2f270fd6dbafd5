// Package servertest runs localstack for the length of a test.
package servertest

import (
	"os"
	"strings"
	"testing"

	"ecrmirror/localstack/server"
)

// Start starts localstack, which ends with the test. The test fails where either goes wrong.
func Start(t *testing.T, opts server.Options) *server.Server {
	t.Helper()
	s, err := server.Start(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Use has the test use s as whoever runs the programs with the server's environment does. Files of the
// AWS CLI's configuration do not count.
func Use(t *testing.T, s *server.Server) {
	t.Helper()
	for _, pair := range s.Environment() {
		name, value, _ := strings.Cut(pair, "=")
		t.Setenv(name, value)
	}
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
}
