package docs

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/entryfile"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/selection"
	"ecrmirror/internal/selection/version"
)

var (
	block  = regexp.MustCompile("(?ms)^```(yaml|tags) ?([^\n]*)\n(.*?)^```$")
	quoted = regexp.MustCompile("`([^`]+)`")
	now    = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
)

// TestExamplesOfSelections holds the examples of the chapter to the code: files are read, and come back as they were
// from what an export writes of them; what rules choose of tags, they choose.
func TestExamplesOfSelections(t *testing.T) {
	files, lists := 0, 0
	for _, m := range block.FindAllStringSubmatch(documents(t)["docs/selection.md"], -1) {
		switch m[1] {
		case "yaml":
			files++
			readAndWritten(t, m[3])
		case "tags":
			lists++
			chosen(t, m[2], m[3])
		}
	}
	if files == 0 || lists == 0 {
		t.Errorf("%d files and %d lists of tags", files, lists)
	}
}

func readAndWritten(t *testing.T, file string) {
	t.Helper()
	entries, err := entryfile.Read(strings.NewReader(file), now)
	if err != nil || len(entries) == 0 {
		t.Errorf("%v\n%s", err, file)
		return
	}
	slices.SortFunc(entries, func(a, b entry.Entry) int { return strings.Compare(a.Source, b.Source) })
	var out bytes.Buffer
	if err := entryfile.Write(&out, entries); err != nil {
		t.Fatal(err)
	}
	written := out.String()
	again, err := entryfile.Read(&out, now)
	if err != nil || !slices.EqualFunc(entries, again, entry.Entry.Same) {
		t.Errorf("%+v, read again: %+v, %v\n%s", entries, again, err, written)
	}
}

// chosen checks lines of a tag and what a rule says of it.
func chosen(t *testing.T, rule, lines string) {
	t.Helper()
	file := "entries: [{source: s.io/a, destinations: r.io/b, tags: [" + rule + "]}]"
	entries, err := entryfile.Read(strings.NewReader(file), now)
	if err != nil {
		t.Fatal(err)
	}
	var tags []selection.Tag
	want := map[string]string{}
	for line := range strings.Lines(lines) {
		tag, verdict, _ := strings.Cut(strings.TrimSpace(line), " ")
		tags = append(tags, selection.Tag{Name: tag})
		want[tag] = strings.TrimSpace(verdict)
	}
	choice, err := selection.Choose([]selection.Rule{entries[0].Tags[0].Rule}, tags, now, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range choice.Verdicts {
		if v.String() != want[v.Tag] {
			t.Errorf("%s: %s, want %s", v.Tag, v, want[v.Tag])
		}
	}
}

// TestTablesOfSelections does the same of the tables of versions and destinations.
func TestTablesOfSelections(t *testing.T) {
	versions, destinations := 0, 0
	source := imagename.Name{Kind: imagename.Registry, Host: "docker.io", Repository: "library/nginx"}
	for line := range strings.Lines(documents(t)["docs/selection.md"]) {
		if !strings.HasPrefix(line, "|") {
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		switch first := words(cells[0]); {
		case len(cells) == 3 && len(first) > 0 && strings.Trim(cells[1], " ,0123456789") == "":
			versions++
			readAsVersions(t, first, cells[1], words(cells[2]))
		case len(cells) == 2 && len(first) == 1:
			destinations++
			template, err := entry.ParseTemplate(first[0])
			if err != nil {
				t.Error(err)
				continue
			}
			if got, err := template.Repository(source); err != nil || got.String() != words(cells[1])[0] {
				t.Errorf("%s: %v, %v", first[0], got, err)
			}
		}
	}
	if versions < 5 || destinations < 4 {
		t.Errorf("%d rows of versions, %d of destinations", versions, destinations)
	}
}

// words returns what is quoted in a cell.
func words(cell string) []string {
	var list []string
	for _, m := range quoted.FindAllStringSubmatch(cell, -1) {
		list = append(list, m[1])
	}
	return list
}

// readAsVersions checks how many numbers tags have, and what beside them.
func readAsVersions(t *testing.T, tags []string, numbers string, beside []string) {
	t.Helper()
	var parts, others []string
	for _, tag := range tags {
		v, err := version.Parse(tag)
		if err != nil {
			t.Errorf("%s: %v", tag, err)
			continue
		}
		parts = append(parts, fmt.Sprint(v.Parts()))
		for _, text := range []string{v.Pre, v.Build, v.Variant} {
			if text != "" {
				others = append(others, text)
			}
		}
	}
	if len(slices.Compact(slices.Clone(parts))) == 1 {
		parts = parts[:1]
	}
	if strings.Join(parts, ", ") != strings.TrimSpace(numbers) || !slices.Equal(others, beside) {
		t.Errorf("%q: %s of %q, want %s of %q", tags, parts, others, numbers, beside)
	}
}
