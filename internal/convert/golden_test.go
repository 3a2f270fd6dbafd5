package convert_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"ecrmirror/internal/convert"
	"ecrmirror/internal/entryfile"
)

var update = flag.Bool("update", false, "write the files of testdata anew")

// TestDocuments converts documents that have what each peer's documentation shows, and compares entries and remarks.
func TestDocuments(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var o convert.Options
		if first, _, _ := strings.Cut(string(archive.Comment), "\n"); strings.HasPrefix(first, "--to ") {
			o.To = strings.TrimPrefix(first, "--to ")
		}
		result, err := convert.Read(archive.Files[0].Data, o)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if want := strings.TrimSuffix(filepath.Base(file), ".txtar"); result.Format != want {
			t.Errorf("%s is taken for %s", file, result.Format)
		}
		archive.Files = append(archive.Files[:1:1],
			txtar.File{Name: "entries", Data: written(t, result)}, txtar.File{Name: "remarks", Data: remarks(result)})
		compare(t, file, txtar.Format(archive))
	}
}

func compare(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s, %v: see go test ./internal/convert -update:\n%s", file, err, got)
	}
}

// written returns the file of a result, which package entryfile reads, with the same entries, and which is the same
// each time.
func written(t *testing.T, result convert.Result) []byte {
	t.Helper()
	var one, two bytes.Buffer
	for _, w := range []*bytes.Buffer{&one, &two} {
		if err := result.Write(w, "FILE"); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Fatal("the same result gives different files")
	}
	entries, err := entryfile.Read(bytes.NewReader(one.Bytes()), time.Unix(0, 0))
	if err != nil {
		t.Fatalf("entryfile does not read it: %v\n%s", err, one.Bytes())
	}
	if len(entries) != len(result.Entries) {
		t.Fatalf("%d entries of %d", len(entries), len(result.Entries))
	}
	for i, e := range entries {
		if !e.Same(result.Entries[i].Entry) {
			t.Fatalf("entry %d is %+v, not %+v", i, e, result.Entries[i].Entry)
		}
	}
	return one.Bytes()
}

func remarks(result convert.Result) []byte {
	var b bytes.Buffer
	for _, remark := range result.Remarks {
		fmt.Fprintln(&b, remark)
	}
	return b.Bytes()
}

// TestNoErrorQuotesALogin: a password that needs quotes is not quoted by errors.
func TestNoErrorQuotesALogin(t *testing.T) {
	for _, text := range []string{
		"creds: [{pass: *secret}]", "sync:\ncreds:\n  - pass: *secret\n", "creds: {pass: 'secret\n",
	} {
		for _, format := range []string{"", "regsync"} {
			_, err := convert.Read([]byte(text), convert.Options{Format: format})
			if err == nil || strings.Contains(err.Error(), "secret") {
				t.Errorf("%q: %v", text, err)
			}
		}
	}
}

// TestNoLoginIsQuoted looks for the secrets of the documents in all that is made of them.
func TestNoLoginIsQuoted(t *testing.T) {
	for file, secrets := range map[string][]string{
		"regsync": {"copier", "s3cr3t-word", "HUB_USER", "/run/secrets"},
		"skopeo":  {"anna", "a word that"},
		"dregsy":  {"c2VjcmV0LXdvcmQ", "YW5vdGhlci1zZWNyZXQ"},
	} {
		archive, err := txtar.ParseFile("testdata/" + file + ".txtar")
		if err != nil {
			t.Fatal(err)
		}
		result, err := convert.Read(archive.Files[0].Data, convert.Options{To: "r.io"})
		if err != nil {
			t.Fatal(err)
		}
		all := string(written(t, result)) + string(remarks(result))
		for _, secret := range secrets {
			if strings.Contains(all, secret) {
				t.Errorf("%s: %q is told", file, secret)
			}
		}
	}
}
