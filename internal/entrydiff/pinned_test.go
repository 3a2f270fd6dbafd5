package entrydiff_test

import (
	"strings"
	"testing"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/entrydiff"
	"ecrmirror/internal/selection"
)

// pinning is a selection of tags by their names.
func pinning(source, destination string, tags ...string) entry.Entry {
	e := of(source, destination)
	e.Tags = []entry.Rule{{Rule: selection.Rule{Pin: tags}}}
	return e
}

// Of a selection it is known without a look at its source that it writes what it pins.
func TestConflictsOfWhatIsPinned(t *testing.T) {
	for _, c := range []struct {
		name        string
		file, there []entry.Entry
		want        string // "" for none
	}{
		{
			"a pinned tag and an entry of another source",
			[]entry.Entry{pinning("r.io/a", "r.io/x", "1", "2")},
			[]entry.Entry{of("r.io/b:2", "r.io/x:2")},
			`entry "r.io/a": destination "r.io/x:2": is written by entry "r.io/b:2"`,
		},
		{
			"an entry and a pinned tag of another source",
			[]entry.Entry{of("r.io/b:2", "r.io/x:2")},
			[]entry.Entry{pinning("r.io/a", "r.io/x", "1", "2")},
			`entry "r.io/b:2": destination "r.io/x:2": is written by entry "r.io/a:2"`,
		},
		{
			"a tag pinned by two",
			[]entry.Entry{pinning("r.io/a", "r.io/x", "1"), pinning("r.io/b", "r.io/{name}", "1"), pinning("r.io/c", "r.io/x", "1")},
			nil,
			`entry "r.io/a": destination "r.io/x:1": is written by entry "r.io/c:1"`,
		},
		{
			"a pinned tag and the same image",
			[]entry.Entry{pinning("r.io/a", "r.io/x", "1", "2")},
			[]entry.Entry{of("r.io/a:2", "r.io/x:2")},
			"",
		},
	} {
		difference, err := entrydiff.Diff(c.file, listed(c.there...), false, now)
		if err != nil {
			t.Fatal(err)
		}
		if err := difference.Conflicts(); (err != nil) != (c.want != "") || err != nil &&
			!strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

// An image entry without a tag and a selection are two, though each may be written as the other one's key.
func TestAnImageAndASelectionOfOneRepository(t *testing.T) {
	selected := entry.Entry{
		Source: "nginx", Destinations: []string{"r.io/hub/"}, Tags: []entry.Rule{{Rule: selection.Rule{Version: "1"}}},
	}
	latest := entry.Entry{Source: "docker.io/library/nginx:latest", Destinations: []string{"r.io/nginx:latest"}}
	there := entry.Entry{Source: "nginx", Destinations: []string{"r.io/nginx:latest"}}
	d, err := entrydiff.Diff([]entry.Entry{selected, latest}, func(yield func(entry.Entry, error) bool) {
		yield(there, nil)
	}, true, now)
	if err != nil || len(d.Steps) != 2 || d.Steps[0].Entry.Source != latest.Source || !d.Steps[1].Entry.Same(selected) {
		t.Errorf("%+v, %v", d.Steps, err)
	}
}
