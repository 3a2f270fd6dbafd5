package ledger_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/ledger"
)

const app, fork, other = "ghcr.io/org/app:1", "ghcr.io/fork/app:1", "ghcr.io/other/app:1"

// check is of a destination that lacks digest one of its source app.
func check(change ...func(*ledger.Check)) ledger.Check {
	c := ledger.Check{Source: app, From: one, Wanted: one, Now: now}
	for _, f := range change {
		f(&c)
	}
	return c
}

func TestWhoOwnsADestination(t *testing.T) {
	before := now.Add(-time.Hour)
	mine, theirs := ledger.Owner{Source: app, Since: before}, ledger.Owner{Source: fork, Since: before}
	var owned *ledger.OwnedError
	for _, c := range []struct {
		what   string
		owner  ledger.Owner
		rivals []string
		unsure bool
		want   ledger.Owner
		err    any
	}{
		{"nobody has it", ledger.Owner{}, nil, false, ledger.Owner{Source: app, Since: now}, nil},
		{"it is its own", mine, nil, false, mine, nil},
		{"it is its own, and another wants it", mine, []string{fork}, false, mine, nil},
		{"another's, whose entry is there", theirs, []string{other, fork}, false, theirs, &owned},
		{"another's, whose entry is gone", theirs, nil, false, ledger.Owner{Source: app, Since: now}, nil},
		{"several want it, and nobody has it", ledger.Owner{}, []string{fork}, false, ledger.Owner{}, ledger.ErrContested},
		{"several want what a third had", theirs, []string{other}, false, theirs, ledger.ErrContested},
		{"who else wants it is not known", theirs, nil, true, theirs, nil},
	} {
		d, err := ledger.Destination{Owner: c.owner}.After(check(func(k *ledger.Check) {
			k.Contested, k.Unsure = len(c.rivals) > 0, c.unsure
			if slices.Contains(c.rivals, c.owner.Source) {
				k.Rival = c.owner.Source
			}
		}))
		if d.Owner != c.want || !as(err, c.err) {
			t.Errorf("%s: %+v, %v", c.what, d.Owner, err)
		}
	}
}

// as reports whether err is the wanted error, or of the wanted type; nil = there is none.
func as(err error, want any) bool {
	switch want := want.(type) {
	case nil:
		return err == nil
	case error:
		return errors.Is(err, want)
	}
	return errors.As(err, want)
}

