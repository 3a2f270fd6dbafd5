// Package leaks finds goroutines that tests leave behind where they start stand-ins. Those of
// the distribution project's registry are left out: it has a broadcaster of events that nothing ends.
package leaks

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

func known() goleak.Option {
	return goleak.IgnoreTopFunction("github.com/docker/go-events.(*Broadcaster).run")
}

// Main runs a package's tests, and fails them where they leave goroutines behind. It does not return.
func Main(m *testing.M) { goleak.VerifyTestMain(m, known()) }

// Code returns the exit code of tests that passed: 1 if they left goroutines behind, which it
// tells of on standard error.
func Code() int {
	if err := goleak.Find(known()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// Checked are tests whose Run fails where they leave goroutines behind.
type Checked struct{ *testing.M }

// Run implements testscript.TestingM.
func (c Checked) Run() int {
	if code := c.M.Run(); code != 0 {
		return code
	}
	return Code()
}
