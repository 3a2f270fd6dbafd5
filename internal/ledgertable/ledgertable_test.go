package ledgertable_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
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
	Wanted: one, From: two, By: "trim/1 linux/amd64", Wrote: one,
	Claim: ledger.Claim{
		Request: "app-1", ID: "A7", Digest: two, Wanted: one, Has: one, Until: now.Add(time.Hour), Job: "j1",
	},
	Failure: ledger.Failure{
		Times: 3, Job: "j0", Asked: ledger.Asked{From: one, Wanted: two, Has: two}, Because: "out of memory", Next: now.Add(4 * time.Hour),
	},
	Hold: ledger.Hold{Because: "the new one crashes", Since: now},
	Artifacts: ledger.Artifacts{
		Of: two, Looked: now, Found: "f1", Lacks: true, Asked: now.Add(time.Minute), Jobs: 3,
	},
}

var outcome = ledger.Outcome{
	Job: "j1", Attempt: 2, Time: now, From: two, Digest: one, Error: "tag is immutable", Transient: true, Held: true,
	Bytes: 1 << 40, Took: 90 * time.Second, Log: "/aws/mirror:mirror/default/0123",
	Verified: "bundle by me@issuer.test (log index 7)",
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
		want, err := table.WriteDestination(t.Context(), key, ledger.Destination{}, full)
		if err != nil {
			t.Fatal(err)
		}
		if err := table.WriteOutcome(t.Context(), key, outcome); err != nil {
			t.Fatal(err)
		}
		want.Outcome = outcome
		if diff := cmp.Diff(want, read(t, table)); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		little := ledger.Destination{Wanted: two, From: two}
		if _, err := table.WriteDestination(t.Context(), key, want, little); err != nil {
			t.Fatal(err)
		}
		least := ledger.Destination{Wanted: two, From: two, Outcome: outcome, Revision: 2}
		if diff := cmp.Diff(least, read(t, table)); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		seen := ledger.Source{Digest: one, Since: now, Before: two}
		source, err := table.WriteSource(t.Context(), key, ledger.Source{}, seen)
		if err != nil {
			t.Fatal(err)
		}
		r, err := table.Read(t.Context(), []ledger.Key{key, {Repository: "other", Tag: "1"}}, nil)
		if diff := cmp.Diff(map[ledger.Key]ledger.Source{key: source}, r.Sources); diff != "" || err != nil {
			t.Errorf("%v (-want +got)\n%s", err, diff)
		}
	})
}

// Of two that write a record the second is refused and told what is there, whatever it writes: it is to decide anew.
// An outcome is written by a job, and in nobody's way.
func TestNothingIsOverwritten(t *testing.T) {
	each(t, func(t *testing.T, _ *dynamodb.Client, table *ledgertable.Table) {
		var none ledger.Destination
		mine, theirs, hold := none, none, none
		check := ledger.Check{From: one, Wanted: one, Has: two}
		mine.Claim, theirs.Claim = ledger.Claimed("a", "x", check, now), ledger.Claimed("a", "y", check, now)
		hold.Hold = full.Hold
		theirs, err := table.WriteDestination(t.Context(), key, none, theirs)
		if err != nil {
			t.Fatal(err)
		}
		for _, late := range []ledger.Destination{mine, hold} {
			there, err := table.WriteDestination(t.Context(), key, none, late)
			if !errors.Is(err, ledgertable.ErrOvertaken) || there != theirs {
				t.Errorf("%v, %+v", err, there)
			}
		}
		if err := table.WriteOutcome(t.Context(), key, outcome); err != nil {
			t.Fatal(err)
		}
		if _, err := table.WriteDestination(t.Context(), key, theirs, mine); err != nil {
			t.Errorf("a claim that was read: %v", err)
		}
		if got := read(t, table); got.Outcome != outcome || got.Claim != mine.Claim {
			t.Errorf("%+v", got)
		}
	})
}

