package controller_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/controller"
	"ecrmirror/internal/imagename"
)

// Hosts that answer just before they would be given up keep nobody else's entries from being looked at, wherever those
// are in the table, and themselves get what time there is.
func TestSlowHostsHoldUpNoEntryOfAnyWave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const slow, quick = 400, 300
		w := newSlowWorld(1)
		w.text = strings.Repeat("x", 64<<10) // so that some 100 entries make a wave
		for _, host := range []string{"a.io", "c.io", "e.io"} {
			w.add(host, slow, 14*time.Second)
		}
		for _, host := range []string{"b.io", "d.io", "f.io"} { // between them
			w.add(host, quick, 0)
		}
		began := time.Now()
		report := w.sweep(t)
		for source := range w.entries {
			if looked := w.looked[source].Sub(began); strings.Contains("b.io d.io f.io", source[:4]) &&
				(looked < 0 || looked > 10*time.Minute) {
				t.Fatalf("%s is looked at after %v", source, looked)
			}
		}
		const of = 3*slow + 3*quick
		if report.Entries != of || report.Unreached == 0 || report.Current+report.Unreached != of || report.Unread {
			t.Errorf("%v", report)
		}
		// A host's time is what is left: it answers for an image in 14 s.
		for host, asked := range w.asked {
			if w.takes[host] > 0 && asked < int(controller.DefaultLimit/(14*time.Second))*3/4 {
				t.Errorf("%s was asked for %d images", host, asked)
			}
		}
	})
}

// A check is as old as the first of its answers. What is found out later, by an event while a sweep waits for the
// others, is written over it, and not the other way round.
func TestACheckIsAsOldAsItsFirstAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSlowWorld(1)
		w.add("m.io", 3, 10*time.Second)
		began := time.Now()
		w.sweep(t)
		for source, e := range w.entries {
			if asked := e.Status.Checked.Sub(began); asked != 0 { // the destination's, which is at a quick host
				t.Errorf("%s is said to be checked after %v", source, asked)
			}
			if took := w.looked[source].Sub(began); took < 10*time.Second {
				t.Errorf("%s was looked at after %v", source, took)
			}
		}
	})
}

// What a sweep does not reach is first in the next: a host that answers for a part of its entries in a sweep has
// answered for all after as many sweeps as there are parts, and again and again. One status is written for that.
func TestWhatASweepDoesNotReachIsFirstInTheNext(t *testing.T) {
	const each = 54 // images that a host answers for in a sweep, one a minute
	for _, c := range []struct {
		name          string
		slow, quick   int
		every         time.Duration
		sweeps, parts int
	}{
		{"a table of one wave", 240, 20, time.Hour, 11, 5},
		{"a table of several waves", 240, 200, time.Hour, 11, 5},
		{"a host that is nearly done", 70, 20, time.Hour, 7, 2},
		{"twice as much as it can answer for", 2 * each, 20, time.Hour, 9, 3},
		{"more than it can answer for before statuses are written again", 12 * each, 10, time.Hour, 17, 13},
		{"once a day", 240, 20, 24 * time.Hour, 11, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newSlowWorld(1)
				w.add("m.io", c.slow, time.Minute)
				w.add("q.io", c.quick, 0)
				if c.slow+c.quick > 400 {
					w.text = strings.Repeat("x", 64<<10)
				}
				began := time.Now()
				for n := range c.sweeps {
					w.marks = 0
					report := w.sweep(t)
					if report.Unreached == 0 || w.marks > 1 {
						t.Errorf("sweep %d: %v, %d statuses that were not due", n, report, w.marks)
					}
					time.Sleep(time.Until(began.Add(time.Duration(n+1) * c.every)))
					for source := range w.entries {
						since := w.looked[source] // the zero time is long ago
						if n < c.parts {
							continue
						}
						if sweeps := int(time.Since(since)/c.every) + 1; sweeps > c.parts {
							t.Fatalf("sweep %d: %s was not looked at in the last %d", n, source, sweeps)
						}
					}
				}
			})
		})
	}
}

