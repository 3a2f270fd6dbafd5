package syncview

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/filesync"
)

// FuzzTexts has strangers write what they like into each text of a report.
func FuzzTexts(f *testing.F) {
	for _, text := range []string{
		"", " ", "plain", "a|b", `a\|b`, `a\\|b`, `|\`, `\`, "`", "``a``", "a`|`b", "<script>", "[a](http://x.test)",
		"@someone #1 http://x.test", "a\n| forged | row |", "]]>", "&amp;", "\x00\x1b[2J\ufffe\xff", "\u202e\u2028",
		strings.Repeat("|`", 2000), strings.Repeat("a\n", 2000), "docker.io/library/a:1.2", "r.io/a@sha256:1",
	} {
		f.Add(text, text)
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		r, results := hostile(name, text)
		for kind, write := range writers(r, results) {
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatal(err)
			}
			steers := func(r rune) bool { return !strconv.IsPrint(r) && r != '\n' }
			if !utf8.Valid(b.Bytes()) || bytes.ContainsFunc(b.Bytes(), steers) {
				t.Errorf("%s: %q", kind, b.String())
			}
			switch kind {
			case "junit":
				checkXML(t, b.Bytes())
			case "json":
				if !json.Valid(b.Bytes()) {
					t.Errorf("JSON: %s", &b)
				}
			case "markdown", "plan.markdown":
				checkMarkdown(t, b.String())
			case "all":
				if n := strings.Count(b.String(), "\n"); n != 8 {
					t.Errorf("%d lines: %q", n, b.String())
				}
			}
		}
	})
}

// hostile returns a report and a plan in which all texts are strangers'.
func hostile(name, text string) (*filesync.Report, []entry.Result) {
	err := errors.New(text)
	image := filesync.Image{Source: name, Digest: digest.Digest(text), Twin: err}
	result := entry.Result{Source: name, Twin: err}
	for _, s := range []filesync.State{"current", "copied", "deferred", "left", "failed"} {
		image.Destinations = append(image.Destinations, filesync.Destination{
			Name: name, Digest: digest.Digest(text), State: s, Err: err,
		})
	}
	for _, s := range []entry.State{entry.Stale, entry.Deferred, entry.Failing} {
		result.Destinations = append(result.Destinations, entry.DestinationResult{Name: name, State: s, Err: err})
	}
	return &filesync.Report{
		Entries: 1, Err: err, Images: []filesync.Image{image, {Source: name, State: filesync.Failed, Err: err}},
	}, []entry.Result{result, {Source: name, Err: err}}
}

// checkXML reads a document strictly, and counts its cases.
func checkXML(t *testing.T, document []byte) {
	t.Helper()
	var read suites
	if err := xml.Unmarshal(document, &read); err != nil {
		t.Errorf("%v: %q", err, document)
	}
	s := read.Suite
	if s.Tests != 8 || len(s.Cases) != 8 || s.Failures != 3 || s.Skipped != 2 || s.Errors != 1 {
		t.Errorf("%d cases, %+v", len(s.Cases), s)
	}
	decoder := xml.NewDecoder(bytes.NewReader(document))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if element, ok := token.(xml.StartElement); err != nil || ok && !known.MatchString(element.Name.Local) {
			t.Errorf("%v, %v", token, err)
			return
		}
	}
}

var known = regexp.MustCompile(`^(testsuites|testsuite|testcase|failure|error|skipped)$`)

// What a line of a summary is, whatever strangers write: our own words, and theirs as code. Cells end at a pipe that no
// backslash precedes, and no run of backslashes before a pipe is longer than one.
var (
	codeSpan = "`[^`\n]+`"
	ownCell  = regexp.MustCompile("^(?:[A-Za-z0-9. ]*|" + codeSpan + ")$")
	pipes    = regexp.MustCompile(`\\+\|`)
	ownLine  = regexp.MustCompile(`^(?:## mirror sync(?:, dry run)?|### Failures|- ` + codeSpan + `|(?:\| --- )+\||` +
		`The round was stopped: (?:` + codeSpan + `)?|entries: [^` + "`" + `<@\[]*|)$`)
)

func checkMarkdown(t *testing.T, text string) {
	t.Helper()
	columns := 0
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| --- ") {
			if !ownLine.MatchString(line) {
				t.Errorf("%q", line)
			}
			continue
		}
		for _, run := range pipes.FindAllString(line, -1) {
			if run != `\|` {
				t.Errorf("%s in %q", run, line)
			}
		}
		cells := strings.Split(strings.ReplaceAll(line, `\|`, "P"), "|")
		if columns == 0 {
			columns = len(cells)
		}
		for _, c := range cells {
			c = strings.TrimSpace(c)
			if len(cells) != columns || !ownCell.MatchString(c) {
				t.Errorf("%d cells, %q in %q", len(cells), c, line)
			}
		}
	}
}
