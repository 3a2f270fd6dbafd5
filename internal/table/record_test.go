package table_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/table"
)

// counting counts writes.
type counting struct {
	*dynamodb.Client
	writes atomic.Int64
}

func (c *counting) UpdateItem(
	ctx context.Context, in *dynamodb.UpdateItemInput, opts ...func(*dynamodb.Options),
) (*dynamodb.UpdateItemOutput, error) {
	c.writes.Add(1)
	return c.Client.UpdateItem(ctx, in, opts...)
}

// current is a check that finds everything current.
func current(e entry.Entry, at time.Time) entry.Result {
	c := entry.Result{Time: at, Digest: one}
	for _, name := range e.Destinations {
		c.Destinations = append(c.Destinations, entry.DestinationResult{Name: name, State: entry.Current, Digest: one})
	}
	return c
}

func TestOnlyWhatHasChangedOrIsOldIsWritten(t *testing.T) { each(t, recording) }

func recording(t *testing.T, newTable world) {
	const entries = 100
	var items []item
	for i := range entries {
		items = append(items, item{"Source": s(fmt.Sprintf("src:%d", i)), "Destination": s("r/a:1")})
	}
	api := &counting{Client: newTable(t, items...)}
	tb := table.New(api, "mirror")
	// sweep checks everything at a time, finding what check says.
	sweep := func(at time.Time, check func(entry.Entry, time.Time) entry.Result) table.Recorded {
		api.writes.Store(0)
		r := tb.Recorder()
		for e, err := range tb.All(t.Context(), now) {
			if err != nil {
				t.Fatal(err)
			}
			r.Record(t.Context(), e.Update(check(e, at)))
		}
		done := r.Close()
		if int(api.writes.Load()) != done.Written+done.Gone || done.Failed != 0 || done.Err != nil {
			t.Errorf("%d writes, %+v", api.writes.Load(), done)
		}
		return done
	}
	one7th := func(e entry.Entry, at time.Time) entry.Result {
		c := current(e, at)
		if e.Source == "src:7" {
			c.Destinations[0] = entry.DestinationResult{Name: "r/a:1", State: entry.Stale, Digest: two}
		}
		return c
	}
	for _, step := range []struct {
		after     time.Duration
		check     func(entry.Entry, time.Time) entry.Result
		low, high int // how many are written
	}{
		{0, current, entries, entries},
		{entry.RefreshAfter/2 - time.Second, current, 0, 0},
		{entry.RefreshAfter/2 - time.Second, one7th, 1, 1},
		{entry.RefreshAfter / 4 * 3, one7th, entries / 4, entries / 4 * 3},
		{entry.RefreshAfter, one7th, entries / 4, entries / 4 * 3},
		{2 * entry.RefreshAfter, one7th, entries, entries},
	} {
		done := sweep(now.Add(step.after), step.check)
		if done.Written < step.low || done.Written > step.high || done.Written+done.Unchanged != entries {
			t.Errorf("after %s: %+v, want %d to %d written", step.after, done, step.low, step.high)
		}
	}
	// A sweep that was overtaken by another changes nothing.
	if done := sweep(now, one7th); done.Written != 0 || done.Gone+done.Unchanged != entries {
		t.Errorf("overtaken: %+v", done)
	}
}

// What two sweeps, or a sweep and an event, find of an entry at the same time is in its status, whoever writes first.
func TestChecksAtTheSameTimeLoseNothingOfEachOther(t *testing.T) { each(t, overtaking) }

