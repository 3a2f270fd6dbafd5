package controller_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/ledger"
)

const (
	ledgerSource      = "ghcr.io/org/app:1"
	ledgerDestination = "r.io/app:1"
)

// A job that fails for good is submitted again after an hour, two, four, ..., and at once when a digest changes or
// somebody says so. Its words are in the result.
func TestAJobThatFailsForGoodIsTriedLessAndLess(t *testing.T) {
	r := newRemembering(t)
	r.entries[ledgerSource], r.images[ledgerSource] = ledgerDestination, one
	const words = "the tag is immutable"
	submits := func(why string, want bool) {
		t.Helper()
		submitted, report := r.sweep()
		if (len(submitted) == 1) != want || len(submitted) > 1 {
			t.Fatalf("%s: %v, %s", why, submitted, report)
		}
		if want {
			r.end(ledger.Outcome{Error: words})
			return
		}
		d := r.status.results[ledgerSource].Destinations[0]
		if d.State != entry.Failing || !strings.Contains(d.Err.Error(), words) || report.Failed != 1 {
			t.Errorf("%s: %+v, %s", why, d, report)
		}
	}
	submits("the first", true)
	for n, hours := range []int{1, 2, 4, 8, 16, 24, 24} {
		for range 5 {
			submits(fmt.Sprint("too early, after ", n+1), false)
			r.now = r.now.Add(time.Minute)
		}
		r.now = r.now.Add(time.Duration(hours)*time.Hour - 5*time.Minute)
		submits(fmt.Sprint("the time is up after ", n+1), true)
	}
	submits("failed once more", false)
	r.retry = true
	submits("wanted at once", true)
	r.retry = false
	submits("counted", false)
	r.images[ledgerSource] = two
	submits("a new digest", true)
	submits("which fails, too", false)
	r.images[ledgerDestination] = one
	submits("the destination changed", true)
}

// A job that dies without a word counts like one that failed.
func TestAJobThatDiesWithoutAWord(t *testing.T) {
	r := newRemembering(t)
	r.entries[ledgerSource], r.images[ledgerSource] = ledgerDestination, one
	if submitted, _ := r.sweep(); len(submitted) != 1 {
		t.Fatal(submitted)
	}
	if submitted, report := r.sweep(); len(submitted) != 0 || report.InFlight != 1 {
		t.Fatalf("in flight: %v, %s", submitted, report)
	}
	r.jobs[0].ended = true
	for range 3 {
		submitted, report := r.sweep()
		d := r.status.results[ledgerSource].Destinations[0]
		if len(submitted) != 0 || report.Failed != 1 || !strings.Contains(d.Err.Error(), "OutOfMemoryError") {
			t.Fatalf("%v, %s, %+v", submitted, report, d)
		}
	}
	r.now = r.now.Add(time.Hour)
	if submitted, _ := r.sweep(); len(submitted) != 1 {
		t.Error(submitted)
	}
}

// A job that succeeds while its image is looked at has not died, though its outcome is not read: the next sweep sees
// what came of it.
func TestAJobThatHasJustSucceeded(t *testing.T) {
	r := newRemembering(t)
	r.entries[ledgerSource], r.images[ledgerSource] = ledgerDestination, one
	if submitted, _ := r.sweep(); len(submitted) != 1 {
		t.Fatal(submitted)
	}
	r.jobs[0].ended, r.jobs[0].succeeded = true, true
	submitted, report := r.sweep()
	if len(submitted) != 0 || report.Failed != 0 || report.InFlight != 1 {
		t.Errorf("%v, %s", submitted, report)
	}
	if submitted, report = r.sweep(); len(submitted) != 1 || report.Failed != 0 { // nothing came of it
		t.Errorf("%v, %s", submitted, report)
	}
}

// What has not changed is not written; what was copied is, once.
func TestNothingIsWrittenWhereNothingChanged(t *testing.T) {
	r := newRemembering(t)
	r.entries[ledgerSource], r.images[ledgerSource] = ledgerDestination, one
	for _, step := range []struct {
		what   string
		do     func()
		writes int64
	}{
		{"first sight: the source, the claim, its job", func() {}, 3},
		{"in flight", func() {}, 0},
		{"done: the outcome, and what was written", func() { r.end(ledger.Outcome{}) }, 2},
		{"unchanged", func() {}, 0},
		{"moved: the source, the claim, its job", func() { r.images[ledgerSource] = two }, 3},
		{"done", func() { r.end(ledger.Outcome{}) }, 2},
		{"unchanged", func() {}, 0},
	} {
		r.writes.Store(0)
		step.do()
		r.sweep()
		if got := r.writes.Load(); got != step.writes {
			t.Errorf("%s: %d writes, want %d", step.what, got, step.writes)
		}
	}
	d := r.record(ledgerDestination)
	want := ledger.Destination{
		Owner:  ledger.Owner{Source: ledgerSource, Since: r.now},
		Wanted: two, From: two, Wrote: two, Outcome: d.Outcome, Revision: d.Revision,
	}
	if d != want {
		t.Errorf("got  %+v\nwant %+v", d, want)
	}
}

