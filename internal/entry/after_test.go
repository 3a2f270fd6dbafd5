package entry_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/entry"
)

var (
	now = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	one = digest.FromString("one")
	two = digest.FromString("two")
)

// at returns a time some minutes after now.
func at(minutes int) time.Time { return now.Add(time.Duration(minutes) * time.Minute) }

// TestAfter follows one destination through its life, check by check.
func TestAfter(t *testing.T) {
	e := entry.Entry{Source: "src", Destinations: []string{"d"}}
	for _, step := range []struct {
		name   string
		source digest.Digest
		found  entry.DestinationResult
		want   entry.DestinationStatus
	}{
		{
			"first check", one,
			entry.DestinationResult{State: entry.Stale},
			entry.DestinationStatus{State: entry.Stale, Behind: at(0)},
		},
		{
			"submitted", one,
			entry.DestinationResult{State: entry.Submitted, JobID: "j1"},
			entry.DestinationStatus{State: entry.Submitted, Behind: at(0), JobID: "j1", Jobs: 1},
		},
		{
			"in flight", one,
			entry.DestinationResult{State: entry.Submitted},
			entry.DestinationStatus{State: entry.Submitted, Behind: at(0), JobID: "j1", Jobs: 1},
		},
		{
			"the job has failed", one,
			entry.DestinationResult{State: entry.Submitted, JobID: "j2"},
			entry.DestinationStatus{
				State: entry.Submitted, Behind: at(0), JobID: "j2", Jobs: 2,
				Error: "job j1 has ended without mirroring it",
			},
		},
		{
			"in flight again", one,
			entry.DestinationResult{State: entry.Submitted},
			entry.DestinationStatus{
				State: entry.Submitted, Behind: at(0), JobID: "j2", Jobs: 2,
				Error: "job j1 has ended without mirroring it",
			},
		},
		{
			"caught up", one,
			entry.DestinationResult{State: entry.Current, Digest: one},
			entry.DestinationStatus{State: entry.Current, Digest: one, Mirrored: at(5), JobID: "j2"},
		},
		{
			"still current", one,
			entry.DestinationResult{State: entry.Current, Digest: one},
			entry.DestinationStatus{State: entry.Current, Digest: one, Mirrored: at(5), JobID: "j2"},
		},
		{
			"deferred", "",
			entry.DestinationResult{State: entry.Deferred, Err: errors.New("later")},
			entry.DestinationStatus{State: entry.Deferred, Digest: one, Mirrored: at(5), JobID: "j2", Error: "later"},
		},
		{
			"the source has moved", two,
			entry.DestinationResult{State: entry.Submitted, Digest: one, JobID: "j3"},
			entry.DestinationStatus{
				State: entry.Submitted, Digest: one, Behind: at(8), Mirrored: at(5),
				JobID: "j3", Jobs: 1,
			},
		},
		{
			"unreadable", two,
			entry.DestinationResult{State: entry.Failing, Err: errors.New("no access")},
			entry.DestinationStatus{
				State: entry.Failing, Digest: one, Behind: at(8), Mirrored: at(5), JobID: "j3",
				Jobs: 1, Error: "no access",
			},
		},
		{
			"moved while behind", one,
			entry.DestinationResult{State: entry.Stale, Digest: two},
			entry.DestinationStatus{State: entry.Stale, Digest: two, Behind: at(8), Mirrored: at(5), JobID: "j3"},
		},
		{
			"caught up again", one,
			entry.DestinationResult{State: entry.Current, Digest: one},
			entry.DestinationStatus{State: entry.Current, Digest: one, Mirrored: at(11), JobID: "j3"},
		},
		{
			"current, then failing", one,
			entry.DestinationResult{State: entry.Failing, Err: errors.New("no access")},
			entry.DestinationStatus{
				State: entry.Failing, Digest: one, Behind: at(12), Mirrored: at(11), JobID: "j3",
				Error: "no access",
			},
		},
		{
			"no job could be submitted", one,
			entry.DestinationResult{State: entry.Failing, Err: errors.New("submitting a job: queue not found")},
			entry.DestinationStatus{
				State: entry.Failing, Digest: one, Behind: at(12), Mirrored: at(11), JobID: "j3",
				Error: "submitting a job: queue not found",
			},
		},
		{
			"one could", one,
			entry.DestinationResult{State: entry.Submitted, JobID: "j4"},
			entry.DestinationStatus{State: entry.Submitted, Behind: at(12), Mirrored: at(11), JobID: "j4", Jobs: 1},
		},
		{
			"deferred while in flight", "",
			entry.DestinationResult{State: entry.Deferred, Err: errors.New("later")},
			entry.DestinationStatus{
				State: entry.Deferred, Behind: at(12), Mirrored: at(11), JobID: "j4", Jobs: 1,
				Error: "later",
			},
		},
		{
			"in flight after that", one,
			entry.DestinationResult{State: entry.Submitted},
			entry.DestinationStatus{State: entry.Submitted, Behind: at(12), Mirrored: at(11), JobID: "j4", Jobs: 1},
		},
	} {
		minute := int(e.Status.Checked.Sub(now) / time.Minute)
		if e.Status.Checked.IsZero() {
			minute = -1
		}
		step.found.Name = "d"
		e.Status = e.After(entry.Result{
			Time: at(minute + 1), Digest: step.source, Destinations: []entry.DestinationResult{step.found},
		})
		if diff := cmp.Diff(step.want, e.Status.Destinations["d"]); diff != "" {
			t.Errorf("%s (-want +got)\n%s", step.name, diff)
		}
	}
}