// A write whose reply was lost is made again by the SDK. It is not taken for somebody else's.
func TestAWriteThatIsMadeTwice(t *testing.T) {
	each(t, func(t *testing.T, _ *dynamodb.Client, table *ledgertable.Table) {
		for range 2 {
			got, err := table.WriteDestination(t.Context(), key, ledger.Destination{}, full)
			if err != nil || got.Revision != 1 {
				t.Errorf("%+v, %v", got, err)
			}
			seen, err := table.WriteSource(t.Context(), key, ledger.Source{}, ledger.Source{Digest: one, Since: now})
			if err != nil || seen.Revision != 1 {
				t.Errorf("%+v, %v", seen, err)
			}
		}
		_, err := table.WriteSource(t.Context(), key, ledger.Source{}, ledger.Source{Digest: two, Since: now})
		if !errors.Is(err, ledgertable.ErrOvertaken) {
			t.Errorf("another: %v", err)
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
				if !errors.Is(err, ledger.ErrLater) {
					t.Errorf("got %v", err)
				}
			}
		}
	})
}

// Who has a job's role can make a record that has an outcome and nothing else. It does not keep the controller from
// making the image's.
func TestAnOutcomeAloneIsNoLaterRecord(t *testing.T) {
	each(t, func(t *testing.T, api *dynamodb.Client, table *ledgertable.Table) {
		_, err := api.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: aws.String(name), Key: recordOf("dst#"), UpdateExpression: aws.String("SET outcome = :o"),
			ExpressionAttributeValues: map[string]types.AttributeValue{":o": &types.AttributeValueMemberS{Value: "x"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := read(t, table); got != (ledger.Destination{}) {
			t.Errorf("%+v", got)
		}
		if hold, err := table.ReadHold(t.Context(), key); err != nil || hold.Held() {
			t.Errorf("%+v, %v", hold, err)
		}
		for it, err := range table.Items(t.Context(), api) {
			if len(it) != 2 || err != nil { // its keys
				t.Errorf("%v, %v", it, err)
			}
		}
		if _, err := table.WriteDestination(t.Context(), key, ledger.Destination{}, full); err != nil {
			t.Fatal(err)
		}
		if got := read(t, table); got.Owner != full.Owner || got.Revision != 1 {
			t.Errorf("%+v", got)
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
		r, err := table.Read(t.Context(), keys, append(keys, keys...)) // images share places
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

// What happened to an image is kept, in its order, and can be read of one repository and of all.
func TestHistory(t *testing.T) {
	each(t, func(t *testing.T, api *dynamodb.Client, table *ledgertable.Table) {
		at := now
		table = table.With(ledgertable.History{Keep: 24 * time.Hour, Now: func() time.Time { return at }})
		var d ledger.Destination
		for _, change := range []func(*ledger.Destination){
			func(d *ledger.Destination) { d.Owner = ledger.Owner{Source: "ghcr.io/fork/app:1", Since: now} },
			func(d *ledger.Destination) { d.Owner = full.Owner },
			func(d *ledger.Destination) { d.Claim = full.Claim },
			func(d *ledger.Destination) { d.Claim.Job = "j2" },
			func(d *ledger.Destination) { d.Hold = full.Hold },
		} {
			was := d
			change(&d)
			at = at.Add(time.Hour)
			var err error
			if d, err = table.WriteDestination(t.Context(), key, was, d); err != nil {
				t.Fatal(err)
			}
		}
		other := ledger.Key{Repository: "ghcr.io/org/other", Tag: "1"}
		seen, err := table.WriteSource(t.Context(), other, ledger.Source{}, ledger.Source{Digest: two, Since: now})
		if err != nil {
			t.Fatal(err)
		}
		moved, _ := seen.Seen(one, at)
		if _, err := table.WriteSource(t.Context(), other, seen, moved); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			repository string
			after      time.Duration
			want       string
		}{
			{key.Repository, 0, "owned submitted submitted held"},
			{key.Repository, 3 * time.Hour, "submitted submitted held"},
			{other.Repository, 0, "moved"},
			{"", 5 * time.Hour, "held moved"},
			{"ghcr.io/nothing", 0, ""},
		} {
			var kinds []string
			for e, err := range table.Events(t.Context(), api, c.repository, now.Add(c.after)) {
				if err != nil {
					t.Fatal(err)
				}
				kinds = append(kinds, string(e.Kind))
			}
			if c.repository == "" {
				slices.Sort(kinds)
			}
			if got := strings.Join(kinds, " "); got != c.want {
				t.Errorf("%q after %s: %s, want %s", c.repository, c.after, got, c.want)
			}
		}
	})
}
