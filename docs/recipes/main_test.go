package recipes

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"ecrmirror/testkit/leaks"
	"ecrmirror/testkit/programs"
)

// build builds mirror once, at first use.
var build func() (string, error)

func TestMain(m *testing.M) { os.Exit(inDirectory(m)) }

func inDirectory(m *testing.M) int {
	dir, err := os.MkdirTemp("", "recipes")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	build = sync.OnceValues(func() (string, error) {
		path := filepath.Join(dir, "mirror")
		return path, programs.GoBuild(context.Background(), path, "ecrmirror/cmd/mirror")
	})
	code := m.Run()
	if code == 0 {
		code = leaks.Code()
	}
	return code
}
