package architecture

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var packageName = regexp.MustCompile(`[a-z]+(/[a-z]+)?`)

// TestPicture holds the arrows in docs/architecture.md to the table: each package that one leads to may be imported by
// one of those that it comes from.
func TestPicture(t *testing.T) {
	doc, err := os.ReadFile(root + "/docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	_, picture, _ := strings.Cut(string(doc), "Imports go one way:\n\n```\n")
	picture, _, found := strings.Cut(picture, "```\n")
	if !found {
		t.Fatal("docs/architecture.md has no picture after the words Imports go one way")
	}
	for _, wrong := range wrongArrows(picture) {
		t.Error(wrong)
	}
}

func TestWrongArrowsAreFound(t *testing.T) {
	for picture, want := range map[string]int{
		"cmd/mirror ─▶ gate, mirror ─▶ chunked":      0,
		"both ─▶ cli\n  └▶ controller ─▶ jobs":       0,
		"cmd ─┬▶ cli\n     └▶ trigger  └▶ jobs":      0,
		"controller ─▶ mirror":                       1, // it may not
		"cmd/mirror ─▶ nosuchpackage":                1,
		"nosuchpackage ─▶ chunked\nchunked ─▶ fence": 2,
	} {
		if got := wrongArrows(picture); len(got) != want {
			t.Errorf("%s: %q, want %d", picture, got, want)
		}
	}
}

// wrongArrows returns the packages of a picture that none to the left of their arrow may import. In it a package of
// internal/ goes by its name alone, cmd and both are the programs, and after └ or ├ an arrow comes from a line above.
func wrongArrows(picture string) []string {
	var wrong []string
	for line := range strings.Lines(picture) {
		var from []string
		for group := range strings.SplitSeq(line, "▶") {
			to := packageName.FindAllString(group, -1)
			for _, name := range to {
				may := func(importer string) bool {
					l, ok := layerOf(full(importer))
					return ok && l.allows(module+full(name))
				}
				_, exists := layerOf(full(name))
				if len(from) > 0 && (!exists || !slices.ContainsFunc(from, may)) {
					wrong = append(wrong, name+" may be imported by none of "+strings.Join(from, ", "))
				}
			}
			if from = to; strings.HasSuffix(group, "└") || strings.HasSuffix(group, "├") { // of a package above
				from = nil
			}
		}
	}
	return wrong
}

func full(name string) string {
	switch {
	case name == "both", name == "cmd":
		return "cmd/mirror"
	case strings.HasPrefix(name, "cmd/"):
		return name
	}
	return "internal/" + name
}
