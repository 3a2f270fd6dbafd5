package docs

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = ".."

var (
	link     = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	scheme   = regexp.MustCompile(`^[a-z]+:`)
	code     = regexp.MustCompile("(?s)`[^`]*`")
	unlinked = regexp.MustCompile(`[^\p{L}\p{N}_ -]`) // what is left out of a heading's name
	mention  = regexp.MustCompile(`(^|[^\w/.-]|\.\./)(docs/[\w/-]+\.(?:md|svg))(#[\w-]+)?`)
)

// TestLinks follows each link of each document to a file of this project, and to a heading of it.
func TestLinks(t *testing.T) {
	docs := documents(t)
	for name, text := range docs {
		for _, found := range link.FindAllStringSubmatch(code.ReplaceAllString(prose(text), ""), -1) {
			if err := follow(docs, name, found[1]); err != nil {
				t.Errorf("%s links to %s: %v", name, found[1], err)
			}
		}
	}
}

// TestMentions does the same of what code, settings and scripts say of documents.
func TestMentions(t *testing.T) {
	docs := documents(t)
	for name, text := range files(t, ".go", ".yml", ".yaml", ".json", "Makefile", "run", "txtar") {
		if !strings.Contains(text, "docs/") { // most files, and the expression is slow
			continue
		}
		for _, found := range mention.FindAllStringSubmatch(text, -1) {
			if err := follow(docs, "", found[2]+found[3]); err != nil {
				t.Errorf("%s mentions %s: %v", name, found[2]+found[3], err)
			}
		}
	}
}

func TestContentsHaveEveryChapter(t *testing.T) {
	docs := documents(t)
	contents := docs["docs/README.md"]
	for name := range docs {
		inside, ok := strings.CutPrefix(name, "docs/")
		if ok && inside != "README.md" && !strings.Contains(contents, "]("+inside+")") {
			t.Errorf("docs/README.md does not have %s", inside)
		}
	}
}

// TestDecisionsListAlternatives has each decision say what else was possible.
func TestDecisionsListAlternatives(t *testing.T) {
	for name, text := range documents(t) {
		if strings.HasPrefix(name, "docs/adr/") && !anchors(text)["alternatives"] {
			t.Errorf("%s has no section Alternatives", name)
		}
	}
}

func TestBrokenLinksAreFound(t *testing.T) {
	docs := map[string]string{"README.md": "", "text/a.md": "# A `b`: c!\n```\n# d\n```\n## Two\n## Two\n"}
	for target, want := range map[string]string{
		"text/a.md":       "",
		"text/a.md#a-b-c": "",
		"text/a.md#two-1": "",
		"text/a.md#two-2": "it has no such heading",
		"text/a.md#d":     "it has no such heading",
		"text/none.md":    "it does not exist",
		"https://a.b/c":   "",
		"#x":              "it has no such heading",
	} {
		got := ""
		if err := follow(docs, "README.md", target); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", target, got, want)
		}
	}
}

// follow returns an error if a document's link leads nowhere within this project.
func follow(docs map[string]string, from, target string) error {
	if scheme.MatchString(target) {
		return nil
	}
	file, anchor, _ := strings.Cut(target, "#")
	to := from
	if file != "" {
		to = path.Join(path.Dir(from), file)
	}
	if text, ok := docs[to]; ok {
		if anchor != "" && !anchors(text)[anchor] {
			return errors.New("it has no such heading")
		}
		return nil
	}
	if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(to))); err != nil {
		return errors.New("it does not exist")
	}
	return nil
}

// anchors returns the names by which a document's headings can be linked to, as GitHub makes them.
func anchors(text string) map[string]bool {
	names := map[string]bool{}
	for line := range strings.Lines(prose(text)) {
		heading := strings.TrimLeft(line, "#")
		if heading == line || !strings.HasPrefix(heading, " ") {
			continue
		}
		name := unlinked.ReplaceAllString(strings.ToLower(strings.TrimSpace(heading)), "")
		name = strings.ReplaceAll(name, " ", "-")
		unique := name
		for n := 1; names[unique]; n++ {
			unique = name + "-" + string(rune('0'+n))
		}
		names[unique] = true
	}
	return names
}

// prose returns a document without its blocks of code.
func prose(text string) string {
	var b strings.Builder
	inside := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			inside = !inside
			line = "\n"
		}
		if !inside {
			b.WriteString(line)
		}
	}
	return b.String()
}

// documents returns the Markdown files by their paths in the project.
func documents(t *testing.T) map[string]string {
	t.Helper()
	return files(t, ".md")
}

// files returns the text of the files that end in one of the suffixes, apart from what is not the project's.
func files(t *testing.T, suffixes ...string) map[string]string {
	t.Helper()
	texts := map[string]string{}
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		hidden := strings.HasPrefix(name, ".") && name != ".ci" && name != ".github"
		if d.IsDir() && file != root && (hidden || outside[name]) {
			return filepath.SkipDir
		}
		for _, suffix := range suffixes {
			if !d.Type().IsRegular() || !strings.HasSuffix(name, suffix) {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			within, err := filepath.Rel(root, file)
			if err != nil {
				return err
			}
			texts[filepath.ToSlash(within)] = string(text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// outside are directories that builds and installations make.
var outside = map[string]bool{"node_modules": true, "cdk.out": true, "bin": true, "dist": true, "testdata": true}
