// Package transcript holds what documents show of a program to what the program prints. It is for tests.
package transcript

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// varies is what differs from run to run: how long something took.
var varies = regexp.MustCompile(` \([0-9hms]+\)| after [0-9hms]+( \([0-9hms]+\))?$`)

// figures are numbers, which change with what they count: the size of a template, say.
var figures = regexp.MustCompile(`[0-9]+`)

// Hold compares the output with what a document has between the lines "<!-- NAME: ... -->" and
// "<!-- end of NAME -->", which it writes if update is true. Figures, and how long things took, do not count.
func Hold(t *testing.T, document, name, command, output string, update bool) {
	t.Helper()
	doc, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile(`(?s)(<!-- ` + regexp.QuoteMeta(name) +
		`: [^\n]*-->\n)(.*?)(<!-- end of ` + regexp.QuoteMeta(name) + ` -->\n)`)
	found := block.FindStringSubmatch(string(doc))
	if found == nil {
		t.Fatalf("%s has no lines <!-- %s: ... --> and <!-- end of %[2]s -->", document, name)
	}
	want := fmt.Sprintf("```\n$ %s\n%s```\n", command, steady(output))
	same := figures.ReplaceAllString(found[2], "#") == figures.ReplaceAllString(want, "#")
	switch {
	case same && !update:
		return
	case !update:
		t.Errorf("%s shows %s otherwise than it is (-shown +is); if that was meant, run the test with -update:\n%s",
			document, name, cmp.Diff(found[2], want))
		return
	}
	if err := os.WriteFile(document, []byte(strings.Replace(string(doc), found[0], found[1]+want+found[3], 1)),
		0o644); err != nil { //nolint:gosec // a document
		t.Fatal(err)
	}
}

// steady returns the output without what varies.
func steady(output string) string {
	var b strings.Builder
	for line := range strings.Lines(output) {
		b.WriteString(varies.ReplaceAllString(strings.TrimSuffix(line, "\n"), "") + "\n")
	}
	return b.String()
}
