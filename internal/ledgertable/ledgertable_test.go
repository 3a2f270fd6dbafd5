package ledgertable_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/ledger"
	"ecrmirror/internal/ledgertable"
)

var (
	now      = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	one, two = digest.FromString("one"), digest.FromString("two")
	key      = ledger.Key{Repository: "ghcr.io/org/app", Tag: "1"}
)

// full is a record in which every member has a value.
var full = ledger.Destination{
	Owner:  ledger.Owner{Source: "docker.io/library/app:1", Since: now},
	Wanted: one, From: two, Wrote: one,
	Claim: ledger.Claim{Request: "app-1", Digest: two, Until: now.Add(time.Hour), Job: "j1"},
	Failure: ledger.Failure{
		Times: 3, Job: "j0", From: one, Has: two, Next: now.Add(4 * time.Hour),
	},
	Hold: ledger.Hold{Because: "the new one crashes", Since: now},
}

var outcome = ledger.Outcome{
	Job: "j1", Attempt: 2, Time: now, From: two, Digest: one, Error: "tag is immutable", Transient: true,
	Bytes: 1 << 40, Took: 90 * time.Second, Stream: "mirror/default/0123",
}

func read(t *testing.T, table *ledgertable.Table) ledger.Destination {
	t.Helper()
	r, err := table.Read(t.Context(), nil, []ledger.Key{key})
	if err != nil {
		t.Fatal(err)
	}
	return r.Destinations[key]
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	each(t, func(t *testing.T, _ *dynamodb.Client, table *ledgertable.Table) {
		if err := table.WriteOutcome(t.Context(), key, outcome); !errors.Is(err, ledgertable.ErrNoRecord) {
			t.Errorf("a job made a record: %v", err)
		}
		if _, err := table.WriteDestination(t.Context(), key, ledger.Destination{}, full); err != nil {
			t.Fatal(err)
		}
		if err := table.WriteOutcome(t.Context(), key, outcome); err != nil {
			t.Fatal(err)
		}
		want := full
		want.Outcome = outcome
		if diff := cmp.Diff(want, read(t, table)); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		if _, err := table.WriteDestination(t.Context(), key, want, ledger.Destination{Wanted: two}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(ledger.Destination{Wanted: two, Outcome: outcome}, read(t, table)); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		source := ledger.Source{Digest: one, Since: now, Before: two}
		if err := table.WriteSource(t.Context(), key, ledger.Source{}, source); err != nil {
			t.Fatal(err)
		}
		r, err := table.Read(t.Context(), []ledger.Key{key, {Repository: "other", Tag: "1"}}, nil)
		if diff := cmp.Diff(map[ledger.Key]ledger.Source{key: source}, r.Sources); diff != "" || err != nil {
			t.Errorf("%v (-want +got)\n%s", err, diff)
		}
	})
}

// Of two that write one member the second is refused and told what is there; two that write different members lose
// nothing.
func TestNothingIsOverwritten(t *testing.T) {
	each(t, func(t *testing.T, _ *dynamodb.Client, table *ledgertable.Table) {
		var none ledger.Destination
		mine, theirs, hold := none, none, none
		mine.Claim, theirs.Claim = ledger.Claimed("a", one, now), ledger.Claimed("b", one, now)
		hold.Hold = full.Hold
		if _, err := table.WriteDestination(t.Context(), key, none, theirs); err != nil {
			t.Fatal(err)
		}
		there, err := table.WriteDestination(t.Context(), key, none, mine)
		if !errors.Is(err, ledgertable.ErrOvertaken) || there != theirs {
			t.Errorf("%v, %+v", err, there)
		}
		if _, err := table.WriteDestination(t.Context(), key, none, hold); err != nil {
			t.Fatal(err)
		}
		want := theirs
		want.Hold = hold.Hold
		if got := read(t, table); got != want {
			t.Errorf("%+v", got)
		}
		if _, err := table.WriteDestination(t.Context(), key, theirs, mine); err != nil {
			t.Errorf("a claim that was read: %v", err)
		}
	})
}

// A record of a later version is seen, is not understood, and is not written.
func TestLaterRecordsAreLeftAlone(t *testing.T) {
	each(t, func(t *testing.T, api *dynamodb.Client, table *ledgertable.Table) {
		for _, v := range []types.AttributeValue{
			&types.AttributeValueMemberN{Value: "2"}, &types.AttributeValueMemberS{Value: "one"},
		} {
			_, err := api.PutItem(t.Context(), &dynamodb.PutItemInput{
				TableName: aws.String(name), Item: map[string]types.AttributeValue{
					"PK": &types.AttributeValueMemberS{Value: "dst#" + key.Repository},
					"SK": &types.AttributeValueMemberS{Value: key.Tag}, "v": v,
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := read(t, table); got != (ledger.Destination{Later: true}) {
				t.Errorf("%+v", got)
			}
			_, err = table.WriteDestination(t.Context(), key, ledger.Destination{}, full)
			_, err2 := table.ReadHold(t.Context(), key)
			err3 := table.WriteOutcome(t.Context(), key, outcome)
			for _, err := range []error{err, err2, err3} {
				if !errors.Is(err, ledgertable.ErrLater) {
					t.Errorf("got %v", err)
				}
			}
		}
	})
}

func TestManyRecordsAreReadTogether(t *testing.T) {
	each(t, func(t *testing.T, _ *dynamodb.Client, table *ledgertable.Table) {
		var keys []ledger.Key
		for n := range 250 {
			keys = append(keys, ledger.Key{Repository: fmt.Sprint("ghcr.io/org/app-", n%7), Tag: fmt.Sprint(n)})
			d := ledger.Destination{Wanted: one, Failure: ledger.Failure{Times: n}}
			if _, err := table.WriteDestination(t.Context(), keys[n], ledger.Destination{}, d); err != nil {
				t.Fatal(err)
			}
		}
		r, err := table.Read(t.Context(), keys, keys)
		if err != nil || len(r.Destinations) != len(keys) || len(r.Sources) != 0 {
			t.Fatalf("%d, %d, %v", len(r.Destinations), len(r.Sources), err)
		}
		for n, k := range keys {
			if r.Destinations[k].Failure.Times != n {
				t.Errorf("%v: %+v", k, r.Destinations[k])
			}
		}
	})
}

func TestALedgerThatIsNotThere(t *testing.T) {
	each(t, func(t *testing.T, api *dynamodb.Client, _ *ledgertable.Table) {
		missing := ledgertable.New(api, "other")
		_, err := missing.Read(t.Context(), nil, []ledger.Key{key})
		_, err2 := missing.WriteDestination(t.Context(), key, ledger.Destination{}, full)
		if !errors.Is(err, ledgertable.ErrNoTable) || !errors.Is(err2, ledgertable.ErrNoTable) {
			t.Errorf("%v; %v", err, err2)
		}
	})
}
