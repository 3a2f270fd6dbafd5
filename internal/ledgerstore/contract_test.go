package ledgerstore_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ecrmirror/internal/ledger"
	"ecrmirror/internal/ledgertable"
)

// lacking is a check of a destination that has another image.
var lacking = ledger.Check{From: one, Wanted: one, Has: two}

// An asker asks a world, and notes what it answers.
type asker struct {
	world
	ctx     context.Context
	answers []any
}

func (a *asker) note(answer any, err error) {
	a.answers = append(a.answers, answer, kind(a.world, err))
}

func (a *asker) source(read, now ledger.Source) ledger.Source {
	got, err := a.WriteSource(a.ctx, key, read, now)
	a.note(got, err)
	return got
}

func (a *asker) destination(read, now ledger.Destination) ledger.Destination {
	got, err := a.WriteDestination(a.ctx, key, read, now)
	a.note(got, err)
	return got
}

func (a *asker) outcome(o ledger.Outcome) { a.note(nil, a.WriteOutcome(a.ctx, key, o)) }

// read asks for all that is known of the image.
func (a *asker) read() ledger.Destination {
	records, err := a.Read(a.ctx, []ledger.Key{key, key}, []ledger.Key{key, {Repository: "none", Tag: "1"}})
	a.note(records, err)
	d, err := a.ReadDestination(a.ctx, key)
	a.note(d, err)
	hold, err := a.ReadHold(a.ctx, key)
	a.note(hold, err)
	return d
}

// has puts a record of the image, with attributes.
func (a *asker) has(key ledgertable.Item, attributes ledgertable.Item) {
	for name, v := range attributes {
		key[name] = v
	}
	a.note(nil, a.put(a.ctx, key))
}

func n(number string) types.AttributeValue { return &types.AttributeValueMemberN{Value: number} }
func s(text string) types.AttributeValue   { return &types.AttributeValueMemberS{Value: text} }

