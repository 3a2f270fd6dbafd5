package statusview

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ecrmirror/internal/conflict"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/inventory"
	"ecrmirror/internal/output"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
)

var (
	clock = time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)
	newer = digest.FromString("newer")
	older = digest.FromString("older")
)

// before is so long before the clock.
func before(d time.Duration) time.Time { return clock.Add(-d) }

// night is a table with entries in all states.
func night() []Entry {
	const ecr = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/"
	entries := []entry.Entry{
		{
			Source: "docker.io/library/alpine:3", Destinations: []string{
				ecr + "alpine:3", ecr + "team/alpine:3", "r.io/alpine:3", "r.io/new:3",
			},
			Options: entry.Options{Expires: clock.Add(5*24*time.Hour + time.Hour).Truncate(24 * time.Hour)},
			Status: entry.Status{
				Checked: before(2 * time.Minute), Source: newer,
				Destinations: map[string]entry.DestinationStatus{
					ecr + "alpine:3": {State: entry.Current, Digest: newer, Mirrored: before(3 * time.Hour)},
					ecr + "team/alpine:3": {
						State: entry.Submitted, Digest: older, Behind: before(90 * time.Second),
						Mirrored: before(50 * time.Hour), JobID: "job-1", Jobs: 1,
					},
					"r.io/alpine:3": {
						State: entry.Stale, Behind: before(26 * time.Hour),
						Error: "job job-0 has ended\twithout \x1b[31mmirroring it", JobID: "job-0", Jobs: 4,
					},
				},
			},
		},
		{
			Source: "ghcr.io/org/app:1", Destinations: []string{"r.io/app:1"},
			Status: entry.Status{
				Checked: before(30 * time.Second), State: entry.Failing, Error: "source image does not exist",
				Destinations: map[string]entry.DestinationStatus{
					"r.io/app:1": {State: entry.Failing, Behind: before(72 * time.Hour)},
				},
			},
		},
		{
			Source: "quay.io/org/new:1", Destinations: []string{"r.io/org/new:1"},
			Options: entry.Options{Expires: clock.Add(30 * 24 * time.Hour)},
		},
		{
			Source: "quay.io/org/wait:1", Destinations: []string{"r.io/wait:1"},
			Status: entry.Status{
				Checked: before(time.Hour), State: entry.Deferred, Source: older,
				Error:        "quay.io: no more requests for 5m0s",
				Destinations: map[string]entry.DestinationStatus{"r.io/wait:1": {State: entry.Deferred, Digest: older}},
			},
		},
	}
	var list []Entry
	for _, e := range entries {
		list = append(list, statusOf(e, nil, clock))
	}
	return append(list, Entry{Source: "zz", State: Invalid, Error: "no Destination", Destinations: []Destination{}})
}

func TestStatusAsText(t *testing.T) {
	for name, c := range map[string]struct {
		filter Filter
		want   string
	}{
		"everything": {
			Filter{},
			`STATE      BEHIND  MIRRORED  CHECKED  EXPIRES      SOURCE                      DESTINATION                                                 REASON
current    -       3h ago    2m ago   soon, in 4d  docker.io/library/alpine:3  111122223333.dkr.ecr.eu-west-1.amazonaws.com/alpine:3
submitted  1m      2d ago    2m ago   soon, in 4d  docker.io/library/alpine:3  111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/alpine:3
stale      26h     never     2m ago   soon, in 4d  docker.io/library/alpine:3  r.io/alpine:3                                               job job-0 has ended without ?[31mmirroring it
unchecked  -       never     2m ago   soon, in 4d  docker.io/library/alpine:3  r.io/new:3
failing    3d      never     30s ago  never        ghcr.io/org/app:1           r.io/app:1                                                  source image does not exist
unchecked  -       never     never    in 30d       quay.io/org/new:1           r.io/org/new:1
deferred   -       never     1h ago   never        quay.io/org/wait:1          r.io/wait:1                                                 quay.io: no more requests for 5m0s
invalid    -       -         -        -            zz                          -                                                           no Destination
entries: 5 (invalid 1, expiring soon 1)
destinations: 7 (current 1, deferred 1, submitted 1, stale 1, failing 1, unchecked 2)
furthest behind: ghcr.io/org/app:1 (3d)
`,
		},
		"what is wrong": {
			Filter{States: []entry.State{entry.Failing, entry.Stale}},
			`STATE    BEHIND  MIRRORED  CHECKED  EXPIRES      SOURCE                      DESTINATION    REASON
stale    26h     never     2m ago   soon, in 4d  docker.io/library/alpine:3  r.io/alpine:3  job job-0 has ended without ?[31mmirroring it
failing  3d      never     30s ago  never        ghcr.io/org/app:1           r.io/app:1     source image does not exist
entries: 2 (invalid 0, expiring soon 1)
destinations: 2 (stale 1, failing 1)
furthest behind: ghcr.io/org/app:1 (3d)
`,
		},
		"what is invalid": {
			Filter{States: []entry.State{Invalid}},
			`STATE    BEHIND  MIRRORED  CHECKED  EXPIRES  SOURCE  DESTINATION  REASON
invalid  -       -         -        -        zz      -            no Destination
entries: 1 (invalid 1, expiring soon 0)
destinations: 0
`,
		},
		"nothing": {
			Filter{Expiring: true, States: []entry.State{entry.Failing}}, "no entry matches, of 5 in the table\n",
		},
	} {
		var out bytes.Buffer
		all := night()
		if err := Write(&out, output.Palette{}, "mirror", c.filter.Apply(all), len(all), clock); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Split(c.want, "\n"), strings.Split(out.String(), "\n")); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
		if diff := cmp.Diff(night(), all); diff != "" {
			t.Errorf("%s: the filter has changed what it was given\n%s", name, diff)
		}
	}
}

