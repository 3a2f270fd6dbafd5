package archive

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var (
	when  = time.Date(2026, 11, 27, 1, 2, 3, 456, time.UTC)
	files = []File{
		{Name: "a/"},
		{Name: "a/program", Mode: 0o755, Content: []byte("program")},
		{Name: "a/README", Mode: 0o644, Content: []byte("text")},
		{Name: "tmp/", Mode: 0o777 | fs.ModeSticky},
	}
)

func TestArchivesAreReadByOthers(t *testing.T) {
	want := []string{
		"a/ ---------- 2026-11-27T01:02:03Z ",
		"a/README -rw-r--r-- 2026-11-27T01:02:03Z text",
		"a/program -rwxr-xr-x 2026-11-27T01:02:03Z program",
		"tmp/ trwxrwxrwx 2026-11-27T01:02:03Z ",
	}
	for name, got := range map[string][]string{"tar": untar(t), "zip": unzip(t)} {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

func TestArchivesAreTheSameBytes(t *testing.T) {
	backwards := slices.Clone(files)
	slices.Reverse(backwards)
	for name, write := range map[string]func(io.Writer, time.Time, []File) error{
		"tar":    Tar,
		"tar.gz": TarGzip, "zip": Zip,
	} {
		var first, second bytes.Buffer
		if err := write(&first, when, files); err != nil {
			t.Fatal(err)
		}
		// Another machine: another order, time zone, and fraction of the second.
		if err := write(&second, when.In(time.FixedZone("", 5*3600)).Add(time.Millisecond), backwards); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%s: two archives of the same files differ", name)
		}
	}
}

func TestANameThatIsTooLongIsNamed(t *testing.T) {
	name := strings.Repeat("x", 300)
	if err := Tar(io.Discard, when, []File{{Name: name}}); err == nil || !strings.Contains(err.Error(), name) {
		t.Error(err)
	}
}

func untar(t *testing.T) (lines []string) {
	var buf bytes.Buffer
	if err := TarGzip(&buf, when, files); err != nil {
		t.Fatal(err)
	}
	plain, err := gzip.NewReader(&buf)
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(plain); ; {
		h, err := r.Next()
		if err == io.EOF {
			return lines
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Uid != 0 || h.Gid != 0 || h.Uname != "" || h.Gname != "" {
			t.Errorf("%s has an owner: %+v", h.Name, h)
		}
		lines = append(lines, line(t, h.Name, h.FileInfo().Mode(), h.ModTime, r))
	}
}

func unzip(t *testing.T) (lines []string) {
	var buf bytes.Buffer
	if err := Zip(&buf, when, files); err != nil {
		t.Fatal(err)
	}
	r, err := zip.NewReader(bytes.NewReader(buf.Bytes()), int64(buf.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.File {
		content, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line(t, f.Name, f.Mode(), f.Modified, content))
	}
	return lines
}

func line(t *testing.T, name string, mode fs.FileMode, modified time.Time, content io.Reader) string {
	bytes, err := io.ReadAll(content)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s %v %s %s", name, mode&^fs.ModeDir, modified.UTC().Format(time.RFC3339Nano), bytes)
}