func TestAHoldAndALaterRecord(t *testing.T) {
	held := ledger.Destination{Hold: ledger.Hold{Because: "the new one crashes", Since: now}}
	d, err := held.After(check())
	var hold *ledger.HeldError
	if !errors.As(err, &hold) || d.Hold != held.Hold || d.Wanted != one {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := held.After(check(func(c *ledger.Check) { c.Has = one })); err != nil {
		t.Errorf("it has what it should have: %v", err)
	}
	d, err = held.After(check(func(c *ledger.Check) { c.Later = true }))
	if !errors.Is(err, ledger.ErrLater) || d != held {
		t.Errorf("a later record of the source: %+v, %v", d, err)
	}
	later := ledger.Destination{Later: true}
	if d, err := later.After(check()); !errors.Is(err, ledger.ErrLater) || d != later {
		t.Errorf("%+v, %v", d, err)
	}
}

// Since when a destination is behind is told once, until it has what it should have, whatever that is by then.
func TestSinceWhenADestinationIsBehind(t *testing.T) {
	d, at := ledger.Destination{}, now
	for _, c := range []struct {
		what   string
		check  func(*ledger.Check)
		behind time.Time
	}{
		{"it lacks the image", func(*ledger.Check) {}, now},
		{"it still does", func(*ledger.Check) {}, now},
		{"it is to have another by now", func(c *ledger.Check) { c.From, c.Wanted, c.Has = two, two, one }, now},
		{"it has that", func(c *ledger.Check) { c.From, c.Wanted, c.Has = two, two, two }, time.Time{}},
		{"somebody took it away", func(c *ledger.Check) { c.From, c.Wanted = two, two }, now.Add(4 * time.Hour)},
	} {
		d, _ = d.After(check(c.check, func(c *ledger.Check) { c.Now = at }))
		if d.Behind != c.behind {
			t.Errorf("%s: since %s, want %s", c.what, d.Behind, c.behind)
		}
		at = at.Add(time.Hour)
	}
	d.Hold = ledger.Hold{Because: "it crashes", Since: now}
	var held *ledger.HeldError
	if err := d.Kept(app, at); !errors.As(err, &held) {
		t.Errorf("a hold: %v", err)
	}
	var owned *ledger.OwnedError
	if err := d.Kept(fork, at); !errors.As(err, &owned) {
		t.Errorf("another's: %v", err)
	}
}

func TestADestinationThatHasArrived(t *testing.T) {
	d := ledger.Destination{
		Claim: ledger.Claim{Request: "app-1", Digest: one, Wanted: one, Job: "j"}, Failure: ledger.Failure{Times: 2},
		Outcome: ledger.Outcome{Job: "j", From: one, Digest: one},
	}
	got, err := d.After(check(func(c *ledger.Check) { c.Has = one }))
	want := ledger.Destination{
		Owner: ledger.Owner{Source: app, Since: now}, Wanted: one, From: one, Wrote: one, Outcome: d.Outcome,
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	again, err := got.After(check(func(c *ledger.Check) { c.Has, c.Now = one, now.Add(time.Hour) }))
	if again != got || err != nil {
		t.Errorf("a second check changed something: %+v, %v", again, err)
	}
}

func TestRetriesAreFurtherAndFurtherApart(t *testing.T) {
	var d ledger.Destination
	at := now
	for n, want := range []time.Duration{1, 2, 4, 8, 16, 24, 24, 24} {
		job := string(rune('a' + n))
		d.Outcome = ledger.Outcome{Job: job, From: one, Error: "tag is immutable"}
		counted, err := d.After(check(func(c *ledger.Check) { c.Has, c.Now = two, at }))
		var failed *ledger.FailedError
		if !errors.As(err, &failed) || counted.Failure.Times != n+1 || failed.Why != "tag is immutable" ||
			!strings.Contains(err.Error(), "job "+job) {
			t.Fatalf("%d: %+v, %v", n, counted.Failure, err)
		}
		next := at.Add(want * time.Hour)
		again, err := counted.After(check(func(c *ledger.Check) { c.Has, c.Now = two, next.Add(-1) }))
		if err == nil || again != counted {
			t.Errorf("%d: counted twice, or not waited for: %v", n, err)
		}
		if _, err := counted.After(check(func(c *ledger.Check) { c.Has, c.Now = two, next })); err != nil {
			t.Errorf("%d: not at its time: %v", n, err)
		}
		d, at = counted, next
	}
	for what, change := range map[string]func(*ledger.Check){
		"the source changed":      func(c *ledger.Check) { c.From, c.Wanted, c.Has = two, two, one },
		"the destination changed": func(c *ledger.Check) { c.Has = "" },
		"it is wanted":            func(c *ledger.Check) { c.Has, c.Retry = two, true },
	} {
		if _, err := d.After(check(change)); err != nil {
			t.Errorf("%s, and it waits: %v", what, err)
		}
	}
	d.Outcome = ledger.Outcome{Job: "z", From: two, Error: "tag is immutable"}
	d, _ = d.After(check(func(c *ledger.Check) { c.From, c.Wanted, c.Has, c.Now = two, two, one, at }))
	if d.Failure.Times != 1 {
		t.Errorf("a new digest's first failure is number %d", d.Failure.Times)
	}
}

func TestOnlyFailuresForGoodAreCounted(t *testing.T) {
	for what, o := range map[string]ledger.Outcome{
		"none":      {},
		"done":      {Job: "j", From: one, Digest: one},
		"transient": {Job: "j", From: one, Error: "throttled", Transient: true},
		"held":      {Job: "j", From: one, Error: "held since", Held: true},
	} {
		d, err := ledger.Destination{Outcome: o}.After(check())
		if err != nil || d.Failure.Times != 0 {
			t.Errorf("%s: %+v, %v", what, d, err)
		}
	}
}

// A failure is that of the digests that the job was asked about, whoever has changed them since; a job that could not
// read its source tells none.
func TestAFailureIsAboutWhatTheJobWasAsked(t *testing.T) {
	claim := ledger.Claimed("app-1", "", check(func(c *ledger.Check) { c.Has = two }), now)
	claim.Job = "j"
	for _, c := range []struct {
		what  string
		claim ledger.Claim
		from  digest.Digest // that the job tells
		has   digest.Digest // at the destination, now
		waits bool
	}{
		{"as it was", claim, one, two, true},
		{"the destination changed before the failure was seen", claim, one, "", false},
		{"the source can't be read", claim, "", two, true},
		{"by hand, without a claim", ledger.Claim{}, one, two, true},
		{"by hand, and the source can't be read", ledger.Claim{}, "", two, true},
		{"of another digest of the source", claim, two, two, false},
	} {
		d := ledger.Destination{Claim: c.claim, Outcome: ledger.Outcome{Job: "j", From: c.from, Error: "denied"}}
		counted, err := d.After(check(func(k *ledger.Check) { k.Has = c.has }))
		if (err != nil) != c.waits || counted.Failure.Times != 1 {
			t.Errorf("%s: %+v, %v", c.what, counted.Failure, err)
		}
	}
	died := ledger.Destination{Claim: claim}
	if _, err := died.Died("out of memory", check()); err != nil {
		t.Errorf("the destination changed, and it waits: %v", err)
	}
}

// What failed before the destination had what it should have is over.
func TestAFailureThatIsOverIsNotCountedLater(t *testing.T) {
	d := ledger.Destination{Outcome: ledger.Outcome{Job: "j", From: one, Error: "tag is immutable"}}
	d, err := d.After(check(func(c *ledger.Check) { c.Has = one })) // somebody has brought it by hand
	if err != nil || d.Wrote != "" {
		t.Fatalf("%+v, %v", d, err)
	}
	if again, err := d.After(check(func(c *ledger.Check) { c.Has = one })); again != d || err != nil {
		t.Errorf("a second check changed something: %+v, %v", again, err)
	}
	if d, err = d.After(check()); err != nil || d.Failure.Times != 0 { // and now it is gone again
		t.Errorf("%+v, %v", d.Failure, err)
	}
	d.Outcome.Job = "k"
	if d, err = d.After(check()); err == nil || d.Failure.Times != 1 {
		t.Errorf("another failure: %+v, %v", d.Failure, err)
	}
}

// A job that ended without a word counts as one that failed; one that has said something does not count again.
func TestAJobThatDied(t *testing.T) {
	d := ledger.Destination{Claim: ledger.Claim{Request: "app-1", Digest: one, Wanted: one, Job: "j"}}
	dead, err := d.Died("OutOfMemoryError: Container killed due to memory usage", check())
	var failed *ledger.FailedError
	if !errors.As(err, &failed) || dead.Failure.Times != 1 || !strings.Contains(err.Error(), "OutOfMemoryError") {
		t.Errorf("%+v, %v", dead, err)
	}
	if again, err := dead.Died("", check()); again != dead || err != nil {
		t.Errorf("counted twice: %+v, %v", again, err)
	}
	d.Outcome = ledger.Outcome{Job: "j", From: one, Error: "throttled", Transient: true}
	if same, err := d.Died("", check()); same != d || err != nil {
		t.Errorf("it has said why: %+v, %v", same, err)
	}
}
