package edit_test

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/allow"
	"ecrmirror/internal/contract"
	"ecrmirror/internal/edit"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/entryfile"
	"ecrmirror/internal/program"
	"ecrmirror/internal/selection"
	"ecrmirror/internal/table"
)

var now = time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)

func TestPut(t *testing.T) {
	for name, c := range map[string]struct {
		table  map[string]string
		entry  entry.Entry
		fails  map[string]error
		out    string
		err    string
		exit   int
		stands string // what the table has of the source then
	}{
		"new": {
			entry: entryTo("r.io/a:1", "r.io/b:1"), stands: "r.io/b:1",
			out: "created r.io/a:1\n  + r.io/b:1\n",
		},
		"in the place of another": {
			table: map[string]string{"r.io/a:1": "r.io/b:1,r.io/c:1"}, entry: entryTo("r.io/a:1", "r.io/c:1,r.io/d:1"),
			stands: "r.io/c:1,r.io/d:1",
			out:    "replaced r.io/a:1\n  + r.io/d:1\n  - r.io/b:1\n",
		},
		"in another order": {
			table: map[string]string{"r.io/a:1": "r.io/b:1,r.io/c:1"}, entry: entryTo("r.io/a:1", "r.io/c:1,r.io/b:1"),
			stands: "r.io/c:1,r.io/b:1",
			out:    "replaced r.io/a:1\n  other order of destinations\n",
		},
		"the same": {
			table: map[string]string{"r.io/a:1": "r.io/b:1"}, entry: entryTo("r.io/a:1", "r.io/b:1"),
			stands: "r.io/b:1",
			out:    "unchanged r.io/a:1\n",
		},
		"in the place of an invalid item": {
			table: map[string]string{"r.io/a:1": ""}, entry: entryTo("r.io/a:1", "r.io/b:1"), stands: "r.io/b:1",
			out: "replaced r.io/a:1\n  + r.io/b:1\n  was not a good entry\n",
		},
		"short": {
			entry: entryTo("alpine", "r.io/b:1"), stands: "r.io/b:1",
			out: "created alpine\n  + r.io/b:1\n  alpine means docker.io/library/alpine:latest: a short name is " +
				"Docker Hub's, and no tag is latest\n",
		},
		"until a day": {
			entry: entry.Entry{
				Source: "r.io/a:1", Destinations: []string{"r.io/b:1"},
				Options: entry.Options{Expires: time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC)},
			},
			stands: "r.io/b:1", out: "created r.io/a:1\n  + r.io/b:1\n  expires 2027-01-31\n",
		},
		"another entry's destination": {
			table: map[string]string{"r.io/other:1": "r.io/b:1"}, entry: entryTo("r.io/a:1", "r.io/b:1"),
			err: `entry "r.io/a:1": destination "r.io/b:1": `, exit: contract.ExitFailed,
		},
		"a table that can't be read": {
			entry: entryTo("r.io/a:1", "r.io/b:1"), fails: map[string]error{"": syscall.ECONNREFUSED},
			err: "connection refused", exit: contract.ExitTransient,
		},
		"a table that can't be written": {
			entry: entryTo("r.io/a:1", "r.io/b:1"), fails: map[string]error{"r.io/a:1": table.ErrNoTable},
			err: table.ErrNoTable.Error(), exit: contract.ExitFailed,
		},
	} {
		m := &memory{entries: maps.Clone(c.table), fails: c.fails}
		if m.entries == nil {
			m.entries = map[string]string{}
		}
		var out bytes.Buffer
		err := edit.Put(t.Context(), &out, m, c.entry, now)
		if program.ExitCode(err) != c.exit || (err != nil) != (c.err != "") || err != nil &&
			!strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %v", name, err)
		}
		if out.String() != c.out || m.entries[c.entry.Source] != c.stands {
			t.Errorf("%s: printed %q, left %q", name, out.String(), m.entries[c.entry.Source])
		}
	}
}

