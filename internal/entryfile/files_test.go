package entryfile_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"ecrmirror/internal/entryfile"
)

// of returns a file with an entry for each source; "" is a file without any.
func of(sources ...string) string {
	text := "entries:\n"
	for _, s := range sources {
		text += fmt.Sprintf("- source: %s\n  destinations: r.io/%s\n", s, s)
	}
	return text
}

// folder makes a folder with files, by their paths; content that begins with -> is a link's. It is the working
// directory of the test.
func folder(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for path, content := range files {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		var err error
		if to, isLink := strings.CutPrefix(content, "->"); isLink {
			err = os.Symlink(to, path)
		} else {
			err = os.WriteFile(path, []byte(content), 0o600)
		}
		if err != nil {
			t.Skip(err) // Windows has no links without a privilege
		}
	}
}

func TestReadFiles(t *testing.T) {
	mount := map[string]string{ // as Kubernetes mounts a ConfigMap
		"c/entries.yaml": "->..data/entries.yaml", "c/..data": "->..2027_01_15", "c/notes.txt": "->..data/notes.txt",
		"c/..2027_01_15/entries.yaml": of("a", "b"), "c/..2027_01_15/notes.txt": "x",
	}
	tree := map[string]string{
		"d/b.yaml": of("b"), "d/a.yml": of("a"), "d/c.yaml": of("c"), "d/.hidden.yaml": "wrong", "d/README.md": "wrong",
		"d/x.yaml.bak": "wrong", "d/sub/x.yaml": "wrong", "d/folder.yaml/x.yaml": of("x"),
	}
	for _, c := range []struct {
		what  string
		files map[string]string
		paths string
		stdin string
		want  string // sources, or all errors
	}{
		{"nothing", nil, "", "", ""},
		{"one", map[string]string{"a.yaml": of("a", "b")}, "a.yaml", "", "a b"},
		{"any name", map[string]string{"a": of("a")}, "a", "", "a"},
		{"the order of paths", map[string]string{"a": of("a"), "b": of("b", "c")}, "b a", "", "b c a"},
		{"standard input", map[string]string{"a": of("a")}, "a -", of("b"), "a b"},
		{"standard input twice", nil, "- -", of("b"), "b"},
		{"a folder", tree, "d", "", "a b c"},
		{"a folder, written otherwise", tree, "./d/", "", "a b c"},
		{"a folder, and one of its files", tree, "d/c.yaml d", "", "c a b"},
		{"a hidden file that is named", map[string]string{".a": of("a")}, ".a", "", "a"},
		{"a mount of Kubernetes", mount, "c", "", "a b"},
		{"a mount, and what is behind it", mount, "c c/..data/entries.yaml", "", "a b"},
		{"a file twice", map[string]string{"a": of("a")}, "a a ./a", "", "a"},
		{"a file and a link to it", map[string]string{"a": of("a"), "l": "->a"}, "a l", "", "a"},
		{"a file and a link to it in a folder", map[string]string{"d/a.yaml": of("a"), "d/l.yaml": "->a.yaml"}, "d", "", "a"},
		{"an empty file", map[string]string{"a": "", "b": of("b")}, "a b", "", "b"},

		{"no file", map[string]string{"a": of("a")}, "a b c", "", "open b: no such file or directory\n" +
			"open c: no such file or directory"},
		{
			"an empty folder",
			map[string]string{"d/x.txt": "", "d/sub/a.yaml": of("a")},
			"d", "",
			"folder d: no file *.yaml or *.yml (folders in it are not read)",
		},
		{
			"a link to nothing",
			map[string]string{"d/a.yaml": "->b", "d/c.yaml": of("c")},
			"d", "",
			"open d/a.yaml: no such file or directory",
		},
		{
			"a source twice in a file",
			map[string]string{"a": of("a", "a")},
			"a", "",
			`a: line 4: source "a" has an entry in line 2 already`,
		},
		{
			"a source in two files",
			map[string]string{"a": of("x", "a"), "b": of("b", "docker.io/library/a:latest")},
			"a b", "",
			`b: line 4: source "docker.io/library/a:latest" has an entry in a, line 4 already`,
		},
		{
			"a source in a file and standard input",
			map[string]string{"a": of("a")},
			"- a", of("a"),
			`a: line 2: source "a" has an entry in standard input, line 2 already`,
		},
		{
			"errors of all files",
			map[string]string{"a": "entries: [a]", "b": of("b"), "c": "entries: 5", "d": of("d", "d")},
			"none a b c d", "", "open none: no such file or directory\n" +
				"a: line 1: an entry must have the form `source: ...`\n" +
				"c: line 1: entries must be a list\n" +
				`d: line 4: source "d" has an entry in line 2 already`,
		},
		{
			"no YAML, and an error after it",
			map[string]string{"a": of("A") + "\t- x", "b": "{}"},
			"a b", "",
			"a: line 3: found a tab character that violates indentation\n" +
				"b: line 1: no entries",
		},
		{
			"rubbish",
			map[string]string{"a": "\x7fELF\x02\x01\x01\x00\x00", "b": of("b")},
			"a b", "",
			"a: control characters are not allowed",
		},
		{"other rubbish", map[string]string{"a": "\x1f\x8b\x08\x00\xff\xfe"}, "a", "", "a: control characters are not allowed"},
	} {
		t.Run(c.what, func(t *testing.T) {
			folder(t, c.files)
			set, err := entryfile.ReadFiles(strings.Fields(c.paths), strings.NewReader(c.stdin), now)
			var got []string
			for _, e := range set.Entries {
				got = append(got, e.Source)
			}
			text := strings.Join(got, " ")
			if err != nil {
				text += err.Error()
			}
			if text != c.want && (runtime.GOOS != "windows" || err == nil) {
				t.Errorf("got\n%s\nwant\n%s", text, c.want)
			}
		})
	}
}

