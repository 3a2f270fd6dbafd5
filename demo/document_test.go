package main

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var told = flag.String("told", "", "`FILE` with what a run of the demo has printed, to hold docs/demo.md to")

// TestDocument holds docs/demo.md to the demo: its steps are the code's, and with -told each of its lines is one that a
// run has printed, but for digests, numbers and blanks. A line that ends in "..." is the beginning of one.
func TestDocument(t *testing.T) {
	doc, err := os.ReadFile("../docs/demo.md")
	if err != nil {
		t.Fatal(err)
	}
	_, shown, _ := strings.Cut(string(doc), "$ make demo\n")
	shown, _, found := strings.Cut(shown, "```\n<!-- end of demo -->\n")
	if !found {
		t.Fatal("docs/demo.md has no transcript between $ make demo and <!-- end of demo -->")
	}
	steps := regexp.MustCompile(`(?m)^[ 1][0-9] (.*)$`).FindAllStringSubmatch(shown, -1)
	if len(steps) < 5 {
		t.Fatalf("docs/demo.md shows %d steps", len(steps))
	}
	code := sources(t)
	for _, step := range steps {
		if !strings.Contains(code, `Heading("`+step[1]) {
			t.Errorf("docs/demo.md has the step %q, and the demo has not", step[1])
		}
	}
	if *told == "" {
		return
	}
	run, err := os.ReadFile(*told)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range missing(shown, string(run)) {
		t.Errorf("docs/demo.md shows a line that this run has not printed: %s", line)
	}
}

func TestMissingLinesAreFound(t *testing.T) {
	const run = "✓ all matched: 11 jobs, in 53.1 s\nIMAGE   DIGEST\na:1  dba64b6eb42b  3, 17.4 MiB\n"
	for line, want := range map[string]int{
		"[... more ...]":               0,
		"":                             0,
		"✓ all matched: 12 jobs, ...":  0,
		"✓ all matched: 12 jobs":       1,
		"✓ none matched: 12 jobs, ...": 1,
		"IMAGE DIGEST":                 0,
		"a:2 0123456789ab 4, 18.4 MiB": 0,
		"b:2 0123456789ab 4, 18.4 MiB": 1,
	} {
		if got := missing(line, run); len(got) != want {
			t.Errorf("%q: %q are missing, want %d lines", line, got, want)
		}
	}
}

// missing returns the lines of shown that are not among those of run.
func missing(shown, run string) []string {
	var printed, lines []string
	for line := range strings.Lines(run) {
		printed = append(printed, alike(line))
	}
	for line := range strings.Lines(shown) {
		want := alike(line)
		beginning, cut := strings.CutSuffix(want, " ...")
		is := func(got string) bool { return got == want || cut && strings.HasPrefix(got, beginning) }
		if want != "" && !strings.Contains(want, "[...") && !slices.ContainsFunc(printed, is) {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

var (
	digests = regexp.MustCompile(`\b[0-9a-f]{8,}\b`)
	numbers = regexp.MustCompile(`[0-9]+`)
)

// alike returns a line without what differs from run to run.
func alike(line string) string {
	line = digests.ReplaceAllString(line, "#")
	return strings.Join(strings.Fields(numbers.ReplaceAllString(line, "#")), " ")
}

// sources returns the code of the demo.
func sources(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(text)
	}
	return b.String()
}