// An image at two hosts that are slow is looked at as soon as both have answered, be it in different turns.
func TestEntriesOfSeveralSlowHostsAreReached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSlowWorld(1)
		w.add("m.io", 70, time.Minute)
		w.add("n.io", 70, time.Minute)
		for source, e := range w.entries { // from one to the other
			e.Destinations = []string{strings.NewReplacer("m.io/", "n.io/to-", "n.io/", "m.io/to-").Replace(source)}
			w.entries[source] = e
		}
		began := time.Now()
		for n := range 20 {
			w.sweep(t)
			time.Sleep(time.Until(began.Add(time.Duration(n+1) * time.Hour)))
		}
		// 280 images at two hosts that answer for 54 each in a sweep take three sweeps.
		for source := range w.entries {
			if since := time.Since(w.looked[source]); since > 6*time.Hour {
				t.Fatalf("%s was not looked at for %v", source, since)
			}
		}
	})
}

// Jobs come and go while a sweep waits for slow registries: what is in flight is asked again.
func TestJobsInFlightAreListedAgainAfterAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSlowWorld(1)
		w.add("m.io", 1, 4*time.Minute)
		w.add("n.io", 1, 8*time.Minute)
		w.add("q.io", 2, 0)
		submits := &world{}
		c := &controller.Controller{Entries: w, Digests: stale{w}, Jobs: submits, Limit: 3 * time.Hour}
		report, err := c.Sweep(t.Context())
		if err != nil || report.Submitted != 4 || submits.listed != 2 {
			t.Errorf("%v, %v: listed %d times", report, err, submits.listed)
		}
	})
}

// stale is a world in which nothing has been mirrored.
type stale struct{ *slowWorld }

func (s stale) LookUp(
	ctx context.Context, names []imagename.Name, ask func(int) bool, found func(int, digest.Digest, int64, error),
) {
	s.slowWorld.LookUp(ctx, names, ask, func(i int, d digest.Digest, size int64, err error) {
		if names[i].Host == "to.io" {
			d = ""
		}
		found(i, d, size, err)
	})
}

// What a quick registry has answered for is asked again where the other answers take long: both are to be of about the
// same time.
func TestAnswersOfQuickRegistriesDoNotGetOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSlowWorld(1)
		w.add("m.io", 100, 14*time.Second)
		began := time.Now()
		w.sweep(t)
		for source, e := range w.entries {
			looked := w.looked[source]
			if looked.Before(began) || looked.Sub(e.Status.Checked) > 12*time.Minute { // 5 and a turn
				t.Errorf("%s was looked at after %v, by answers of %v before", source, looked.Sub(began),
					looked.Sub(e.Status.Checked))
			}
		}
	})
}

// A sweep whose time is up before the table is read says so; nothing of what it has not read is counted.
func TestATableThatIsNotReadInTimeIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSlowWorld(1)
		w.add("q.io", 10, 0)
		w.page = 20 * time.Minute
		report := w.sweep(t)
		if !report.Unread || report.Entries != 2 || report.Unreached != 2 || !strings.HasSuffix(report.String(),
			"; the table was not read to its end") {
			t.Errorf("%v", report)
		}
	})
}

// Registries that take their time are answered to in short sweeps, too, such as those of a Lambda function.
func TestAShortSweepGetsAnswersOfSlowHosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSlowWorld(32)
		w.add("m.io", 100, 25*time.Second)
		w.add("q.io", 100, 0)
		c := &controller.Controller{
			Entries: w, Digests: w, Status: func() controller.Recorder { return w }, Limit: time.Minute,
		}
		began := time.Now()
		report, err := c.Sweep(t.Context())
		if err != nil || report.Current < 100+32 || time.Since(began) > time.Minute {
			t.Errorf("%v, %v after %v", report, err, time.Since(began))
		}
	})
}

// What is told of entries that are not reached is told of the host that was slow, be it the source's or a
// destination's.
func TestTheSlowHostIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSlowWorld(1)
		w.add("q.io", 400, 0)
		w.takes["slow.io"], w.text = time.Minute, strings.Repeat("x", 64<<10) // several waves
		for source, e := range w.entries {
			e.Destinations = []string{strings.Replace(source, "q.io", "slow.io", 1)}
			w.entries[source] = e
		}
		var log strings.Builder
		c := &controller.Controller{Entries: w, Digests: w, Log: slog.New(slog.NewTextHandler(&log, nil))}
		report, err := c.Sweep(t.Context())
		want := fmt.Sprintf(`entries=%d reason="not looked at: slow.io answered for %d images in the 55m0s of this `+
			`sweep; first in the next"`, report.Unreached, report.Current)
		if err != nil || report.Unreached == 0 || strings.Count(log.String(), "level=WARN") != 1 ||
			!strings.Contains(log.String(), want) {
			t.Errorf("%v, %v; the log has no %s:\n%s", report, err, want, &log)
		}
	})
}
