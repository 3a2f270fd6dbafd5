package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/output"
	"ecrmirror/internal/table"
	"ecrmirror/localstack/server"
)

var (
	clock = time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)
	newer = digest.FromString("newer")
	older = digest.FromString("older")
)

// before is so long before the clock.
func before(d time.Duration) time.Time { return clock.Add(-d) }

// night is a table with entries in all states.
func night() []entryStatus {
	const ecr = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/"
	entries := []entry.Entry{
		{
			Source: "docker.io/library/alpine:3", Destinations: []string{ecr + "alpine:3", ecr + "team/alpine:3", "r.io/alpine:3", "r.io/new:3"},
			Expires: clock.Add(5*24*time.Hour + time.Hour).Truncate(24 * time.Hour),
			Status: entry.Status{Checked: before(2 * time.Minute), Source: newer, Destinations: map[string]entry.DestinationStatus{
				ecr + "alpine:3":      {State: entry.Current, Digest: newer, Mirrored: before(3 * time.Hour)},
				ecr + "team/alpine:3": {State: entry.Submitted, Digest: older, Behind: before(90 * time.Second), Mirrored: before(50 * time.Hour), JobID: "job-1", Jobs: 1},
				"r.io/alpine:3":       {State: entry.Stale, Behind: before(26 * time.Hour), Error: "job job-0 has ended\twithout \x1b[31mmirroring it", JobID: "job-0", Jobs: 4},
			}},
		},
		{
			Source: "ghcr.io/org/app:1", Destinations: []string{"r.io/app:1"},
			Status: entry.Status{
				Checked: before(30 * time.Second), State: entry.Failing, Error: "source image does not exist",
				Destinations: map[string]entry.DestinationStatus{"r.io/app:1": {State: entry.Failing, Behind: before(72 * time.Hour)}},
			},
		},
		{Source: "quay.io/org/new:1", Destinations: []string{"r.io/org/new:1"}, Expires: clock.Add(30 * 24 * time.Hour)},
		{
			Source: "quay.io/org/wait:1", Destinations: []string{"r.io/wait:1"},
			Status: entry.Status{
				Checked: before(time.Hour), State: entry.Deferred, Source: older, Error: "quay.io: no more requests for 5m0s",
				Destinations: map[string]entry.DestinationStatus{"r.io/wait:1": {State: entry.Deferred, Digest: older}},
			},
		},
	}
	var list []entryStatus
	for _, e := range entries {
		list = append(list, statusOf(e, nil, clock))
	}
	return append(list, entryStatus{Source: "zz", State: invalid, Error: "no Destination", Destinations: []destinationStatus{}})
}

func TestStatusAsText(t *testing.T) {
	for name, c := range map[string]struct {
		filter filter
		want   string
	}{
		"everything": {filter{}, `STATE      BEHIND  MIRRORED  CHECKED  EXPIRES      SOURCE                      DESTINATION                                                 REASON
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
`},
		"what is wrong": {filter{states: []entry.State{entry.Failing, entry.Stale}}, `STATE    BEHIND  MIRRORED  CHECKED  EXPIRES      SOURCE                      DESTINATION    REASON
stale    26h     never     2m ago   soon, in 4d  docker.io/library/alpine:3  r.io/alpine:3  job job-0 has ended without ?[31mmirroring it
failing  3d      never     30s ago  never        ghcr.io/org/app:1           r.io/app:1     source image does not exist
entries: 2 (invalid 0, expiring soon 1)
destinations: 2 (stale 1, failing 1)
furthest behind: ghcr.io/org/app:1 (3d)
`},
		"what is invalid": {filter{states: []entry.State{invalid}}, `STATE    BEHIND  MIRRORED  CHECKED  EXPIRES  SOURCE  DESTINATION  REASON
invalid  -       -         -        -        zz      -            no Destination
entries: 1 (invalid 1, expiring soon 0)
destinations: 0
`},
		"nothing": {filter{expiring: true, states: []entry.State{entry.Failing}}, "no entry matches, of 5 in the table\n"},
	} {
		var out bytes.Buffer
		all := night()
		if err := writeStatus(&out, output.Palette{}, "mirror", c.filter.apply(all), len(all), clock); err != nil {
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

// TestStatusAsJSON has the program read what the service writes.
func TestStatusAsJSON(t *testing.T) {
	aws, err := server.Start(t.Context(), server.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = aws.Close() }()
	tb := table.New(dynamodb.NewFromConfig(aws.Config()), "mirror")
	now := time.Now().UTC().Truncate(time.Second)
	e := entry.Entry{Source: "quay.io/org/app:1", Destinations: []string{"r.io/b:1", "r.io/a:1"}, Expires: now.Add(24 * time.Hour)}
	if _, err := tb.Put(t.Context(), e, now); err != nil {
		t.Fatal(err)
	}
	check := entry.Check{Time: now.Add(-time.Hour), Source: newer, Destinations: []entry.Finding{
		{Name: "r.io/b:1", State: entry.Current, Digest: newer},
		{Name: "r.io/a:1", State: entry.Submitted, Digest: older, JobID: "job-1"},
	}}
	if err := tb.SetStatus(t.Context(), e.Source, e.After(check)); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"status", "-o", "json"}, {"status", e.Source, "--output=json", "--state=current,submitted", "--expiring"}} {
		viewer, err := aws.EnvironmentOf("Viewer")
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), "controller", args...)
		cmd.Env = append(append(os.Environ(), viewer...), quickExit)
		out, err := cmd.Output()
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("%v: %v\n%s", args, err, exit.Stderr)
		}
		var got []entryStatus
		decoder := json.NewDecoder(bytes.NewReader(out))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&got); err != nil {
			t.Fatal(err)
		}
		for i := range got { // seconds may pass meanwhile
			got[i].BehindSeconds -= got[i].BehindSeconds % 60
			for j := range got[i].Destinations {
				got[i].Destinations[j].BehindSeconds -= got[i].Destinations[j].BehindSeconds % 60
			}
		}
		want := []entryStatus{{
			Source: e.Source, State: entry.Submitted, Digest: newer, Checked: &check.Time, Behind: &check.Time,
			BehindSeconds: 3600, Expires: &e.Expires, ExpiresSoon: true,
			Destinations: []destinationStatus{
				{Name: "r.io/b:1", State: entry.Current, Digest: newer},
				{Name: "r.io/a:1", State: entry.Submitted, Digest: older, Behind: &check.Time, BehindSeconds: 3600, Job: "job-1", Jobs: 1},
			},
		}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%v (-want +got)\n%s", args, diff)
		}
	}
}
