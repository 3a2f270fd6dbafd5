package architecture

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryKeptInputRuns finds inputs of fuzz targets that are not in the package of their target: go test passes over
// them in silence.
func TestEveryKeptInputRuns(t *testing.T) {
	found := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != root {
			return filepath.SkipDir
		}
		inputs := filepath.Dir(path)
		if !d.IsDir() || !strings.HasSuffix(filepath.ToSlash(inputs), "/testdata/fuzz") {
			return nil
		}
		found++
		if target := d.Name(); !hasTarget(t, filepath.Dir(filepath.Dir(inputs)), target) {
			t.Errorf("%s: no test of the package has func %s", path, target)
		}
		return nil
	})
	if err != nil || found == 0 {
		t.Fatalf("%d targets have inputs, %v", found, err)
	}
}

func hasTarget(t *testing.T, dir, name string) bool {
	t.Helper()
	tests, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range tests {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(src), "\nfunc "+name+"(") {
			return true
		}
	}
	return false
}
