package table_test

import (
	"fmt"
	"net/http"
	"os"

	"go.uber.org/goleak"
)

// leaks tells of goroutines that the tests leave behind, other than those that testcontainers keeps:
// connections to Docker's engine.
func leaks() (code int) {
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	if err := goleak.Find(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
