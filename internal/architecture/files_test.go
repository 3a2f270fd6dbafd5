package architecture

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// Limits of a file: what a newcomer takes in at once, and what stands beside another file on a screen.
const (
	mostLines   = 300
	mostColumns = 120 // a tab is four
)

// TestFiles holds files to these limits, and to having no init. A line may be longer where a text in it is.
func TestFiles(t *testing.T) {
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != root {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		checkFile(t, path, src)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkFile(t *testing.T, path string, src []byte) {
	t.Helper()
	if lines := bytes.Count(src, []byte("\n")); lines > mostLines {
		t.Errorf("%s has %d lines: split it", path, lines)
	}
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, src, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		t.Error(err)
		return
	}
	for _, decl := range file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			t.Errorf("%s has an init function", path)
		}
	}
	excused := excusedLines(set, file)
	for i, line := range strings.Split(string(src), "\n") {
		if columns(line)-excused[i+1] > mostColumns {
			t.Errorf("%s:%d has %d columns: break it", path, i+1, columns(line))
		}
	}
}

func columns(line string) int { return utf8.RuneCountInString(line) + 3*strings.Count(line, "\t") }

// excusedLines returns, by line, how many columns are those of texts: of literals, of what an example prints, and of
// words to the linter, which have to stand where they do.
func excusedLines(set *token.FileSet, file *ast.File) map[int]int {
	const all = 1 << 20
	excused := map[int]int{}
	excuse := func(n ast.Node, text string) {
		first, last := set.Position(n.Pos()).Line, set.Position(n.End()).Line
		if first == last {
			excused[first] += utf8.RuneCountInString(text)
			return
		}
		for line := first; line <= last; line++ {
			excused[line] = all
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			excuse(literal, literal.Value)
		}
		return true
	})
	for _, group := range file.Comments {
		for _, comment := range group.List {
			if strings.Contains(group.Text(), "Output:") || strings.HasPrefix(comment.Text, "//nolint:") {
				excuse(comment, comment.Text)
			}
		}
	}
	return excused
}

// TestLongLinesAreFound shows which lines count as long.
func TestLongLinesAreFound(t *testing.T) {
	long := strings.Repeat("x", mostColumns)
	for line, want := range map[string]bool{
		"var a = \"" + long + "\"":                             false,
		"var a = `\n" + long + "y\n`":                          false,
		"var " + long + " = 1":                                 true,
		"// " + long:                                           true,
		"var a = 1 //nolint:x // " + long:                      false,
		"func f() {\n" + strings.Repeat("\t", 30) + "_ = 1\n}": true,
	} {
		set := token.NewFileSet()
		src := "package p\n\n" + line + "\n"
		file, err := parser.ParseFile(set, "p.go", src, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		excused, found := excusedLines(set, file), false
		for i, l := range strings.Split(src, "\n") {
			found = found || columns(l)-excused[i+1] > mostColumns
		}
		if found != want {
			t.Errorf("%q: found %v, want %v", line, found, want)
		}
	}
}
