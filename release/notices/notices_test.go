package notices

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEachLicenseIsThereOnce(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"a/LICENSE": "one\r\n", "a/NOTICE.txt": "notice", "a/license.go": "package a", "a/README": "no license",
		"a/LICENSED":    "none either",
		"a/sub/COPYING": "of a part", "a/sub/pkg/x.go": "package x", "a/other/LICENSE": "of what is not in the program",
		"b/LICENCE.md": "one\n\n", "b/LICENSES/x": "in a directory",
	})
	packages := []Package{
		{"example.org/b@v1.0.0", dir + "/b", dir + "/b"},
		{"example.org/a@v1.0.0", dir + "/a", dir + "/a"},
		{"example.org/a@v1.0.0", dir + "/a", dir + "/a/sub/pkg"},
	}
	got, err := Text(packages)
	if err != nil {
		t.Fatal(err)
	}
	line, thin := strings.Repeat("=", 80), strings.Repeat("-", 80)
	want := "The programs are made of the modules below. These are their licenses and notices.\n" +
		"\n" + line + "\n\nexample.org/a@v1.0.0\n\n" + thin + "\n\nnotice\n" +
		"\n" + line + "\n\nexample.org/a@v1.0.0\n\n" + thin + "\n\nof a part\n" +
		"\n" + line + "\n\nexample.org/a@v1.0.0\nexample.org/b@v1.0.0\n\n" + thin + "\n\none\n"
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestAModuleWithoutALicenseIsNamed(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a/x.go": "package a", "b/x.go": "package b", "c/LICENSE": "c"})
	_, err := Text([]Package{
		{"b@v1", dir + "/b", dir + "/b"}, {"a@v1", dir + "/a", dir + "/a"}, {"c@v1", dir + "/c", dir + "/c"},
	})
	if want := "a@v1 has no license file\nb@v1 has no license file"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if _, err := Text([]Package{{"d@v1", dir + "/d", dir + "/d"}}); !errors.Is(err, os.ErrNotExist) ||
		!strings.HasPrefix(err.Error(), "d@v1: ") {
		t.Errorf("a module that is not there: %v", err)
	}
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755),
			os.WriteFile(path, []byte(content), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
}
