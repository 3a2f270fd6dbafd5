package jobledger_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/jobledger"
	"ecrmirror/internal/ledger"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/request"
	"ecrmirror/internal/verify/verdict"
)

var (
	now = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	one = digest.FromString("one")
	job = jobledger.Job{ID: "j1", Attempt: 2, Log: "/aws/mirror:mirror/default/0123"}
)

func named(t *testing.T, image string) imagename.Name {
	t.Helper()
	n, err := imagename.ParseImage(image)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOutcomes(t *testing.T) {
	source, app := named(t, "ghcr.io/org/app:1"), named(t, "registry.example.com/app:1")
	destination := func(err error) error {
		return &mirror.Error{Side: mirror.Destination, Name: app, Op: "writing manifest", Err: err}
	}
	missing := &mirror.Error{Side: mirror.Source, Name: source, Op: "reading digest", Err: errors.New("404")}
	signal := errors.New("stopped by signal: terminated")
	for _, c := range []struct {
		what    string
		result  mirror.Result
		stopped error
		want    ledger.Outcome
	}{
		{"copied", mirror.Result{State: mirror.Copied, Digest: one, BytesSent: 7}, nil, ledger.Outcome{Digest: one, Bytes: 7}},
		{"in place", mirror.Result{State: mirror.Current, Digest: one}, nil, ledger.Outcome{Digest: one}},
		{"copied, then stopped", mirror.Result{State: mirror.Copied, Digest: one}, signal, ledger.Outcome{Digest: one}},
		{
			"immutable",
			mirror.Result{State: mirror.Failed, BytesSent: 7, Err: destination(errors.New("tag is immutable"))},
			nil,
			ledger.Outcome{Error: "writing manifest: tag is immutable", Bytes: 7},
		},
		{
			"throttled",
			mirror.Result{State: mirror.Failed, Transient: true, Err: destination(errors.New("slow down"))},
			nil,
			ledger.Outcome{Error: "writing manifest: slow down", Transient: true},
		},
		{
			"held",
			mirror.Result{State: mirror.Failed, Err: destination(&ledger.HeldError{Hold: ledger.Hold{
				Because: "it crashes", Since: now,
			}})},
			nil,
			ledger.Outcome{Error: "writing manifest: held since 2026-11-27T12:00:00Z: it crashes", Held: true},
		},
		{
			"no source",
			mirror.Result{State: mirror.Failed, Err: missing},
			nil,
			ledger.Outcome{Error: "source ghcr.io/org/app:1: reading digest: 404"},
		},
		{
			"stopped",
			mirror.Result{State: mirror.Failed, Err: destination(fmt.Errorf("part 1: %w", context.Canceled))},
			signal,
			ledger.Outcome{Error: "stopped by signal: terminated", Transient: true},
		},
		{
			"torn by the stop",
			mirror.Result{State: mirror.Failed, Err: destination(errors.New("connection closed"))},
			signal,
			ledger.Outcome{Error: "writing manifest: connection closed", Transient: true},
		},
		{
			"a stranger's words",
			mirror.Result{State: mirror.Failed, Err: errors.New("\x1b[2J\nno\u202e https://r/b?sig=x")},
			nil,
			ledger.Outcome{Error: "?[2J no? https://r/b?sig=x"},
		},
	} {
		c.result.Name = app
		c.want.Job, c.want.Attempt, c.want.Log, c.want.Time = "j1", 2, "/aws/mirror:mirror/default/0123", now
		c.want.From, c.want.Took = one, time.Minute
		report := &mirror.Report{
			Source: source, SourceDigest: one, Digest: "sha256:trimmed", Elapsed: time.Minute,
			Results: []mirror.Result{c.result},
		}
		want := []jobledger.Record{{Destination: app, Outcome: c.want}}
		if diff := cmp.Diff(want, jobledger.Outcomes(report, job, c.stopped, now)); diff != "" {
			t.Errorf("%s: -want +got\n%s", c.what, diff)
		}
	}
}

func TestAnErrorIsBounded(t *testing.T) {
	long := &mirror.Error{Side: mirror.Destination, Err: errors.New(strings.Repeat("ä ", 10_000)), Op: "writing"}
	report := &mirror.Report{Results: []mirror.Result{{State: mirror.Failed, Err: long}}}
	if got := jobledger.Outcomes(report, job, nil, now)[0].Outcome.Error; len(got) > 500 || len(got) < 400 {
		t.Errorf("%d bytes", len(got))
	}
}

// An outcome says who has signed what was copied, and has room for what others make long.
func TestOutcomesSayWhoHasSigned(t *testing.T) {
	report := &mirror.Report{
		Verified: []verdict.Proof{{Kind: "signature", Key: "sha256:k"}, {Kind: "bundle", Key: strings.Repeat("\x1b", 999)}},
		Results:  []mirror.Result{{State: mirror.Copied}, {State: mirror.Failed, Err: errors.New("no")}},
	}
	got := jobledger.Outcomes(report, job, nil, now)
	signed := got[0].Outcome.Verified
	if !strings.HasPrefix(signed, "signature by key sha256:k; bundle by key ??") || len(signed) > 300 {
		t.Errorf("%q", signed)
	}
	if failed := got[1].Outcome.Verified; failed != "" {
		t.Errorf("of what failed: %q", failed)
	}
}

// What became of artifacts alone is no word on what the destinations hold.
func TestOutcomesOfArtifacts(t *testing.T) {
	report := &mirror.Report{
		Kind: request.Artifacts, Results: []mirror.Result{{Name: named(t, "registry.example.com/app:1"), Digest: one}},
	}
	if got := jobledger.Outcomes(report, job, nil, now); len(got) > 0 {
		t.Errorf("%+v", got)
	}
}

// The ledger has images in registries alone.
func TestFilesHaveNoOutcome(t *testing.T) {
	report := &mirror.Report{Results: []mirror.Result{{Name: named(t, "oci:/a:1")}, {Name: named(t, "dir:/a")}}}
	if got := jobledger.Outcomes(report, job, nil, now); len(got) > 0 {
		t.Errorf("%+v", got)
	}
}

func TestJobOf(t *testing.T) {
	for _, c := range []struct {
		id, attempt string
		want        jobledger.Job
	}{
		{"j1", "3", jobledger.Job{ID: "j1", Attempt: 3}},
		{"j1", "", jobledger.Job{ID: "j1", Attempt: 1}},
		{"j1", "-4", jobledger.Job{ID: "j1", Attempt: 1}},
		{"", "", jobledger.Job{ID: "by-hand-20261127T120000.000Z", Attempt: 1}},
	} {
		if got := jobledger.JobOf(c.id, c.attempt, now); got != c.want {
			t.Errorf("%q, %q: %+v", c.id, c.attempt, got)
		}
	}
}
