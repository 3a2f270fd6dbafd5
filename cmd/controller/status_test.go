package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/statusview"
	"ecrmirror/internal/table"
	"ecrmirror/localstack/server"
	"ecrmirror/testkit/servertest"
)

// TestStatusAsJSON has the program read what the service writes.
func TestStatusAsJSON(t *testing.T) {
	aws := servertest.Start(t, server.Options{})
	tb := table.New(dynamodb.NewFromConfig(aws.Config()), "mirror")
	now := time.Now().UTC().Truncate(time.Second)
	e := entry.Entry{
		Source: "quay.io/org/app:1", Destinations: []string{"r.io/b:1", "r.io/a:1"},
		Options: entry.Options{Expires: now.Add(24 * time.Hour)},
	}
	if _, err := tb.Put(t.Context(), e, now); err != nil {
		t.Fatal(err)
	}
	check := entry.Result{
		Time: now.Add(-time.Hour), Digest: digest.FromString("newer"),
		Destinations: []entry.DestinationResult{
			{Name: "r.io/b:1", State: entry.Current, Digest: digest.FromString("newer")},
			{Name: "r.io/a:1", State: entry.Submitted, Digest: digest.FromString("older"), JobID: "job-1"},
		},
	}
	if err := tb.SetStatus(t.Context(), e.Source, e.After(check)); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"status", "-o", "json"},
		{"status", e.Source, "--output=json", "--state=current,submitted", "--expiring"},
	} {
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
		var got []statusview.Entry
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
		want := []statusview.Entry{{
			Source: e.Source, State: entry.Submitted, Digest: digest.FromString("newer"), Checked: &check.Time,
			Behind:        &check.Time,
			BehindSeconds: 3600, Expires: &e.Expires, ExpiresSoon: true,
			Destinations: []statusview.Destination{
				{Name: "r.io/b:1", State: entry.Current, Digest: digest.FromString("newer")},
				{
					Name: "r.io/a:1", State: entry.Submitted, Digest: digest.FromString("older"), Behind: &check.Time,
					BehindSeconds: 3600, Job: "job-1", Jobs: 1,
				},
			},
		}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%v (-want +got)\n%s", args, diff)
		}
	}
}
