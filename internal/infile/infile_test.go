package infile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ecrmirror/internal/infile"
)

func TestSmallFilesAreRead(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "file")
	if err := os.WriteFile(name, []byte("four"), 0o600); err != nil {
		t.Fatal(err)
	}
	for most, wrong := range map[int64]string{100: "", 4: "", 3: name + ": more than 3 bytes", 0: "more than 0 bytes"} {
		got, err := infile.Read(name, most)
		if wrong == "" && (err != nil || string(got) != "four") ||
			wrong != "" && (err == nil || !strings.Contains(err.Error(), wrong) || got != nil) {
			t.Errorf("%d: %q, %v", most, got, err)
		}
	}
	if _, err := infile.Read(filepath.Join(dir, "none"), 1); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("none: %v", err)
	}
	if got, err := infile.Read(dir, 1); err == nil {
		t.Errorf("a directory: %q", got)
	}
}