func TestRemove(t *testing.T) {
	m := &memory{
		entries: map[string]string{
			"alpine:3": "r.io/a:1", "r.io/x:1": "r.io/b:1", "docker://r.io/x:1": "r.io/b:1", "r.io/stuck:1": "r.io/c:1",
			"r.io/last:1": "",
		},
		fails: map[string]error{"r.io/stuck:1": syscall.ECONNREFUSED},
	}
	for _, c := range []struct {
		sources  []string
		out, err string
		exit     int
	}{
		{[]string{"docker.io/library/alpine:3"}, "removed alpine:3\n", "", contract.ExitOK},
		{[]string{"alpine:3"}, "", `: "alpine:3" (controller list shows the sources)`, contract.ExitFailed},
		{
			[]string{"r.io/x:1@sha256:"},
			"", `"r.io/x:1@sha256:" (controller list shows the sources)`,
			contract.ExitFailed,
		},
		{[]string{"r.io/stuck:1"}, "", "connection refused", contract.ExitTransient},
		{[]string{"r.io/stuck:1", "alpine:3"}, "", "connection refused", contract.ExitFailed},
		{[]string{"r.io/none:1", "r.io/last:1"}, "removed r.io/last:1\n", `"r.io/none:1"`, contract.ExitFailed},
		{[]string{"r.io/x:1"}, "removed r.io/x:1\n", "", contract.ExitOK},
	} {
		var out bytes.Buffer
		err := edit.Remove(t.Context(), &out, m, c.sources, now)
		if out.String() != c.out || program.ExitCode(err) != c.exit || err != nil &&
			!strings.Contains(err.Error(), c.err) {
			t.Errorf("%q: %q, %v", c.sources, out.String(), err)
		}
	}
	m.entries = map[string]string{"alpine:3": "r.io/a:1", "docker.io/library/alpine:3": "r.io/a:1"}
	if err := edit.Remove(t.Context(), io.Discard, m, []string{"library/alpine:3"}, now); err == nil ||
		!strings.Contains(err.Error(), "is the source of several entries") || len(m.entries) != 2 {
		t.Errorf("%v, %v", err, m.entries)
	}
}

func TestImport(t *testing.T) {
	there := map[string]string{
		"r.io/gone:1": "r.io/x:1", "r.io/kept:1": "r.io/k:1", "r.io/moved:1": "r.io/m:1", "zz": "",
	}
	file := []entry.Entry{
		entryTo("r.io/kept:1", "r.io/k:1"), entryTo("r.io/moved:1", "r.io/n:1"), entryTo("r.io/new:1", "r.io/w:1"),
	}
	const changes = "replace r.io/moved:1\n  + r.io/n:1\n  - r.io/m:1\ncreate r.io/new:1\n  + r.io/w:1\n"
	const pruned = "remove r.io/gone:1\n  - r.io/x:1\n" + changes
	left := map[string]string{
		"r.io/gone:1": "r.io/x:1", "r.io/kept:1": "r.io/k:1", "r.io/moved:1": "r.io/n:1",
		"r.io/new:1": "r.io/w:1", "zz": "",
	}
	for name, c := range map[string]struct {
		how   edit.Import
		fails map[string]error
		out   string
		exit  int
		want  map[string]string
	}{
		"adding": {out: changes + "2 of 2 changes written: create 1, replace 1, remove 0; 1 unchanged\n", want: left},
		"dry run": {
			how: edit.Import{DryRun: true},
			out: changes + "nothing written of 2 changes: create 1, replace 1, remove 0; 1 unchanged\n", want: there,
		},
		"pruning": {
			how: edit.Import{Prune: true},
			out: pruned + "3 of 3 changes written: create 1, replace 1, remove 1; 1 unchanged\n",
			want: map[string]string{
				"r.io/kept:1": "r.io/k:1", "r.io/moved:1": "r.io/n:1", "r.io/new:1": "r.io/w:1", "zz": "",
			},
		},
		"one that fails": {
			fails: map[string]error{"r.io/new:1": syscall.ECONNREFUSED}, exit: contract.ExitTransient,
			out: changes + "1 of 2 changes written: create 1, replace 1, remove 0; 1 unchanged\n",
			want: map[string]string{
				"r.io/gone:1": "r.io/x:1", "r.io/kept:1": "r.io/k:1", "r.io/moved:1": "r.io/n:1", "zz": "",
			},
		},
		"a table that can't be read": {
			fails: map[string]error{"": table.ErrNoTable}, exit: contract.ExitFailed, want: there,
		},
	} {
		m := &memory{entries: maps.Clone(there), fails: c.fails}
		var out, stderr bytes.Buffer
		err := c.how.Run(t.Context(), &out, &stderr, m, file, now)
		if program.ExitCode(err) != c.exit {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c.out, out.String()); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
		if diff := cmp.Diff(c.want, m.entries); diff != "" {
			t.Errorf("%s: the table (-want +got)\n%s", name, diff)
		}
		said := stderr.String() == "controller: left as it is: entry \"zz\": no Destination\n"
		if said != (c.out != "") {
			t.Errorf("%s: %q", name, stderr.String())
		}
	}
	m := &memory{entries: maps.Clone(there)}
	if err := (edit.Import{}).Run(t.Context(), full{}, io.Discard, m, file, now); !errors.Is(err, io.ErrShortWrite) ||
		!maps.Equal(m.entries, there) {
		t.Errorf("what nobody could see was written: %v, %v", err, m.entries)
	}
	clash := []entry.Entry{entryTo("r.io/new:1", "r.io/k:1")}
	if err := (edit.Import{}).Run(t.Context(), io.Discard, io.Discard, m, clash,
		now); program.ExitCode(err) != contract.ExitFailed || !maps.Equal(m.entries, there) {
		t.Errorf("in conflict: %v, %v", err, m.entries)
	}
}

