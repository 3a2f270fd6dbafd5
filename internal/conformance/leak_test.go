package conformance

import (
	"fmt"
	"os"

	"go.uber.org/goleak"
)

// leaks tells of goroutines that the tests leave behind, other than those of stand-in registries: the
// distribution project's has a broadcaster of events that nothing ends.
func leaks() (code int) {
	if err := goleak.Find(goleak.IgnoreTopFunction("github.com/docker/go-events.(*Broadcaster).run")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