func overtaking(t *testing.T, newTable world) {
	submitted := func(job string) entry.DestinationResult {
		return entry.DestinationResult{Name: "r/a:1", State: entry.Submitted, Digest: two, JobID: job}
	}
	check := func(second int, f entry.DestinationResult) entry.Result {
		return entry.Result{
			Time: now.Add(time.Duration(second) * time.Second), Digest: one, Destinations: []entry.DestinationResult{f},
		}
	}
	at := func(second int) time.Time { return now.Add(time.Duration(second) * time.Second) }
	right := entry.DestinationResult{Name: "r/a:1", State: entry.Current, Digest: one}
	for _, c := range []struct {
		name  string
		first *entry.Result // written before either has read the entry
		then  []entry.Result
		want  entry.DestinationStatus
	}{
		{
			"the second finds done what the first has submitted", nil,
			[]entry.Result{check(1, submitted("a")), check(2, right)},
			entry.DestinationStatus{State: entry.Current, Digest: one, Mirrored: at(2), JobID: "a"},
		},
		{
			"both submit", nil,
			[]entry.Result{check(1, submitted("a")), check(2, submitted("b"))},
			entry.DestinationStatus{State: entry.Submitted, Digest: two, Behind: at(1), JobID: "b", Jobs: 2},
		},
		{
			"the later writes first", nil,
			[]entry.Result{check(2, right), check(1, submitted("a"))},
			entry.DestinationStatus{State: entry.Current, Digest: one},
		},
		{
			"it was checked before", new(check(0, submitted("a"))),
			[]entry.Result{check(2, right), check(3, submitted("b"))},
			entry.DestinationStatus{
				State: entry.Submitted, Digest: two, Behind: at(3), Mirrored: at(2),
				JobID: "b", Jobs: 1,
			},
		},
	} {
		tb := table.New(newTable(t, item{"Source": s("src"), "Destination": s("r/a:1")}), "mirror")
		read := func() entry.Entry {
			e, err := tb.Get(t.Context(), "src", now)
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
		record := func(e entry.Entry, check entry.Result) {
			r := tb.Recorder()
			r.Record(t.Context(), e.Update(check))
			if done := r.Close(); done.Failed > 0 {
				t.Errorf("%s: %v", c.name, done.Err)
			}
		}
		if c.first != nil {
			record(read(), *c.first)
		}
		e := read()
		for _, check := range c.then {
			record(e, check)
		}
		if diff := cmp.Diff(c.want, read().Status.Destinations["r/a:1"]); diff != "" {
			t.Errorf("%s (-want +got)\n%s", c.name, diff)
		}
	}
}

// A write whose answer is lost is made again by the SDK, and counts once.
func TestALostAnswerCountsOnce(t *testing.T) {
	api := &repeating{Client: newTable(t, item{"Source": s("src"), "Destination": s("r/a:1")})}
	tb := table.New(api, "mirror")
	r := tb.Recorder()
	e := entry.Entry{Source: "src", Destinations: []string{"r/a:1"}}
	r.Record(t.Context(), e.Update(entry.Result{Time: now, Digest: one, Destinations: []entry.DestinationResult{
		{Name: "r/a:1", State: entry.Submitted, JobID: "a"},
	}}))
	if done := r.Close(); done.Written != 1 {
		t.Errorf("%+v", done)
	}
	e, err := tb.Get(t.Context(), "src", now)
	if d := e.Status.Destinations["r/a:1"]; err != nil || d.Jobs != 1 || d.JobID != "a" {
		t.Errorf("%+v, %v", d, err)
	}
}

// repeating makes each write twice, as after a lost answer.
type repeating struct{ *dynamodb.Client }

func (c *repeating) UpdateItem(
	ctx context.Context, in *dynamodb.UpdateItemInput, opts ...func(*dynamodb.Options),
) (*dynamodb.UpdateItemOutput, error) {
	if _, err := c.Client.UpdateItem(ctx, in, opts...); err != nil {
		return nil, err
	}
	return c.Client.UpdateItem(ctx, in, opts...)
}

func TestASpoiledStatusIsReplaced(t *testing.T) {
	for _, spoiled := range []item{{"checked": s("yesterday")}, {"checked": n(7)}, {}} {
		tb := table.New(newTable(t, item{"Source": s("src"), "Destination": s("r/a:1"), "MirrorStatus": m(spoiled)}),
			"mirror")
		e, err := tb.Get(t.Context(), "src", now)
		if err != nil {
			t.Fatal(err)
		}
		r := tb.Recorder()
		r.Record(t.Context(), e.Update(current(e, now)))
		done := r.Close()
		if e, err = tb.Get(t.Context(), "src", now); err != nil || done.Failed > 0 || done.Written == 1 &&
			e.Status.Worst() != entry.Current {
			t.Errorf("%v: %+v, %+v, %v", spoiled, done, e.Status, err)
		}
	}
}

func TestARemovedEntryIsNotRecorded(t *testing.T) {
	tb := table.New(newTable(t), "mirror")
	r := tb.Recorder()
	e := entry.Entry{Source: "src", Destinations: []string{"r/a:1"}}
	r.Record(t.Context(), e.Update(current(e, now)))
	if done := r.Close(); done.Gone != 1 || done.Written+done.Failed+done.Unchanged != 0 || done.Err != nil {
		t.Errorf("%+v", done)
	}
}

func TestOneRefusalForAllEndsRecording(t *testing.T) {
	for code, most := range map[string]int64{
		"AccessDeniedException":                    64,
		"ItemCollectionSizeLimitExceededException": 500,
	} {
		t.Run(code, func(t *testing.T) {
			var calls atomic.Int64
			client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				calls.Add(1)
				w.WriteHeader(http.StatusBadRequest)
				_, _ = io.WriteString(w, `{"__type":"com.amazonaws.dynamodb#`+code+`","message":"no"}`)
			})
			r := table.New(client, "mirror").Recorder()
			for i := range 500 {
				e := entry.Entry{Source: fmt.Sprint("src:", i), Destinations: []string{"r/a:1"}}
				r.Record(t.Context(), e.Update(current(e, now)))
			}
			done := r.Close()
			if done.Failed != 500 || done.Err == nil || calls.Load() > most || most == 500 && calls.Load() != most {
				t.Errorf("%d calls, %+v", calls.Load(), done)
			}
		})
	}
}

func TestRecordingEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	release := make(chan struct{})
	client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		<-release
		_, _ = io.WriteString(w, `{}`)
	})
	r := table.New(client, "mirror").Recorder()
	cause := errors.New("enough")
	for i := range 80 { // more than are written at a time
		if i == 64 {
			cancel(cause)
		}
		e := entry.Entry{Source: fmt.Sprint("src:", i), Destinations: []string{"r/a:1"}}
		r.Record(ctx, e.Update(current(e, now)))
	}
	close(release)
	if done := r.Close(); done.Written+done.Failed != 80 || done.Failed < 16 || done.Err == nil {
		t.Errorf("%+v", done)
	}
}