func TestACheckThatFailsAsAWholeGoesForEveryDestination(t *testing.T) {
	e := entry.Entry{Source: "src", Destinations: []string{"a", "b"}}
	e.Status = e.After(entry.Result{Time: at(0), Digest: one, Destinations: []entry.DestinationResult{
		{Name: "a", State: entry.Current, Digest: one}, {Name: "gone", State: entry.Stale},
	}})
	if got := e.Status.Worst(); got != entry.Current || len(e.Status.Destinations) != 1 {
		t.Errorf("%s: %+v", got, e.Status)
	}
	e.Status = e.After(entry.Result{Time: at(1), Err: errors.New("no such image\nat all")})
	want := entry.Status{
		Checked: at(1), Source: one, State: entry.Failing, Error: "no such image",
		Destinations: map[string]entry.DestinationStatus{
			"a": {State: entry.Failing, Digest: one, Behind: at(1)}, "b": {State: entry.Failing, Behind: at(1)},
		},
	}
	if diff := cmp.Diff(want, e.Status); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if e.Status.Worst() != entry.Failing || !e.Status.Behind().Equal(at(1)) || !e.Status.Mirrored().IsZero() {
		t.Errorf("worst %s, behind %s, mirrored %s", e.Status.Worst(), e.Status.Behind(), e.Status.Mirrored())
	}
	long := e.After(entry.Result{Time: at(2), Err: errors.New(strings.Repeat("ä", 400))}).Error
	if len(long) > 500 || !strings.HasSuffix(long, "ä") {
		t.Errorf("%d bytes: %s", len(long), long)
	}
}

// What strangers say neither stands in a status raw or long, nor comes out of one that others have written.
func TestAStatusHoldsNothingRaw(t *testing.T) {
	const raw = "\x1b[2J\u202e\x9b"
	long := strings.Repeat("x", 2000)
	e := entry.Entry{Source: "src", Destinations: []string{"a", "b" + raw, long}}
	s := e.After(entry.Result{Time: at(0), Digest: one, Destinations: []entry.DestinationResult{
		{Name: "a", State: entry.Failing, Err: errors.New(raw)},
		{Name: "b" + raw, State: entry.Failing},
		{Name: long, State: entry.Failing},
	}})
	if len(s.Destinations) != 1 || s.Destinations["a"].Error != "?[2J??" {
		t.Errorf("%+v", s)
	}
	e.Status = s
	s = e.After(entry.Result{
		Time: at(1), Digest: one,
		Destinations: []entry.DestinationResult{{Name: "a", State: entry.Submitted, JobID: raw + long}},
	})
	if id := s.Destinations["a"].JobID; len(id) > 100 || !strings.HasPrefix(id, "?[2J??xx") {
		t.Errorf("%q", id)
	}
	e.Status = s
	if again := e.After(entry.Result{
		Time: at(2), Digest: one,
		Destinations: []entry.DestinationResult{
			{Name: "a", State: entry.Submitted, JobID: raw + long},
		},
	}); again.Destinations["a"].Error != "" {
		t.Errorf("the same job: %+v", again)
	}
}
