package dispatch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"strings"
	"syscall"
	"testing"
	"time"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/controller"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images"
	"ecrmirror/internal/printable"
	"ecrmirror/internal/program"
	"ecrmirror/internal/table"
	"ecrmirror/internal/trigger"
)

const host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"

func push(repository string) trigger.Event {
	home := imagename.ECRRegistry{Account: "123456789012", Region: "eu-west-1", Partition: "aws"}
	return trigger.Event{Kind: trigger.Push, Registry: home, Repository: repository, Tag: "1"}
}

// items are what a table yields for sources: an entry, or what is wrong with it.
type items map[string]error

func (i items) Named(_ context.Context, sources []string, _ time.Time) iter.Seq2[entry.Entry, error] {
	return func(yield func(entry.Entry, error) bool) {
		for _, source := range sources {
			if err, there := i[source]; there && !yield(entry.Entry{Source: source, Destinations: []string{"r.io/b:1"}},
				err) {
				return
			}
		}
	}
}

func (items) All(context.Context, time.Time) iter.Seq2[entry.Entry, error] {
	return func(func(entry.Entry, error) bool) {}
}

func (items) Get(context.Context, string, time.Time) (entry.Entry, error) {
	return entry.Entry{}, table.ErrNotFound
}

// wired returns a controller with registries that nothing here has asked for anything.
func wired(entries items) (*controller.Controller, func()) {
	registries := images.New(images.Options{})
	return &controller.Controller{Entries: entries, Digests: registries}, registries.Close
}

func TestWhatATriggerComesTo(t *testing.T) {
	bad := &entry.Error{Source: host + "/bad:1", Err: errors.New("no Destination")}
	table := items{
		host + "/expired:1":   fmt.Errorf("%w: it was long ago", table.ErrExpired),
		host + "/bad:1":       bad,
		host + "/throttled:1": syscall.ECONNRESET,
	}
	for name, c := range map[string]struct {
		event   trigger.Event
		open    error // of opening a controller
		summary string
		err     string
		exit    int
		idle    bool
		opened  int
		log     string
	}{
		"ignored": {
			event:   trigger.Event{Kind: trigger.Ignored, Reason: "the push has no tag"},
			summary: "nothing to do: the push has no tag", idle: true, log: "event ignored",
		},
		"no entry": {
			event: push("absent"), summary: "nothing to do: no entry for " + host + "/absent:1", idle: true,
			log: "no entry for the push",
		},
		"an entry that is over": {
			event: push("expired"), summary: "nothing to do: no entry for " + host + "/expired:1", idle: true,
			log: "it was long ago",
		},
		"a table that fails": {
			event: push("throttled"), err: "connection reset by peer", exit: contract.ExitTransient,
		},
		"no image": {event: push("UPPER"), err: "UPPER", exit: contract.ExitUsage},
		"an invalid entry": {
			event:   push("bad"),
			summary: "entries: 1 (current 0, failed 1); stale destinations: 0 (in flight 0); jobs submitted: 0",
			err:     "1 of 1 entries failed", exit: contract.ExitFailed, opened: 1, log: "entry failed",
		},
		"a sweep": {
			event:   trigger.Event{Kind: trigger.Schedule},
			summary: "entries: 0 (current 0, failed 0); stale destinations: 0 (in flight 0); jobs submitted: 0",
			opened:  1,
		},
		"registries out of reach": {
			event: push("bad"), open: errors.New("roles are wrong"), err: "roles are wrong", exit: contract.ExitUsage,
			opened: 1,
		},
		"the same, in a sweep": {
			event: trigger.Event{Kind: trigger.Schedule}, open: errors.New("roles are wrong"), err: "roles are wrong",
			exit: contract.ExitUsage, opened: 1,
		},
	} {
		var log, metrics bytes.Buffer
		opened := 0
		open := func(context.Context, *slog.Logger) (*controller.Controller, func(), error) {
			opened++
			ctl, closeAll := wired(table)
			return ctl, closeAll, c.open
		}
		d := &Dispatcher{Entries: table, Open: open, Limit: time.Minute, Table: "mirror", Metrics: &metrics}
		got := d.Dispatch(t.Context(), printable.TextLog(&log, slog.LevelDebug), c.event)
		if got.Summary != c.summary || got.Idle != c.idle || got.Partial || program.ExitCode(got.Err) != c.exit {
			t.Errorf("%s: %+v", name, got)
		}
		if (got.Err != nil) != (c.err != "") || got.Err != nil && !strings.Contains(got.Err.Error(), c.err) {
			t.Errorf("%s: %v", name, got.Err)
		}
		if opened != c.opened || !strings.Contains(log.String(), c.log) {
			t.Errorf("%s: %d controllers were opened; log:\n%s", name, opened, &log)
		}
		if swept := c.event.Kind == trigger.Schedule && c.err == ""; strings.Contains(metrics.String(),
			`"_aws"`) != swept {
			t.Errorf("%s: metrics %q", name, &metrics)
		}
		if c.exit == contract.ExitFailed && (len(got.Causes) != 1 || got.Causes[0].Error() != bad.Error()) {
			t.Errorf("%s: causes %q", name, got.Causes)
		}
	}
}