// full is a disk without space.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

// choosing is a selection of all versions.
func choosing(source, destination string) entry.Entry {
	e := entryTo(source, destination)
	e.Tags = []entry.Rule{{Rule: selection.Rule{Version: "*"}}}
	return e
}

func artifactsOf(e entry.Entry, from string) entry.Entry {
	e.ArtifactsFrom = from
	return e
}

func ruled(e entry.Entry, from string) entry.Entry {
	e.Tags[0].Options.ArtifactsFrom = from
	return e
}

func TestWhatMayBeWritten(t *testing.T) {
	sources, err := allow.Parse("sources", []string{"r.io/**"})
	if err != nil {
		t.Fatal(err)
	}
	destinations, err := allow.Parse("destinations", []string{"r.io/**", "q.io/**"})
	if err != nil {
		t.Fatal(err)
	}
	lists := allow.Lists{Sources: sources, Destinations: destinations}
	expired := entryTo("r.io/a:1", "r.io/b:1")
	expired.Expires = now
	for name, c := range map[string]struct {
		entry          entry.Entry
		check, refused string // parts of the errors, "" for none
	}{
		"all well":           {entryTo("r.io/a:1", "q.io/b:1"), "", ""},
		"no image":           {entryTo("UPPER", "r.io/b:1"), `"UPPER"`, `source "UPPER"`},
		"two that are wrong": {entryTo("UPPER", "LOWER"), `; `, ``},
		"expired":            {expired, "expiry 2027-01-15T08:00:00Z has passed", ""},
		"not allowed":        {entryTo("q.io/a:1", "r.io/b:1"), "", `source "q.io/a:1"`},
		"a selection":        {choosing("r.io/a", "q.io/"), "", ""},
		"a selection that is not allowed": {
			choosing("q.io/a", "q.io/x/"), "",
			`source "q.io/a": not allowed: it is not among the allowed sources`,
		},
		"artifacts from elsewhere": {
			artifactsOf(entryTo("r.io/a:1", "q.io/b:1"), "s.io/a"), "", `artifactsFrom "s.io/a": not allowed: `,
		},
		"a rule's artifacts": {
			ruled(choosing("r.io/a", "q.io/"), "s.io/a"), "", `artifactsFrom "s.io/a": not allowed: `,
		},
		"a destination of a selection": {choosing("r.io/a", "s.io/x/"), "", `destination "s.io/x/": not allowed: `},
		"a namespace":                  {choosing("q.io/a/**", "s.io/x/"), "", ""},
	} {
		if err := edit.Check(c.entry, now); (err != nil) != (c.check != "") || err != nil &&
			!strings.Contains(err.Error(), c.check) {
			t.Errorf("%s: checked: %v", name, err)
		}
		err := edit.Refused(lists, c.entry)
		if c.refused != "" && (err == nil || !strings.Contains(err.Error(), c.refused) ||
			strings.Contains(err.Error(), "\n")) || c.check == "" && c.refused == "" && err != nil {
			t.Errorf("%s: refused: %v", name, err)
		}
	}
	set, err := entryfile.ReadFiles([]string{"-"}, strings.NewReader("entries:\n"+
		"- {source: r.io/a:1, destinations: r.io/b:1}\n"+
		"- {source: q.io/a:1, destinations: r.io/c:1}\n"+
		"- {source: q.io/c:1, destinations: r.io/d:1}\n"), now)
	if err != nil {
		t.Fatal(err)
	}
	if parts := program.Parts(edit.RefusedOf(lists, set)); len(parts) != 2 ||
		!strings.HasPrefix(parts[0].Error(), `standard input: line 3: entry "q.io/a:1": source "q.io/a:1": `) {
		t.Errorf("%q", parts)
	}
}
