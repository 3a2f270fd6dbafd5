package entrydiff_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/awsclient"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/entrydiff"
	"ecrmirror/internal/table"
	standin "ecrmirror/localstack/dynamodb"
)

var now = time.Date(2027, 1, 15, 12, 0, 0, 0, time.UTC)

// newTable starts a DynamoDB with an empty table.
func newTable(t *testing.T) (*table.Table, *dynamodb.Client) {
	t.Helper()
	standIn := httptest.NewServer(standin.New(standin.Options{Home: "111122223333"}))
	t.Cleanup(standIn.Close)
	client := dynamodb.New(dynamodb.Options{
		HTTPClient:   awsclient.New(),
		BaseEndpoint: &standIn.URL, Region: "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
	})
	_, err := client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String("mirror"), BillingMode: types.BillingModePayPerRequest,
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("Source"), KeyType: types.KeyTypeHash},
		},
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("Source"), AttributeType: types.ScalarAttributeTypeS},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return table.New(client, "mirror"), client
}

func anEntry(name string, destinations ...string) entry.Entry {
	return entry.Entry{Source: "src.io/" + name + ":1", Destinations: destinations}
}

func until(e entry.Entry, days int) entry.Entry {
	e.Expires = time.Date(now.Year(), now.Month(), now.Day()+days, 0, 0, 0, 0, time.UTC)
	return e
}

// summary is steps in a line each.
func summary(steps []entrydiff.Step) []string {
	var lines []string
	for _, s := range steps {
		lines = append(lines, fmt.Sprint(s.Change, " ", s.Entry.Source, " ", s.Old.Destinations, "->",
			s.Entry.Destinations))
	}
	return lines
}