func TestConflictsAndInvalidDestinationsAreShownWhetherOrNotACheckHasSeenThem(t *testing.T) {
	inv := inventory.Inventory{
		Entries: []entry.Entry{
			{Source: "r.io/a:1", Destinations: []string{"r.io/x:1", "UPPER"}},
			{Source: "r.io/b:1", Destinations: []string{"r.io/x:1", "r.io/y:1"}},
		},
		Invalid: []*entry.Error{{Source: "r.io/a:2", Err: errors.New("no Destination")}},
	}
	var got []string
	for _, e := range Of(inv, conflict.Among(inv.Entries), clock) {
		line := e.Source + " " + string(e.State)
		for _, d := range e.Destinations {
			line += " " + string(d.State)
			if (d.Error == "") != (d.State == Unchecked) {
				t.Errorf("%+v", d)
			}
		}
		got = append(got, line)
	}
	want := []string{"r.io/a:1 failing failing invalid", "r.io/a:2 invalid", "r.io/b:1 failing failing unchecked"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestAViewOfNothing(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, output.Palette{}, "mirror", nil, 0, clock); err != nil ||
		b.String() != "table mirror has no entries (controller put writes one)\n" {
		t.Errorf("%q, %v", b.String(), err)
	}
}

func TestEachStateHasAColor(t *testing.T) {
	for _, state := range States() {
		if Color(state) == output.Plain {
			t.Errorf("%s has none", state)
		}
	}
	if Color("r.io/app:1") != output.Plain {
		t.Error("a name has a color")
	}
}

// What others wrote into the table reaches no terminal raw, in any format.
func TestNothingReachesATerminalRaw(t *testing.T) {
	steers := func(r rune) bool { return !strconv.IsPrint(r) && r != '\n' }
	for _, raw := range []string{
		"r.io/a:1\x1b[2J\x1b]0;owned\x07", "r.io/a:1\rr.io/b:1", "r.io/a:1\nr.io/forged:1  r.io/x:1  current",
		"r.io/a:1\u009b2J",
		"r.io/a:1\u202egnp", "r.io/a:1\x7f\x00", "r.io/a:1\x9b2J", strings.Repeat("x", 1<<15) + "\x1b",
	} {
		list := []Entry{{
			Source: raw, State: Invalid, Error: raw, Destinations: []Destination{
				{Name: raw, State: entry.State(raw), Error: raw},
			},
		}}
		for name, write := range map[string]func(io.Writer) error{
			"text":    func(w io.Writer) error { return Write(w, output.Palette{}, "mirror", list, 1, clock) },
			"JSON":    func(w io.Writer) error { return output.JSONList(w, slices.Values(list)) },
			"summary": func(w io.Writer) error { return Summarize(list).Write(w, clock) },
		} {
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatal(err)
			}
			if strings.ContainsFunc(b.String(), steers) || strings.Contains(b.String(), "\nr.io/forged") ||
				b.Len() > 40_000 ||
				name != "JSON" && strings.Count(b.String(), "\n") > 8 {
				t.Errorf("%s: %d bytes: %.200q", name, b.Len(), b.String())
			}
		}
	}
}
