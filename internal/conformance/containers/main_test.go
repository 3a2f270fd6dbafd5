package containers

import (
	"fmt"
	"os"
	"testing"

	tclog "github.com/testcontainers/testcontainers-go/log"
)

func TestMain(m *testing.M) {
	tclog.SetDefault(tclog.NewNoopLogger())
	// testcontainers reads its environment once. Its reaper is another image to be had, for what
	// the tests do themselves.
	if os.Getenv("TESTCONTAINERS_RYUK_DISABLED") == "" {
		if err := os.Setenv("TESTCONTAINERS_RYUK_DISABLED", "true"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}
