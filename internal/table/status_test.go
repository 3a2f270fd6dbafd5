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

// TestAfter follows one destination through its life, check by check.
func TestAfter(t *testing.T) {
	e := entry.Entry{Source: "src", Destinations: []string{"d"}}
	for _, step := range []struct {
		name   string
		source digest.Digest
		found  entry.Finding
		want   entry.DestinationStatus
	}{
		{"first check", one, entry.Finding{State: entry.Stale}, entry.DestinationStatus{State: entry.Stale, Behind: at(0)}},
		{
			"submitted", one,
			entry.Finding{State: entry.Submitted, JobID: "j1"},
			entry.DestinationStatus{State: entry.Submitted, Behind: at(0), JobID: "j1", Jobs: 1},
		},
		{
			"in flight", one,
			entry.Finding{State: entry.Submitted},
			entry.DestinationStatus{State: entry.Submitted, Behind: at(0), JobID: "j1", Jobs: 1},
		},
		{
			"the job has failed", one,
			entry.Finding{State: entry.Submitted, JobID: "j2"},
			entry.DestinationStatus{State: entry.Submitted, Behind: at(0), JobID: "j2", Jobs: 2, Error: "job j1 has ended without mirroring it"},
		},
		{
			"in flight again", one,
			entry.Finding{State: entry.Submitted},
			entry.DestinationStatus{State: entry.Submitted, Behind: at(0), JobID: "j2", Jobs: 2, Error: "job j1 has ended without mirroring it"},
		},
		{
			"caught up", one,
			entry.Finding{State: entry.Current, Digest: one},
			entry.DestinationStatus{State: entry.Current, Digest: one, Mirrored: at(5), JobID: "j2"},
		},
		{
			"still current", one,
			entry.Finding{State: entry.Current, Digest: one},
			entry.DestinationStatus{State: entry.Current, Digest: one, Mirrored: at(5), JobID: "j2"},
		},
		{
			"deferred", "",
			entry.Finding{State: entry.Deferred, Err: errors.New("later")},
			entry.DestinationStatus{State: entry.Deferred, Digest: one, Mirrored: at(5), JobID: "j2", Error: "later"},
		},
		{
			"the source has moved", two,
			entry.Finding{State: entry.Submitted, Digest: one, JobID: "j3"},
			entry.DestinationStatus{State: entry.Submitted, Digest: one, Behind: at(8), Mirrored: at(5), JobID: "j3", Jobs: 1},
		},
		{
			"unreadable", two,
			entry.Finding{State: entry.Failing, Err: errors.New("no access")},
			entry.DestinationStatus{State: entry.Failing, Digest: one, Behind: at(8), Mirrored: at(5), JobID: "j3", Jobs: 1, Error: "no access"},
		},
		{
			"moved while behind", one,
			entry.Finding{State: entry.Stale, Digest: two},
			entry.DestinationStatus{State: entry.Stale, Digest: two, Behind: at(8), Mirrored: at(5), JobID: "j3"},
		},
		{
			"caught up again", one,
			entry.Finding{State: entry.Current, Digest: one},
			entry.DestinationStatus{State: entry.Current, Digest: one, Mirrored: at(11), JobID: "j3"},
		},
		{
			"current, then failing", one,
			entry.Finding{State: entry.Failing, Err: errors.New("no access")},
			entry.DestinationStatus{State: entry.Failing, Digest: one, Behind: at(12), Mirrored: at(11), JobID: "j3", Error: "no access"},
		},
		{
			"no job could be submitted", one,
			entry.Finding{State: entry.Failing, Err: errors.New("submitting a job: queue not found")},
			entry.DestinationStatus{State: entry.Failing, Digest: one, Behind: at(12), Mirrored: at(11), JobID: "j3", Error: "submitting a job: queue not found"},
		},
		{
			"one could", one,
			entry.Finding{State: entry.Submitted, JobID: "j4"},
			entry.DestinationStatus{State: entry.Submitted, Behind: at(12), Mirrored: at(11), JobID: "j4", Jobs: 1},
		},
		{
			"deferred while in flight", "",
			entry.Finding{State: entry.Deferred, Err: errors.New("later")},
			entry.DestinationStatus{State: entry.Deferred, Behind: at(12), Mirrored: at(11), JobID: "j4", Jobs: 1, Error: "later"},
		},
		{
			"in flight after that", one,
			entry.Finding{State: entry.Submitted},
			entry.DestinationStatus{State: entry.Submitted, Behind: at(12), Mirrored: at(11), JobID: "j4", Jobs: 1},
		},
	} {
		minute := int(e.Status.Checked.Sub(now) / time.Minute)
		if e.Status.Checked.IsZero() {
			minute = -1
		}
		step.found.Name = "d"
		e.Status = e.After(entry.Check{Time: at(minute + 1), Source: step.source, Destinations: []entry.Finding{step.found}})
		if diff := cmp.Diff(step.want, e.Status.Destinations["d"]); diff != "" {
			t.Errorf("%s (-want +got)\n%s", step.name, diff)
		}
	}
}

