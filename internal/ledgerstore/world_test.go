package ledgerstore_test

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/controller"
	"ecrmirror/internal/jobledger"
	"ecrmirror/internal/ledger"
	"ecrmirror/internal/ledgerstore"
	"ecrmirror/internal/ledgertable"
	standin "ecrmirror/localstack/dynamodb"
	"ecrmirror/testkit/awstest"
)

var (
	now      = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	one, two = digest.FromString("one"), digest.FromString("two")
	key      = ledger.Key{Repository: "ghcr.io/org/app", Tag: "1"}
)

// full is a record in which every member has a value that the controller writes.
var full = ledger.Destination{
	Owner:  ledger.Owner{Source: "docker.io/library/app:1", Since: now},
	Wanted: one, From: two, By: "trim/1 linux/amd64", Wrote: one,
	Claim: ledger.Claim{
		Request: "app-1", ID: "A7", Digest: two, Wanted: one, Has: one, Until: now.Add(time.Hour), Job: "j1",
	},
	Failure: ledger.Failure{
		Times: 3, Job: "j0", Asked: ledger.Asked{From: one, Wanted: two, Has: two}, Because: "out of memory", Next: now.Add(4 * time.Hour),
	},
	Hold: ledger.Hold{Because: "the new one crashes <&> \u2028\x1b", Since: now},
	Artifacts: ledger.Artifacts{
		Of: two, Looked: now, Found: "f1", Lacks: true, Asked: now.Add(time.Minute), Jobs: 3,
	},
}

var outcome = ledger.Outcome{
	Job: "j1", Attempt: 2, Time: now, From: two, Digest: one, Error: "tag is immutable", Transient: true, Held: true,
	Bytes: 1 << 40, Took: 90 * time.Second, Log: "/aws/mirror:mirror/default/0123",
	Verified: "bundle by me@issuer.test (log index 7)",
}

// A keeper keeps the records of a ledger, as all that uses one needs it.
type keeper interface {
	controller.Ledger
	jobledger.Table
}

var _ keeper = (*ledgerstore.Store)(nil)

// A world is a keeper with what tests do to it from outside.
type world struct {
	keeper
	put   func(context.Context, ledgertable.Item) error // of a key that has none
	items func(context.Context) iter.Seq2[ledgertable.Item, error]
}

// inTable returns a ledger in DynamoDB's stand-in.
func inTable(t *testing.T) world {
	t.Helper()
	url := awstest.Serve(t, standin.New(standin.Options{Home: "111122223333"}))
	api := dynamodb.NewFromConfig(awstest.Config(url, "111122223333", "us-east-1"))
	err := awstest.CreateLedger(t.Context(), api, "ledger")
	if err != nil {
		t.Fatal(err)
	}
	table := ledgertable.New(api, "ledger")
	return world{table, table.Add, func(ctx context.Context) iter.Seq2[ledgertable.Item, error] {
		return table.Items(ctx, api)
	}}
}

// inFile returns a ledger in a file.
func inFile(t *testing.T) world {
	t.Helper()
	s := open(t, filepath.Join(t.TempDir(), "ledger.db"))
	return world{s, s.Put, s.Items}
}

// open opens a file until the end of the test.
func open(t testing.TB, path string) *ledgerstore.Store {
	t.Helper()
	s, err := ledgerstore.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// all returns the items of a world, sorted.
func (w world) all(t *testing.T) (all []ledgertable.Item) {
	t.Helper()
	for it, err := range w.items(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, it)
	}
	slices.SortFunc(all, func(a, b ledgertable.Item) int {
		return cmp.Or(cmp.Compare(textOf(a["PK"]), textOf(b["PK"])), cmp.Compare(textOf(a["SK"]), textOf(b["SK"])))
	})
	return all
}

func textOf(v types.AttributeValue) string { return v.(*types.AttributeValueMemberS).Value }

// kind returns which of the errors that callers tell apart an error is.
func kind(w world, err error) string {
	switch {
	case err == nil:
		return ""
	case w.Overtaken(err) && errors.Is(err, ledgertable.ErrOvertaken):
		return "overtaken"
	case errors.Is(err, ledger.ErrLater):
		return "later"
	case errors.Is(err, ledgertable.ErrNoRecord):
		return "no record"
	case errors.Is(err, context.Canceled):
		return "canceled"
	}
	return err.Error()
}
