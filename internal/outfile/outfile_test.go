package outfile_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ecrmirror/internal/outfile"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

func TestAFileHasAllOfItsNewContentOrItsOldOne(t *testing.T) {
	name := filepath.Join(t.TempDir(), "entries.yaml")
	check := func(want string, mode os.FileMode) {
		t.Helper()
		got, err := os.ReadFile(name)
		if err != nil || string(got) != want {
			t.Errorf("%q, %v, want %q", got, err, want)
		}
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%v, %v, want %v", info.Mode(), err, mode)
		}
		if left, err := os.ReadDir(filepath.Dir(name)); err != nil || len(left) != 1 {
			t.Errorf("%v, %v", left, err)
		}
	}
	if err := outfile.Replace(name, text("new")); err != nil {
		t.Fatal(err)
	}
	check("new", 0o644)
	if err := os.Chmod(name, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := outfile.Replace(name, text("newer")); err != nil {
		t.Fatal(err)
	}
	check("newer", 0o600)
	full := errors.New("no space left")
	if err := outfile.Replace(name, func(w io.Writer) error {
		return errors.Join(text("half")(w), full)
	}); !errors.Is(err, full) {
		t.Error(err)
	}
	check("newer", 0o600)
}

func TestWhatIsNoOrdinaryFileStaysWhatItIs(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := errors.Join(os.WriteFile(file, []byte("older and longer"), 0o600), os.Symlink(file, link)); err != nil {
		t.Fatal(err)
	}
	if err := outfile.Replace(link, text("new")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("%v, %v", info, err)
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != "new" {
		t.Errorf("%q, %v", got, err)
	}
	if err := outfile.Replace(dir, text("new")); err == nil {
		t.Error("a directory was written to")
	}
}

func TestErrorsNameTheFileThatWasAskedFor(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing", "entries.yaml")
	if err := outfile.Replace(missing, text("new")); err == nil ||
		err.Error() != "writing "+missing+": there is no directory "+filepath.Dir(missing) {
		t.Error(err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	below := filepath.Join(file, "entries.yaml")
	if err := outfile.Replace(below, text("new")); err == nil ||
		!strings.HasPrefix(err.Error(), "writing "+below+": in its directory: ") ||
		strings.Contains(err.Error(), ".export-") {
		t.Error(err)
	}
}