// An image that is named by its digest is another one than its tag, which moves.
func TestADigestIsRememberedApartFromItsTag(t *testing.T) {
	r := newRemembering(t)
	pinned := ledgerSource + "@" + two.String()
	r.entries[ledgerSource], r.entries[pinned] = ledgerDestination, "r.io/pinned:1"
	r.images[ledgerSource], r.images["ghcr.io/org/app@"+two.String()] = one, two
	r.images[ledgerDestination], r.images["r.io/pinned:1"] = one, two
	r.sweep()
	r.writes.Store(0)
	if _, report := r.sweep(); r.writes.Load() != 0 || report.Failed != 0 {
		t.Errorf("an unchanged image: %d writes, %s", r.writes.Load(), report)
	}
}

// A record that a later version wrote, of the source or the destination, is left alone, and its image with it.
func TestALaterRecordHoldsItsImage(t *testing.T) {
	for _, key := range []string{"src#ghcr.io/org/app", "dst#r.io/app"} {
		r := newRemembering(t)
		r.entries[ledgerSource], r.images[ledgerSource] = ledgerDestination, one
		_, err := r.api.PutItem(t.Context(), &dynamodb.PutItemInput{
			TableName: aws.String("ledger"), Item: map[string]types.AttributeValue{
				"PK": &types.AttributeValueMemberS{Value: key}, "SK": &types.AttributeValueMemberS{Value: "1"},
				"v": &types.AttributeValueMemberN{Value: "2"},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		submitted, report := r.sweep()
		d := r.status.results[ledgerSource].Destinations[0]
		if len(submitted) != 0 || report.Failed != 1 || !errors.Is(d.Err, ledger.ErrLater) {
			t.Errorf("%s: %v, %s, %v", key, submitted, report, d.Err)
		}
		if key == "src#ghcr.io/org/app" && r.writes.Load() != 0 {
			t.Errorf("%d writes", r.writes.Load())
		}
	}
}

// A destination stays its owner's until that has it no more.
func TestADestinationHasOneOwner(t *testing.T) {
	const fork = "ghcr.io/fork/app:1"
	r := newRemembering(t)
	r.images[ledgerSource], r.images[fork] = one, two
	steps := []struct {
		what      string
		do        func()
		submitted []string
		failed    int
	}{
		{"two at once: neither", func() {
			r.entries[ledgerSource], r.entries[fork] = ledgerDestination, ledgerDestination
		}, nil, 2},
		{"one is gone", func() { delete(r.entries, fork) }, []string{ledgerSource + " -> " + ledgerDestination}, 0},
		{"it is back, and not the owner", func() {
			r.end(ledger.Outcome{})
			r.entries[fork] = "R.io:443/app:1"
		}, nil, 1},
		{
			"the owner's moves", func() { r.images[ledgerSource] = digestOf("three") },
			[]string{ledgerSource + " -> " + ledgerDestination},
			1,
		},
		{"the owner has it no more", func() {
			r.end(ledger.Outcome{})
			r.entries[ledgerSource] = "r.io/elsewhere:1"
		}, []string{fork + " -> R.io:443/app:1", ledgerSource + " -> r.io/elsewhere:1"}, 0},
		{"nor gets it back", func() {
			for _, j := range r.jobs {
				j.ended = true
			}
			r.images[r.name("R.io:443/app:1").String()], r.images[ledgerDestination] = two, two
			r.images["r.io/elsewhere:1"] = digestOf("three")
			r.entries[ledgerSource] = ledgerDestination
		}, nil, 1},
	}
	for _, step := range steps {
		step.do()
		submitted, report := r.sweep()
		if fmt.Sprint(sorted(submitted)) != fmt.Sprint(step.submitted) || report.Failed != step.failed {
			t.Errorf("%s: %q, %s %v", step.what, submitted, report, report.Errors)
		}
	}
	if got := r.record(ledgerDestination).Owner.Source; got != fork {
		t.Errorf("the owner is %s", got)
	}
}

// A hold keeps a destination as it is, and is no failure.
func TestAHoldKeepsADestination(t *testing.T) {
	r := newRemembering(t)
	r.entries[ledgerSource], r.images[ledgerSource] = ledgerDestination, one
	held := ledger.Destination{Hold: ledger.Hold{Because: "the new one crashes", Since: r.now}}
	k := ledger.KeyOf(r.name(ledgerDestination))
	if _, err := r.ledger.WriteDestination(t.Context(), k, ledger.Destination{}, held); err != nil {
		t.Fatal(err)
	}
	submitted, report := r.sweep()
	if len(submitted) != 0 || report.Failed != 0 || report.Deferred != 1 {
		t.Errorf("%v, %s", submitted, report)
	}
}

// A ledger that can't be read ends the sweep: without it jobs would be submitted twice.
func TestALedgerThatCannotBeRead(t *testing.T) {
	r := newRemembering(t)
	r.entries[ledgerSource], r.images[ledgerSource] = ledgerDestination, one
	c := r.controller()
	c.Ledger = ledgerOf(r, "another")
	if _, err := c.Sweep(t.Context()); err == nil || !strings.Contains(err.Error(), `"another"`) {
		t.Errorf("got %v", err)
	}
	if len(r.jobs) != 0 || len(r.submitted) != 0 {
		t.Error("a job was submitted")
	}
}
