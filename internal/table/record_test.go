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

	"ecrmirror/internal/table"
)

// counting counts writes.
type counting struct {
	*dynamodb.Client
	writes atomic.Int64
}

func (c *counting) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	c.writes.Add(1)
	return c.Client.UpdateItem(ctx, in, opts...)
}

// current is a check that finds everything current.
func current(e table.Entry, at time.Time) table.Check {
	c := table.Check{Time: at, Source: one}
	for _, name := range e.Destinations {
		c.Destinations = append(c.Destinations, table.Finding{Name: name, State: table.Current, Digest: one})
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
	sweep := func(at time.Time, check func(table.Entry, time.Time) table.Check) table.Recorded {
		api.writes.Store(0)
		r := tb.Recorder()
		for e, err := range tb.All(t.Context(), now) {
			if err != nil {
				t.Fatal(err)
			}
			r.Record(t.Context(), e, check(e, at))
		}
		done := r.Close()
		if int(api.writes.Load()) != done.Written+done.Gone || done.Failed != 0 || done.Err != nil {
			t.Errorf("%d writes, %+v", api.writes.Load(), done)
		}
		return done
	}
	one7th := func(e table.Entry, at time.Time) table.Check {
		c := current(e, at)
		if e.Source == "src:7" {
			c.Destinations[0] = table.Finding{Name: "r/a:1", State: table.Stale, Digest: two}
		}
		return c
	}
	for _, step := range []struct {
		after     time.Duration
		check     func(table.Entry, time.Time) table.Check
		low, high int // how many are written
	}{
		{0, current, entries, entries},
		{table.RefreshAfter/2 - time.Second, current, 0, 0},
		{table.RefreshAfter/2 - time.Second, one7th, 1, 1},
		{table.RefreshAfter / 4 * 3, one7th, entries / 4, entries / 4 * 3},
		{table.RefreshAfter, one7th, entries / 4, entries / 4 * 3},
		{2 * table.RefreshAfter, one7th, entries, entries},
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

func TestARemovedEntryIsNotRecorded(t *testing.T) {
	tb := table.New(newTable(t), "mirror")
	r := tb.Recorder()
	e := table.Entry{Source: "src", Destinations: []string{"r/a:1"}}
	r.Record(t.Context(), e, current(e, now))
	if done := r.Close(); done.Gone != 1 || done.Written+done.Failed+done.Unchanged != 0 || done.Err != nil {
		t.Errorf("%+v", done)
	}
}

func TestOneRefusalForAllEndsRecording(t *testing.T) {
	for code, most := range map[string]int64{"AccessDeniedException": 64, "ItemCollectionSizeLimitExceededException": 500} {
		t.Run(code, func(t *testing.T) {
			var calls atomic.Int64
			client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				calls.Add(1)
				w.WriteHeader(http.StatusBadRequest)
				_, _ = io.WriteString(w, `{"__type":"com.amazonaws.dynamodb#`+code+`","message":"no"}`)
			})
			r := table.New(client, "mirror").Recorder()
			for i := range 500 {
				e := table.Entry{Source: fmt.Sprint("src:", i), Destinations: []string{"r/a:1"}}
				r.Record(t.Context(), e, current(e, now))
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
		e := table.Entry{Source: fmt.Sprint("src:", i), Destinations: []string{"r/a:1"}}
		r.Record(ctx, e, current(e, now))
	}
	close(release)
	if done := r.Close(); done.Written+done.Failed != 80 || done.Failed < 16 || done.Err == nil {
		t.Errorf("%+v", done)
	}
}
