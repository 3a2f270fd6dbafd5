package convert_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"go.yaml.in/yaml/v3"
	"golang.org/x/tools/txtar"

	"ecrmirror/internal/convert"
)

func FuzzRegsync(f *testing.F) { fuzz(f, "regsync") }
func FuzzSkopeo(f *testing.F)  { fuzz(f, "skopeo") }
func FuzzDregsy(f *testing.F)  { fuzz(f, "dregsy") }
func FuzzList(f *testing.F)    { fuzz(f, "list") }

// fuzz converts files of a format. What comes out is read by package entryfile and can be printed, and no member or
// line of the file is passed over.
func fuzz(f *testing.F, format string) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(archive.Files[0].Data)
	}
	for _, text := range []string{
		"a: &a {<<: *a}", "sync: [{<<: &a [*a]}]", "sync: [*a]", "sync: &a [*a]", "x: {images: {a: b}}",
		"sync: [{tags: {allow: [1, {}]}}]",
		"x-a: &x {type: image}\nsync: [{<<: *x, source: a, target: b.io/a}, {<<: [*x, {type: 1}]}]", "--- a\n--- b",
		"tasks: [{source: {registry: a.io}, target: {registry: b.io}, " +
			"mappings: [{from: a, tags: ['keep: latest 3']}]}]", "\xff",
		"a.io: {images-by-tag-regex: {b: '(?i)\u202e'}}", "a.io: {images: {b: [c, c], b: []}}",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		result, err := convert.Read(data, convert.Options{Format: format, To: "mirror.example.net/x"})
		if err != nil {
			if !printed(err.Error()) {
				t.Errorf("error %q", err)
			}
			return
		}
		for _, out := range [][]byte{written(t, result), remarks(result)} {
			if !printed(string(out)) {
				t.Errorf("not to be printed: %q", out)
			}
		}
		if format == "list" {
			checkLines(t, data, result)
			return
		}
		checkMembers(t, data, result)
	})
}

// printed reports whether a terminal shows a text as it is.
func printed(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) })
}

// checkLines finds lines of a list that were passed over.
func checkLines(t *testing.T, data []byte, result convert.Result) {
	t.Helper()
	for i, text := range bytes.Split(data, []byte("\n")) {
		text = bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\ufeff")))
		if len(text) > 0 && text[0] != '#' && !result.IsRead(i+1) {
			t.Errorf("line %d is passed over: %q", i+1, text)
		}
	}
}

// checkMembers finds members that were passed over: neither read, nor in a line that has a remark, nor within one that
// has.
func checkMembers(t *testing.T, data []byte, result convert.Result) {
	t.Helper()
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil || len(document.Content) == 0 {
		return
	}
	remarked := map[int]bool{}
	for _, remark := range result.Remarks {
		remarked[remark.Line] = true
	}
	var check func(n *yaml.Node)
	check = func(n *yaml.Node) {
		for i, c := range n.Content {
			if n.Kind == yaml.MappingNode && i%2 == 1 {
				continue
			}
			switch {
			case remarked[c.Line], c.Anchor != "": // a remark may be where an alias is
			case n.Kind != yaml.MappingNode:
				check(c)
			case !result.IsRead(c.Line) && c.Tag != "!!merge" && !isAnchored(n.Content[i+1]):
				t.Errorf("line %d: %q is passed over", c.Line, c.Value)
			case n.Content[i+1].Anchor == "":
				check(n.Content[i+1])
			}
		}
	}
	root := document.Content[0]
	if root.Kind == yaml.MappingNode || !remarked[root.Line] { // otherwise the remark is about all of it
		check(root)
	}
}

// isAnchored reports whether aliases may stand for a value or something in it.
func isAnchored(n *yaml.Node) bool {
	if n.Anchor != "" {
		return true
	}
	for _, c := range n.Content {
		if isAnchored(c) {
			return true
		}
	}
	return false
}

// TestTheLargestFile: a file as large as may be is converted, whatever it repeats by aliases.
func TestTheLargestFile(t *testing.T) {
	step := func(tags string) string {
		return "- {source: a, target: b.io/a, type: repository, tags: " + tags + "}\n"
	}
	first := step("&t {allow: [" + strings.Repeat("a, ", 100_000) + "b]}")
	data := "sync:\n" + first + strings.Repeat(step("*t"), 10_000)
	if len(data) > convert.MaxFile {
		t.Fatal(len(data))
	}
	_, err := convert.Read([]byte(data), convert.Options{})
	if err == nil || !strings.Contains(err.Error(), "with those that aliases repeat") {
		t.Error(err)
	}
	if _, err := convert.Read(make([]byte, convert.MaxFile+1), convert.Options{}); err == nil {
		t.Error("a larger file is read")
	}
}
