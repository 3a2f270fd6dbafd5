package table_test

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/table"
)

var (
	one = digest.FromString("one")
	two = digest.FromString("two")
)

// at returns a time some minutes after now.
func at(minutes int) time.Time { return now.Add(time.Duration(minutes) * time.Minute).UTC() }

func TestAStatusThatOthersWroteIsNone(t *testing.T) { each(t, spoiledTexts) }

func spoiledTexts(t *testing.T, newTable world) {
	for _, text := range []string{"\x1b[2J", "\u202e", strings.Repeat("x", 501)} {
		members := item{}
		for _, name := range []string{"state", "error", "digest", "job", "behind", "mirrored", "source", "checked"} {
			members[name] = s(text)
		}
		status := item{"destinations": m(item{"r/a:1": m(members)})}
		maps.Copy(status, members)
		client := newTable(t, item{"Source": s("src"), "Destination": l(s("r/a:1")), "MirrorStatus": m(status)})
		e, err := table.New(client, "mirror").Get(t.Context(), "src", at(0))
		want := entry.Status{Destinations: map[string]entry.DestinationStatus{"r/a:1": {}}}
		if diff := cmp.Diff(want, e.Status); err != nil || diff != "" {
			t.Errorf("%q: %v (-want +got)\n%s", text, err, diff)
		}
	}
}

func TestStatusIsReadAsItWasWritten(t *testing.T) { each(t, statusRoundTrip) }

func statusRoundTrip(t *testing.T, newTable world) {
	client := newTable(t, item{
		"Source": s("src"), "Destination": l(s("r/a:1"), s("r/b:1"), s("r/c:1")), "Keeper": s("me"),
	})
	tb := table.New(client, "mirror")
	want := entry.Status{
		Checked: at(3).Add(123 * time.Millisecond), Source: one, State: entry.Deferred, Error: "why",
		Left: entry.Left{Digest: two, By: "trim/1 linux/amd64"},
		Destinations: map[string]entry.DestinationStatus{
			"r/a:1": {State: entry.Current, Digest: one, Mirrored: at(1)},
			"r/b:1": {
				State: entry.Submitted, Digest: two, Behind: at(2), Mirrored: at(1), Error: "e", JobID: "j", Jobs: 3,
			},
			"r/c:1": {State: entry.Stale},
		},
	}
	if err := tb.SetStatus(t.Context(), "src", want); err != nil {
		t.Fatal(err)
	}
	got, err := tb.Get(t.Context(), "src", now)
	if diff := cmp.Diff(want, got.Status); diff != "" || err != nil {
		t.Errorf("Get: %v (-want +got)\n%s", err, diff)
	}
	entries, errs := read(t, client)
	if len(entries) != 1 || errs != nil || cmp.Diff(want, entries[0].Status) != "" {
		t.Errorf("All: %v, %v", entries, errs)
	}
	if raw(t, client, "src")["Keeper"] == nil {
		t.Error("another attribute is gone")
	}
	// What is not among the entry's destinations any more is not told.
	if _, err := tb.Put(t.Context(), entry.Entry{Source: "src", Destinations: []string{"r.io/z:1", "r/b:1"}},
		now); err != nil {
		t.Fatal(err)
	}
	got, _ = tb.Get(t.Context(), "src", now)
	if len(got.Status.Destinations) != 1 || got.Status.Destinations["r/b:1"].JobID != "j" {
		t.Errorf("after Put: %+v", got.Status)
	}
}

func TestAStatusThatIsNoneIsNoStatus(t *testing.T) { each(t, spoiledStatus) }

func spoiledStatus(t *testing.T, newTable world) {
	for name, spoiled := range map[string]item{
		"text":        {"MirrorStatus": s("fine")},
		"empty":       {"MirrorStatus": m(item{})},
		"other types": {"MirrorStatus": m(item{"checked": n(5), "source": n(5), "destinations": s("x")})},
		"other types below": {
			"MirrorStatus": m(item{"checked": s("yesterday"), "destinations": m(item{"r/a:1": s("x")})}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			spoiled["Source"], spoiled["Destination"] = s("src"), s("r/a:1")
			tb := table.New(newTable(t, spoiled), "mirror")
			e, err := tb.Get(t.Context(), "src", now)
			if diff := cmp.Diff(entry.Status{}, e.Status); diff != "" || err != nil {
				t.Errorf("%v (-want +got)\n%s", err, diff)
			}
		})
	}
}

func TestSetStatusLeavesAloneWhatHasMovedOn(t *testing.T) { each(t, setStatusConditions) }

func setStatusConditions(t *testing.T, newTable world) {
	client := newTable(t, item{"Source": s("src"), "Destination": s("r/a:1")})
	tb := table.New(client, "mirror")
	if err := tb.SetStatus(t.Context(), "removed", entry.Status{Checked: at(0)}); !errors.Is(err, table.ErrGone) {
		t.Errorf("no such entry: %v", err)
	}
	if it := raw(t, client, "removed"); len(it) != 0 {
		t.Errorf("a removed entry is back: %v", it)
	}
	for _, c := range []struct {
		minute int
		source digest.Digest
		want   error
		left   digest.Digest
	}{
		{5, one, nil, one}, {4, two, table.ErrOutdated, one}, {5, two, nil, two}, {6, one, nil, one},
	} {
		err := tb.SetStatus(t.Context(), "src", entry.Status{Checked: at(c.minute), Source: c.source})
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("minute %d: %v, want %v", c.minute, err, c.want)
		}
		if e, _ := tb.Get(t.Context(), "src", now); e.Status.Source != c.left {
			t.Errorf("minute %d leaves %s, want %s", c.minute, e.Status.Source, c.left)
		}
	}
}

func TestAStatusThatIsNoneIsWrittenOver(t *testing.T) {
	// Not against localstack, whose engine refuses a path through what is no map.
	client := fill(t, local(t), []item{
		{"Source": s("text"), "Destination": s("r/a:1"), "MirrorStatus": s("fine")},
		{"Source": s("empty"), "Destination": s("r/a:1"), "MirrorStatus": m(item{})},
		{"Source": s("number"), "Destination": s("r/a:1"), "MirrorStatus": m(item{"checked": n(5)})},
	})
	tb := table.New(client, "mirror")
	for _, source := range []string{"text", "empty", "number"} {
		err := tb.SetStatus(t.Context(), source, entry.Status{Checked: at(0), Source: one})
		if e, _ := tb.Get(t.Context(), source, now); err != nil || e.Status.Source != one {
			t.Errorf("%s: %v, %v", source, e.Status, err)
		}
	}
}
