package ledger_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/ledger"
)

// What happened is the difference of two records.
func TestChanges(t *testing.T) {
	k := ledger.Key{Repository: "r.io/app", Tag: "1"}
	outcome := ledger.Outcome{Job: "j", From: one, Digest: one, Bytes: 7, Took: time.Second, Verified: "signed"}
	event := func(kind ledger.Kind, e ledger.Event) ledger.Event {
		e.Kind, e.Key, e.Time = kind, k, now
		return e
	}
	for _, c := range []struct {
		what      string
		read, now ledger.Destination
		want      []ledger.Event
	}{
		{"nothing", ledger.Destination{Wrote: one}, ledger.Destination{Wrote: one}, nil},
		{
			"the first owner", ledger.Destination{}, ledger.Destination{Owner: ledger.Owner{Source: app, Since: now}}, nil,
		},
		{
			"a new owner",
			ledger.Destination{Owner: ledger.Owner{Source: fork}},
			ledger.Destination{Owner: ledger.Owner{Source: app, Since: now}},
			[]ledger.Event{event(ledger.Owned, ledger.Event{Text: app})},
		},
		{
			"a claim alone",
			ledger.Destination{},
			ledger.Destination{Claim: ledger.Claimed("a", "b", ledger.Check{From: one, Wanted: one}, now)},
			nil,
		},
		{
			"a job",
			ledger.Destination{Wrote: two},
			ledger.Destination{Wrote: two, Wanted: one, From: one, Claim: ledger.Claim{Job: "j"}},
			[]ledger.Event{event(ledger.Submitted, ledger.Event{Before: two, After: one, From: one, Job: "j"})},
		},
		{
			"a job for what somebody else has written",
			ledger.Destination{Wrote: one},
			ledger.Destination{Wrote: one, Wanted: one, From: one, Claim: ledger.Claim{Job: "j", Has: two}},
			[]ledger.Event{event(ledger.Submitted, ledger.Event{Before: two, After: one, From: one, Job: "j"})},
		},
		{
			"it has copied over that",
			ledger.Destination{Claim: ledger.Claim{Job: "j", Has: two}, Outcome: outcome},
			ledger.Destination{Wrote: one, From: one, Outcome: outcome},
			[]ledger.Event{event(ledger.Copied, ledger.Event{
				Before: two, After: one, From: one, Job: "j", Bytes: 7, Took: time.Second, Text: "signed",
			})},
		},
		{
			"it has copied",
			ledger.Destination{Wrote: two, Claim: ledger.Claim{Job: "j"}, Outcome: outcome},
			ledger.Destination{Wrote: one, From: one, Outcome: outcome},
			[]ledger.Event{event(ledger.Copied, ledger.Event{
				Before: two, After: one, From: one, Job: "j", Bytes: 7, Took: time.Second, Text: "signed",
			})},
		},
		{
			"it has died",
			ledger.Destination{},
			ledger.Destination{Failure: ledger.Failure{
				Times: 1, Job: "j", Asked: ledger.Asked{From: one, Has: two}, Because: "no memory",
			}},
			[]ledger.Event{event(ledger.Failed, ledger.Event{Before: two, From: one, Job: "j", Text: "no memory"})},
		},
		{
			"held",
			ledger.Destination{},
			ledger.Destination{Hold: ledger.Hold{Because: "crashes", Since: now}},
			[]ledger.Event{event(ledger.Held, ledger.Event{Text: "crashes"})},
		},
		{
			"released",
			ledger.Destination{Hold: ledger.Hold{Because: "crashes", Since: now}},
			ledger.Destination{},
			[]ledger.Event{event(ledger.Released, ledger.Event{Text: "crashes"})},
		},
	} {
		if diff := cmp.Diff(c.want, c.now.Changes(k, c.read, now)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", c.what, diff)
		}
	}
	s, _ := ledger.Source{Digest: two}.Seen(one, now)
	want := []ledger.Event{event(ledger.Moved, ledger.Event{Before: two, After: one})}
	if diff := cmp.Diff(want, s.Changes(k, ledger.Source{Digest: two})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for _, read := range []ledger.Source{s, {}} {
		if got := s.Changes(k, read); got != nil {
			t.Errorf("%+v", got)
		}
	}
}
