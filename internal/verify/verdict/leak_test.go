package verdict_test

import (
	"testing"

	"ecrmirror/testkit/leaks"
)

// TestMain fails the tests where they leave goroutines behind.
func TestMain(m *testing.M) { leaks.Main(m) }