func TestDiffAndApply(t *testing.T) {
	tb, client := newTable(t)
	for _, e := range []entry.Entry{
		anEntry("same", "r.io/a:1"), anEntry("moved", "r.io/a:1"), until(anEntry("longer", "r.io/a:1"), 1),
		anEntry("unnamed", "r.io/a:1"), anEntry("over", "r.io/a:1"), until(anEntry("ended", "r.io/a:1"), 1),
	} {
		if _, err := tb.Put(t.Context(), e, now); err != nil {
			t.Fatal(err)
		}
	}
	for _, source := range []string{"src.io/bad:1", "src.io/mended:1"} {
		_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{
			TableName: aws.String("mirror"), Item: map[string]types.AttributeValue{
				"Source": &types.AttributeValueMemberS{Value: source},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	file := []entry.Entry{
		anEntry("same", "r.io/a:1"), anEntry("moved", "r.io/b:1"), until(anEntry("longer", "r.io/a:1"), 9),
		anEntry("new", "r.io/n:1"),
		anEntry("mended", "r.io/m:1"), until(anEntry("over", "r.io/a:1"), 0),
		until(anEntry("never was", "r.io/a:1"), -5),
		until(anEntry("ended", "r.io/a:1"), 1),
	}
	difference, err := entrydiff.Diff(file, tb.All(t.Context(), now), true, now)
	steps, bad := difference.Steps, difference.Bad
	want := []string{
		"keep src.io/ended:1 [r.io/a:1]->[r.io/a:1]",
		"replace src.io/longer:1 [r.io/a:1]->[r.io/a:1]",
		"replace src.io/mended:1 []->[r.io/m:1]",
		"replace src.io/moved:1 [r.io/a:1]->[r.io/b:1]",
		"create src.io/new:1 []->[r.io/n:1]",
		"remove src.io/over:1 []->[r.io/a:1]",
		"keep src.io/same:1 [r.io/a:1]->[r.io/a:1]",
		"remove src.io/unnamed:1 []->[r.io/a:1]",
	}
	if got := summary(steps); !slices.Equal(got, want) || err != nil || len(bad) != 2 {
		t.Errorf("steps %q\nwant %q\nbad %v, %v", got, want, bad, err)
	}
	gentle, err := entrydiff.Diff(file, tb.All(t.Context(), now), false, now)
	if want := slices.Delete(slices.Clone(want), 7, 8); !slices.Equal(summary(gentle.Steps), want) || err != nil {
		t.Errorf("without prune: %q, %v", summary(gentle.Steps), err)
	}

	taken, err := entrydiff.Apply(t.Context(), tb, steps, now)
	if taken != 6 || err != nil {
		t.Errorf("took %d steps, %v", taken, err)
	}
	difference, err = entrydiff.Diff(file, tb.All(t.Context(), now), true, now)
	steps, bad = difference.Steps, difference.Bad
	for _, s := range steps {
		if s.Change != table.Kept {
			t.Errorf("left to do: %s %s", s.Change, s.Entry.Source)
		}
	}
	if len(steps) != 6 || len(bad) != 1 || bad[0].Source != "src.io/bad:1" || err != nil {
		t.Errorf("after: %q, %v, %v", summary(steps), bad, err)
	}
}

// listed iterates entries, as a table does.
func listed(entries ...entry.Entry) iter.Seq2[entry.Entry, error] {
	return func(yield func(entry.Entry, error) bool) {
		for _, e := range entries {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func of(source, destination string) entry.Entry {
	return entry.Entry{Source: source, Destinations: []string{destination}}
}

// TestASourceIsOneHoweverItIsWritten: the key in the table stays, whichever way the file writes it.
func TestASourceIsOneHoweverItIsWritten(t *testing.T) {
	for _, c := range []struct {
		name  string
		file  entry.Entry
		want  []string // steps
		there []entry.Entry
	}{
		{
			"kept", of("docker.io/library/alpine:3", "r.io/a:1"),
			[]string{"keep alpine:3 [r.io/a:1]->[r.io/a:1]"},
			[]entry.Entry{of("alpine:3", "r.io/a:1")},
		},
		{
			"replaced", of("alpine", "r.io/b:1"),
			[]string{"replace docker.io/alpine:latest [r.io/a:1]->[r.io/b:1]"},
			[]entry.Entry{of("docker.io/alpine:latest", "r.io/a:1")},
		},
		{"the same key first", of("alpine:3", "r.io/b:1"), []string{
			"replace alpine:3 [r.io/a:1]->[r.io/b:1]",
			"remove library/alpine:3 []->[r.io/c:1]",
		}, []entry.Entry{
			of("library/alpine:3", "r.io/c:1"),
			of("alpine:3", "r.io/a:1"),
		}},
		{
			"another image", of("alpine:3.1", "r.io/b:1"),
			[]string{"remove alpine:3 []->[r.io/a:1]", "create alpine:3.1 []->[r.io/b:1]"},
			[]entry.Entry{of("alpine:3", "r.io/a:1")},
		},
	} {
		difference, err := entrydiff.Diff([]entry.Entry{c.file}, listed(c.there...), true, now)
		if got := summary(difference.Steps); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q, %v", c.name, got, c.want, err)
		}
	}
}

func TestConflictsOfWhatIsWritten(t *testing.T) {
	for _, c := range []struct {
		name        string
		file, there []entry.Entry
		prune       bool
		want        string // "" for none
	}{
		{"none", []entry.Entry{of("r.io/a:1", "r.io/x:1")}, []entry.Entry{of("r.io/b:1", "r.io/y:1")}, false, ""},
		{
			"in the file",
			[]entry.Entry{of("r.io/a:1", "r.io/x:1"), of("r.io/b:1", "r.io:443/x:1")},
			nil, false,
			`entry "r.io/a:1": destination "r.io/x:1": is written by entry "r.io/b:1"`,
		},
		{
			"with the table",
			[]entry.Entry{of("r.io/a:1", "r.io/x:1")},
			[]entry.Entry{of("r.io/b:1", "r.io/x:1")},
			false,
			`entry "r.io/a:1": destination "r.io/x:1": is written by entry "r.io/b:1"`,
		},
		{
			"with what is pruned",
			[]entry.Entry{of("r.io/a:1", "r.io/x:1")},
			[]entry.Entry{of("r.io/b:1", "r.io/x:1")},
			true, "",
		},
		{
			"with what is replaced",
			[]entry.Entry{of("r.io/a:1", "r.io/x:1"), of("r.io/b:1", "r.io/y:1")},
			[]entry.Entry{of("r.io/b:1", "r.io/x:1")},
			false, "",
		},
		{
			"between others",
			[]entry.Entry{of("r.io/a:1", "r.io/x:1")},
			[]entry.Entry{of("r.io/b:1", "r.io/y:1"), of("r.io/c:1", "r.io/y:1")},
			false, "",
		},
		{
			"that were there",
			[]entry.Entry{of("r.io/b:1", "r.io/y:1")},
			[]entry.Entry{of("r.io/b:1", "r.io/y:1"), of("r.io/c:1", "r.io/y:1")},
			false, "",
		},
		{
			"two spellings in the table",
			[]entry.Entry{of("x:1", "r.io/z:1")},
			[]entry.Entry{of("x:1", "r.io/x:1"), of("docker.io/x:1", "r.io/y:1")},
			false,
			`entry "x:1": is the same image as the source of entry "docker.io/x:1"`,
		},
	} {
		difference, err := entrydiff.Diff(c.file, listed(c.there...), c.prune, now)
		if err != nil {
			t.Fatal(err)
		}
		if err := difference.Conflicts(); (err != nil) != (c.want != "") || err != nil &&
			!strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

func TestDiffOfATableThatCannotBeRead(t *testing.T) {
	var broken iter.Seq2[entry.Entry, error] = func(yield func(entry.Entry, error) bool) {
		_ = yield(anEntry("a", "r.io/a:1"), nil) && yield(entry.Entry{}, table.ErrNoTable)
	}
	difference, err := entrydiff.Diff(nil, broken, true, now)
	if difference.Steps != nil || !errors.Is(err, table.ErrNoTable) {
		t.Errorf("%v, %v", difference, err)
	}
}

func TestApplyGoesOnAfterAFailureAndStopsWithTheContext(t *testing.T) {
	tb, _ := newTable(t)
	var steps []entrydiff.Step
	for i := range 40 {
		e := anEntry(fmt.Sprint("x", i), "r.io/a:1")
		if i == 3 {
			e.Destinations = nil
		}
		steps = append(steps, entrydiff.Step{Change: table.Created, Entry: e})
	}
	taken, err := entrydiff.Apply(t.Context(), tb, steps, now)
	if taken != 39 || err == nil || err.Error() != `entry "src.io/x3:1": no destination` {
		t.Errorf("took %d, %v", taken, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if taken, err := entrydiff.Apply(ctx, tb, steps, now); taken != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("took %d after the end, %v", taken, err)
	}
}
