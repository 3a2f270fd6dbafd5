package main

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails the tests where they leave goroutines behind, other than those of the registry's storage:
// the distribution project's has a broadcaster of events that nothing ends.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/docker/go-events.(*Broadcaster).run"))
}
