package selection_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"ecrmirror/internal/entryfile"
	"ecrmirror/internal/selection"
)

var update = flag.Bool("update", false, "write what the rules choose now to testdata, to be reviewed")

// now is the time in all cases.
var now = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// TestCases goes through testdata: lists of tags, and for each what rules choose of it, with the reasons for the rest.
// A case has its rules, as they stand in a file of entries, and what is said of all tags after an empty line.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	count := 0
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tags := tagsOf(t, string(archive.Files[0].Data))
		for i := range archive.Files[1:] {
			c := &archive.Files[1+i]
			text, want, _ := strings.Cut(string(c.Data), "\n\n")
			got := say(rulesOf(t, c.Name, text), tags)
			if *update {
				c.Data = []byte(strings.TrimSpace(text) + "\n\n" + got + "\n")
			} else if diff := gocmp.Diff(strings.TrimSpace(want), strings.TrimSpace(got)); diff != "" {
				t.Errorf("%s: %s (-want +got)\n%s", file, c.Name, diff)
			}
			count++
		}
		if *update {
			if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if count < 60 {
		t.Errorf("%d cases", count)
	}
}

// tagsOf reads tags with what is known of them: TAG, TAG@PUSHED, TAG@PUSHED/SEEN or TAG@/SEEN.
func tagsOf(t *testing.T, text string) []selection.Tag {
	t.Helper()
	var tags []selection.Tag
	for field := range strings.FieldsSeq(text) {
		name, times, _ := strings.Cut(field, "@")
		pushed, seen, _ := strings.Cut(times, "/")
		tags = append(tags, selection.Tag{Name: name, Pushed: timeOf(t, pushed), Seen: timeOf(t, seen)})
	}
	return tags
}

func timeOf(t *testing.T, text string) time.Time {
	t.Helper()
	if text == "" {
		return time.Time{}
	}
	for _, form := range []string{"2006-01-02", "2006-01-02T15"} {
		if at, err := time.Parse(form, text); err == nil {
			return at
		}
	}
	t.Fatalf("%q is no time", text)
	return time.Time{}
}

// rulesOf reads rules, one a line, as the tags of an entry in a file.
func rulesOf(t *testing.T, name, text string) []selection.Rule {
	t.Helper()
	file := "entries: [{source: s.io/a, tags: [" + strings.Join(
		strings.Split(strings.TrimSpace(text), "\n"),
		", ",
	) + "], destinations: r.io/b}]"
	if strings.Contains(text, "to: ") {
		file = strings.Replace(file, ", destinations: r.io/b", "", 1)
	}
	entries, err := entryfile.Read(strings.NewReader(file), now)
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, file)
	}
	var rules []selection.Rule
	for _, r := range entries[0].Tags {
		rules = append(rules, r.Rule)
	}
	return rules
}

// say returns what rules say of tags: a line for each reason, with all tags for which it is the reason.
func say(rules []selection.Rule, tags []selection.Tag) string {
	choice, err := selection.Choose(rules, tags, now, 0)
	type reason struct {
		text string
		step selection.Step
		rule int
		tags []string
	}
	var reasons []*reason
	for _, v := range choice.Verdicts {
		i := slices.IndexFunc(reasons, func(r *reason) bool { return r.text == v.String() })
		if i < 0 {
			i = len(reasons)
			reasons = append(reasons, &reason{text: v.String(), step: v.Reason.Step, rule: v.Reason.Rule})
		}
		reasons[i].tags = append(reasons[i].tags, v.Tag)
	}
	slices.SortStableFunc(reasons, func(a, b *reason) int {
		return cmp.Or(cmp.Compare(b.step, a.step), cmp.Compare(a.rule, b.rule), cmp.Compare(a.text, b.text))
	})
	var out strings.Builder
	for _, r := range reasons {
		out.WriteString(wrap(r.text+": ", r.tags))
	}
	if len(choice.Missing) > 0 {
		out.WriteString(wrap("not listed: ", choice.Missing))
	}
	for _, rule := range choice.Idle {
		fmt.Fprintf(&out, "rule %d has chosen nothing\n", rule+1)
	}
	if err != nil {
		fmt.Fprintf(&out, "error: %v\n", err)
	}
	return out.String()
}

// wrap returns words after a label, in lines of some length.
func wrap(label string, words []string) string {
	const longest = 116
	var out strings.Builder
	line := label
	for i, word := range words {
		if i > 0 && len(line)+len(word) > longest {
			out.WriteString(strings.TrimRight(line, " ") + "\n")
			line = "    "
		}
		line += word + " "
	}
	out.WriteString(strings.TrimRight(line, " ") + "\n")
	return out.String()
}
