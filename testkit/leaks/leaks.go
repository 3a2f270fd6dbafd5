// Package leaks finds goroutines that tests leave behind. A package that starts some, itself or through what it
// imports, has in one of its test files:
//
//	func TestMain(m *testing.M) { leaks.Main(m) }
package leaks

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// known are the goroutines that nothing here can end.
func known() []goleak.Option {
	return []goleak.Option{
		// The distribution project's registry has a broadcaster of events that nothing ends.
		goleak.IgnoreTopFunction("github.com/docker/go-events.(*Broadcaster).run"),
		// A server of net/http waits half a second for a client to read the last answer, even after Close.
		goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait"),
	}
}

// Main runs a package's tests, and fails them where they leave goroutines behind. It does not return.
func Main(m *testing.M) { goleak.VerifyTestMain(m, known()...) }

// Code returns the exit code of tests that passed: 1 if they left goroutines behind, which it
// tells of on standard error.
func Code() int {
	if err := goleak.Find(known()...); err != nil {
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