func TestAControllerIsOpenedAnewWhenItIsOld(t *testing.T) {
	table := items{host + "/bad:1": &entry.Error{Source: host + "/bad:1", Err: errors.New("no Destination")}}
	opened, closed := 0, 0
	d := &Dispatcher{Entries: table, Open: func(context.Context, *slog.Logger) (*controller.Controller, func(), error) {
		opened++
		ctl, closeAll := wired(table)
		return ctl, func() { closed++; closeAll() }, nil
	}}
	log := slog.New(slog.DiscardHandler)
	for _, want := range []struct{ opened, closed int }{{1, 0}, {1, 0}, {2, 1}} {
		if opened == 1 && want.opened == 2 {
			d.opened.since = d.opened.since.Add(-openFor)
		}
		if d.Dispatch(t.Context(), log, push("bad")); opened != want.opened || closed != want.closed {
			t.Errorf("%d were opened, %d closed, want %+v", opened, closed, want)
		}
	}
	if d.Dispatch(t.Context(), log, push("absent")); opened != 2 {
		t.Error("one was opened though there was nothing to do")
	}
}

func TestASweepEndsBeforeItsDeadline(t *testing.T) {
	if got := within(t.Context(), time.Hour); got != time.Hour {
		t.Errorf("%s without a deadline", got)
	}
	for left, want := range map[time.Duration]time.Duration{
		2 * time.Hour: time.Hour, 10 * time.Minute: 9 * time.Minute, time.Millisecond: leastLimit,
		-time.Hour: leastLimit,
	} {
		ctx, cancel := context.WithTimeout(t.Context(), left)
		defer cancel()
		if got := within(ctx, time.Hour); got > want || got < want-10*time.Second && want != leastLimit {
			t.Errorf("%s left: %s, want %s", left, got, want)
		}
	}
}

// A sweep whose metrics nobody gets has failed, and is worth no other try.
func TestMetricsThatCannotBePrintedAreAnError(t *testing.T) {
	d := &Dispatcher{
		Metrics: full{},
		Open: func(context.Context, *slog.Logger) (*controller.Controller, func(), error) {
			ctl, closeAll := wired(items{})
			return ctl, closeAll, nil
		},
	}
	got := d.Sweep(t.Context(), slog.New(slog.DiscardHandler))
	if got.Summary == "" || got.Partial || program.ExitCode(got.Err) != contract.ExitFailed ||
		!errors.Is(got.Err, errFull) {
		t.Errorf("%+v", got)
	}
}

var errFull = errors.New("no space left on device")

// full is a disk without space.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
