package main

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// checked are tests that fail where they leave goroutines behind, other than those of localstack's registry:
// the distribution project's has a broadcaster of events that nothing ends.
type checked struct{ *testing.M }

// Run implements testscript.TestingM.
func (c checked) Run() int {
	code := c.M.Run()
	if code != 0 {
		return code
	}
	if err := goleak.Find(goleak.IgnoreTopFunction("github.com/docker/go-events.(*Broadcaster).run")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