// behaviors are what users of a ledger rely on: what is done, and the error of the last answer but those of reads.
var behaviors = []struct {
	what string
	do   func(a *asker)
	last string
}{
	{"nothing is known", func(*asker) {}, ""},
	{"a source is seen", func(a *asker) { a.source(ledger.Source{}, ledger.Source{Digest: one, Since: now}) }, ""},
	{"a source moves", func(a *asker) {
		seen := a.source(ledger.Source{}, ledger.Source{Digest: one, Since: now})
		a.source(seen, ledger.Source{Digest: two, Since: now.Add(time.Hour), Before: one})
	}, ""},
	{"a source is written twice, as of a lost reply", func(a *asker) {
		a.source(ledger.Source{}, ledger.Source{Digest: one, Since: now})
		a.source(ledger.Source{}, ledger.Source{Digest: one, Since: now})
	}, ""},
	{"a source was written by another", func(a *asker) {
		a.source(ledger.Source{}, ledger.Source{Digest: one, Since: now})
		a.source(ledger.Source{}, ledger.Source{Digest: two, Since: now})
	}, "overtaken"},
	{"a source that was read is gone", func(a *asker) {
		a.source(ledger.Source{Digest: one, Revision: 3}, ledger.Source{Digest: two})
	}, "overtaken"},
	{"a source of a later version was read", func(a *asker) {
		a.source(ledger.Source{Later: true}, ledger.Source{Digest: two})
	}, "later"},
	{"a source is of a later version", func(a *asker) {
		a.has(ledgertable.SourceKey(key), ledgertable.Item{"v": n("2"), "x": s("y")})
		a.source(ledger.Source{}, ledger.Source{Digest: two})
	}, "later"},
	{"all of a record", func(a *asker) { a.destination(ledger.Destination{}, full) }, ""},
	{"a record without anything", func(a *asker) { a.destination(ledger.Destination{}, ledger.Destination{}) }, ""},
	{"a record loses all", func(a *asker) {
		a.destination(a.destination(ledger.Destination{}, full), ledger.Destination{})
	}, ""},
	{"a record is written twice, as of a lost reply", func(a *asker) {
		a.destination(ledger.Destination{}, full)
		a.destination(ledger.Destination{}, full)
	}, ""},
	{"a record was written by another", func(a *asker) {
		a.destination(ledger.Destination{}, full)
		a.destination(ledger.Destination{}, ledger.Destination{Wanted: two})
	}, "overtaken"},
	{"a record that was read is gone", func(a *asker) {
		a.destination(ledger.Destination{Wanted: one, Revision: 7}, full)
	}, "overtaken"},
	{"of two that claim one is refused, and sees the other's claim", func(a *asker) {
		a.destination(ledger.Destination{}, ledger.Destination{Claim: ledger.Claimed("a", "x", lacking, now)})
		a.destination(ledger.Destination{}, ledger.Destination{Claim: ledger.Claimed("a", "y", lacking, now)})
	}, "overtaken"},
	{"an outcome is no write of the controller's", func(a *asker) {
		read := a.destination(ledger.Destination{}, full)
		a.outcome(outcome)
		read.Hold = ledger.Hold{}
		a.destination(read, read)
	}, ""},
	{"an outcome that was read is not written", func(a *asker) {
		d := full
		d.Outcome = outcome
		a.destination(ledger.Destination{}, d)
	}, ""},
	{"an outcome that another job wrote since stays", func(a *asker) {
		a.destination(ledger.Destination{}, full)
		a.outcome(outcome)
		read := a.read()
		a.outcome(ledger.Outcome{Job: "j2", Digest: two, From: two})
		a.destination(read, ledger.Destination{Outcome: ledger.Outcome{Job: "mine"}})
	}, ""},
	{"an outcome without a record", func(a *asker) { a.outcome(outcome) }, "no record"},
	{"a record is of a later version", func(a *asker) {
		a.has(ledgertable.DestinationKey(key), ledgertable.Item{"v": n("2"), "r": n("1"), "wrote": s(one.String())})
		a.destination(ledger.Destination{}, full)
		a.outcome(outcome)
	}, "later"},
	{"a record's version is none", func(a *asker) {
		a.has(ledgertable.DestinationKey(key), ledgertable.Item{"v": s("one")})
		a.outcome(outcome)
		a.destination(ledger.Destination{}, full)
	}, "later"},
	{"a record's version is earlier", func(a *asker) {
		a.has(ledgertable.DestinationKey(key), ledgertable.Item{"v": n("0")})
		a.destination(ledger.Destination{}, full)
	}, "overtaken"},
	{"a record of a later version was read", func(a *asker) {
		a.destination(ledger.Destination{Later: true}, full)
	}, "later"},
	{"a record is all outcome", func(a *asker) {
		a.has(ledgertable.DestinationKey(key), ledgertable.Item{"outcome": s("x")})
		a.read()
		a.destination(ledger.Destination{}, full)
		a.outcome(outcome)
	}, ""},
	{"attributes that are not known stay", func(a *asker) {
		a.has(ledgertable.DestinationKey(key), ledgertable.Item{"note": s("x"), "v": n("1")})
		a.destination(ledger.Destination{}, full)
	}, ""},
	{"a time has milliseconds", func(a *asker) {
		at := now.Add(1234567 * time.Microsecond).In(time.FixedZone("", 3600))
		a.destination(ledger.Destination{}, ledger.Destination{Behind: at, Hold: ledger.Hold{Since: at}})
	}, ""},
	{"what others wrote is cut", func(a *asker) {
		a.destination(ledger.Destination{}, full)
		a.outcome(ledger.Outcome{Job: "j", Error: fmt.Sprintf("%2000d\x00\n", 1), Bytes: -1})
	}, ""},
	{"the context has ended", func(a *asker) {
		alive := a.ctx
		ended, end := context.WithCancel(a.ctx)
		end()
		a.ctx = ended
		a.read()
		a.source(ledger.Source{}, ledger.Source{Digest: one})
		a.outcome(outcome)
		_, err := a.WriteDestination(ended, key, ledger.Destination{}, full)
		a.ctx = alive
		a.note(nil, err)
	}, "canceled"},
}

// TestAFileAnswersAsATable holds a ledger in a file to what one in DynamoDB answers, and to what that has then.
func TestAFileAnswersAsATable(t *testing.T) {
	for _, b := range behaviors {
		t.Run(b.what, func(t *testing.T) {
			t.Parallel()
			table, file := inTable(t), inFile(t)
			var answers [2][]any
			for i, w := range []world{table, file} {
				a := asker{world: w, ctx: t.Context()}
				b.do(&a)
				if len(a.answers) > 0 && a.answers[len(a.answers)-1] != b.last {
					t.Errorf("the last answer is %q, want %q", a.answers[len(a.answers)-1], b.last)
				}
				a.read()
				answers[i] = a.answers
			}
			if diff := cmp.Diff(answers[0], answers[1], cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("answers (-table +file)\n%s", diff)
			}
			sameItems(t, table, file)
		})
	}
}

// sameItems fails the test unless both have the same items.
func sameItems(t *testing.T, table, file world) {
	t.Helper()
	ignore := cmpopts.IgnoreUnexported(
		types.AttributeValueMemberS{}, types.AttributeValueMemberN{}, types.AttributeValueMemberBOOL{},
		types.AttributeValueMemberM{},
	)
	if diff := cmp.Diff(table.all(t), file.all(t), ignore); diff != "" {
		t.Errorf("items (-table +file)\n%s", diff)
	}
}