func TestACheckThatFailsAsAWholeGoesForEveryDestination(t *testing.T) {
	e := entry.Entry{Source: "src", Destinations: []string{"a", "b"}}
	e.Status = e.After(entry.Check{Time: at(0), Source: one, Destinations: []entry.Finding{
		{Name: "a", State: entry.Current, Digest: one}, {Name: "gone", State: entry.Stale},
	}})
	if got := e.Status.Worst(); got != entry.Current || len(e.Status.Destinations) != 1 {
		t.Errorf("%s: %+v", got, e.Status)
	}
	e.Status = e.After(entry.Check{Time: at(1), State: entry.Failing, Err: errors.New("no such image\nat all")})
	want := entry.Status{Checked: at(1), Source: one, State: entry.Failing, Error: "no such image", Destinations: map[string]entry.DestinationStatus{
		"a": {State: entry.Failing, Digest: one, Behind: at(1)}, "b": {State: entry.Failing, Behind: at(1)},
	}}
	if diff := cmp.Diff(want, e.Status); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if e.Status.Worst() != entry.Failing || !e.Status.Behind().Equal(at(1)) || !e.Status.Mirrored().IsZero() {
		t.Errorf("worst %s, behind %s, mirrored %s", e.Status.Worst(), e.Status.Behind(), e.Status.Mirrored())
	}
	long := e.After(entry.Check{Time: at(2), State: entry.Failing, Err: errors.New(strings.Repeat("ä", 400))}).Error
	if len(long) > 300 || !strings.HasSuffix(long, "ä") {
		t.Errorf("%d bytes: %s", len(long), long)
	}
}

// What strangers say neither stands in a status raw or long, nor comes out of one that others have written.
func TestAStatusHoldsNothingRaw(t *testing.T) {
	const raw = "\x1b[2J\u202e\x9b"
	long := strings.Repeat("x", 2000)
	e := entry.Entry{Source: "src", Destinations: []string{"a", "b" + raw, long}}
	s := e.After(entry.Check{Time: at(0), Source: one, Destinations: []entry.Finding{
		{Name: "a", State: entry.Failing, Err: errors.New(raw)}, {Name: "b" + raw, State: entry.Failing}, {Name: long, State: entry.Failing},
	}})
	if len(s.Destinations) != 1 || s.Destinations["a"].Error != "?[2J??" {
		t.Errorf("%+v", s)
	}
	e.Status = s
	s = e.After(entry.Check{Time: at(1), Source: one, Destinations: []entry.Finding{{Name: "a", State: entry.Submitted, JobID: raw + long}}})
	if id := s.Destinations["a"].JobID; len(id) > 100 || !strings.HasPrefix(id, "?[2J??xx") {
		t.Errorf("%q", id)
	}
	e.Status = s
	if again := e.After(entry.Check{Time: at(2), Source: one, Destinations: []entry.Finding{{Name: "a", State: entry.Submitted, JobID: raw + long}}}); again.Destinations["a"].Error != "" {
		t.Errorf("the same job: %+v", again)
	}
}

func TestAStatusThatOthersWroteIsNone(t *testing.T) { each(t, spoiledTexts) }

func spoiledTexts(t *testing.T, newTable world) {
	for _, text := range []string{"\x1b[2J", "\u202e", strings.Repeat("x", 301)} {
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
	client := newTable(t, item{"Source": s("src"), "Destination": l(s("r/a:1"), s("r/b:1"), s("r/c:1")), "Keeper": s("me")})
	tb := table.New(client, "mirror")
	want := entry.Status{
		Checked: at(3).Add(123 * time.Millisecond), Source: one, State: entry.Deferred, Error: "why",
		Destinations: map[string]entry.DestinationStatus{
			"r/a:1": {State: entry.Current, Digest: one, Mirrored: at(1)},
			"r/b:1": {State: entry.Submitted, Digest: two, Behind: at(2), Mirrored: at(1), Error: "e", JobID: "j", Jobs: 3},
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
	if _, err := tb.Put(t.Context(), entry.Entry{Source: "src", Destinations: []string{"r.io/z:1", "r/b:1"}}, now); err != nil {
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
		"text":              {"MirrorStatus": s("fine")},
		"empty":             {"MirrorStatus": m(item{})},
		"other types":       {"MirrorStatus": m(item{"checked": n(5), "source": n(5), "destinations": s("x")})},
		"other types below": {"MirrorStatus": m(item{"checked": s("yesterday"), "destinations": m(item{"r/a:1": s("x")})})},
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