// A set says where an entry stands, and which entries are in each other's way.
func TestASetSaysWhereEntriesStand(t *testing.T) {
	folder(t, map[string]string{
		"a": "entries:\n- {source: s.io/a:1, destinations: [r.io/x:1, r.io/y:1]}\n" +
			"- {source: s.io/old:1, destinations: r.io/x:1, expires: 2020-01-31}\n",
		"b": "# b\nentries:\n- {source: s.io/b:1, destinations: R.io:443/x:1}\n" +
			"- {source: s.io/c, destinations: r.io/y, tags: [{pin: 1}, {version: '>1'}]}\n",
	})
	set, err := entryfile.ReadFiles([]string{"a", "b"}, nil, now)
	if err != nil {
		t.Fatal(err)
	}
	for source, want := range map[string]string{"s.io/a:1": "a: line 2", "s.io/b:1": "b: line 3", "s.io/x:1": ""} {
		if got := set.Place(source); got != want {
			t.Errorf("%s: %q", source, got)
		}
	}
	const want = `a: line 2: entry "s.io/a:1": destination "r.io/x:1": is written by entry "s.io/b:1", too: ` +
		"take it out of all entries but one\n" +
		`a: line 2: entry "s.io/a:1": destination "r.io/y:1": is written by entry "s.io/c:1", too: ` +
		"take it out of all entries but one\n" +
		`b: line 3: entry "s.io/b:1": destination "R.io:443/x:1": is written by entry "s.io/a:1", too: ` +
		"take it out of all entries but one\n" +
		`b: line 4: entry "s.io/c": destination "r.io/y:1": is written by entry "s.io/a:1", too: ` +
		"take it out of all entries but one"
	if err := set.Conflicts(now); err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	set.Entries = slices.Delete(set.Entries, 0, 1)
	if err := set.Conflicts(now); err != nil {
		t.Errorf("without the first: %v", err)
	}
}

// What a shell puts in the place of a command, <(command), is a pipe, which has no size and can be read once.
func TestPipes(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("no /proc")
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	go func() {
		_, _ = io.WriteString(w, of("a"))
		_ = w.Close()
	}()
	set, err := entryfile.ReadFiles([]string{fmt.Sprintf("/proc/self/fd/%d", r.Fd()), "/dev/null"}, nil, now)
	if err != nil || len(set.Entries) != 1 {
		t.Errorf("%v, %v", set.Entries, err)
	}
}

// The limits are those of all files together, and so is the number of errors that are told.
func TestLimitsOfManyFiles(t *testing.T) {
	const million = 1_000_000
	destinations := strings.TrimSuffix(strings.Repeat("r.io/a, ", 100_000), ", ")
	many := "entries:\n- source: s.io/%s0\n  destinations: &d [" + destinations + "]\n"
	for n := range 5 {
		many += fmt.Sprintf("- {source: s.io/%%[1]s%d, destinations: *d}\n", n+1)
	}
	long := of("%s") + strings.Repeat("#"+strings.Repeat("x", million)+"\n", 17)
	for _, c := range []struct{ what, file, want string }{
		{"bytes", long, "b: line 20: with this file there are more than 32 MiB"},
		{"destinations", many, "with the destinations of this entry there are more than 1000000"},
		{"errors", "entries: [" + strings.Repeat("%s, ", 60) + "]", "b: more is wrong, which is told when this has been mended"},
	} {
		t.Run(c.what, func(t *testing.T) {
			files := map[string]string{}
			for _, name := range []string{"a", "b", "c"} {
				files[name] = strings.ReplaceAll(strings.ReplaceAll(c.file, "%[1]s", name), "%s", name)
			}
			folder(t, files)
			set, err := entryfile.ReadFiles([]string{"a", "b", "c"}, nil, now)
			if err == nil || set.Entries != nil || !strings.Contains(err.Error(), c.want) ||
				strings.Contains(err.Error(), "\nc: ") {
				t.Errorf("%d entries, %.1000v", len(set.Entries), err)
			}
		})
	}
}
