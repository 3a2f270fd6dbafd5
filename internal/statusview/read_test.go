package statusview

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/table"
)

// items are what a table yields: entries, and what is wrong with others; and what asking for one by its key comes to.
type items struct {
	entries []entry.Entry
	invalid []*entry.Error
	fails   error // reading all
	get     error
}

func (i items) All(context.Context, time.Time) iter.Seq2[entry.Entry, error] {
	return func(yield func(entry.Entry, error) bool) {
		for _, e := range i.entries {
			if !yield(e, nil) {
				return
			}
		}
		for _, e := range i.invalid {
			if !yield(entry.Entry{}, e) {
				return
			}
		}
		if i.fails != nil {
			yield(entry.Entry{}, i.fails)
		}
	}
}

func (i items) Get(_ context.Context, source string, _ time.Time) (entry.Entry, error) {
	return entry.Entry{Source: source, Destinations: []string{"r.io/z:1"}}, i.get
}

func TestRead(t *testing.T) {
	entries := []entry.Entry{
		{Source: "docker.io/library/alpine:3", Destinations: []string{"r.io/x:1"}},
		{Source: "r.io/b:1", Destinations: []string{"r.io/x:1"}}, // in conflict with the first
		{Source: "r.io/c:1", Destinations: []string{"r.io/y:1"}},
	}
	invalid := []*entry.Error{{Source: "r.io/bad:1", Err: errors.New("no Destination")}}
	notFound := fmt.Errorf("%w: %q", table.ErrNotFound, "r.io/none:1")
	for name, c := range map[string]struct {
		table  items
		source string
		want   string // sources and states
		is     error
		text   string // part of the error
	}{
		"all": {
			table: items{entries: entries, invalid: invalid},
			want:  "docker.io/library/alpine:3 failing, r.io/b:1 failing, r.io/bad:1 invalid, r.io/c:1 unchecked",
		},
		"one": {
			table: items{entries: entries}, source: "r.io/c:1", want: "r.io/c:1 unchecked",
		},
		"one in conflict": {
			table: items{entries: entries}, source: "alpine:3", want: "docker.io/library/alpine:3 failing",
		},
		"an invalid one": {
			table: items{invalid: invalid}, source: "r.io/bad:1", is: invalid[0], text: "no Destination",
		},
		"none": {
			table: items{entries: entries, get: notFound}, source: "r.io/none:1", is: table.ErrNotFound,
			text: "(controller list shows the sources)",
		},
		"one that has expired": {
			table: items{get: table.ErrExpired}, source: "r.io/none:1", is: table.ErrExpired,
		},
		"one that appears meanwhile": {
			table: items{entries: entries}, source: "r.io/new:1", want: "r.io/new:1 unchecked",
		},
		"a table that can't be read": {table: items{entries: entries, fails: table.ErrNoTable}, is: table.ErrNoTable},
		"an empty table":             {want: ""},
	} {
		r := Reader{Table: c.table, Now: clock}
		read := r.All
		if c.source != "" {
			read = func(ctx context.Context) ([]Entry, error) { return r.One(ctx, c.source) }
		}
		all, err := read(t.Context())
		if !errors.Is(err, c.is) || err != nil && !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v", name, err)
		}
		var got []string
		for _, e := range all {
			got = append(got, e.Source+" "+string(e.State))
		}
		if diff := cmp.Diff(c.want, strings.Join(got, ", ")); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}
