package table_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/table"
)

// raw reads an item past the package.
func raw(t *testing.T, client *dynamodb.Client, source string) item {
	t.Helper()
	out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: aws.String("mirror"), Key: item{"Source": s(source)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Item
}

func TestPut(t *testing.T) { each(t, putting) }

func putting(t *testing.T, newTable world) {
	later := now.Add(24 * time.Hour)
	for name, c := range map[string]struct {
		there item // beside the source; nil = nothing
		entry entry.Entry
		want  table.Change
		item  item
	}{
		"new": {
			nil, entry.Entry{Destinations: []string{"r.io/a:1"}}, table.Created, item{"Destination": s("r.io/a:1")},
		},
		"several destinations": {
			nil,
			entry.Entry{Destinations: []string{"r.io/b:1", "r.io/a:1"}, Options: entry.Options{Expires: later}},
			table.Created,
			item{"Destination": l(s("r.io/b:1"), s("r.io/a:1")), "Expires": n(later.Unix())},
		},
		"the same": {
			item{"Destination": s("r.io/a:1")},
			entry.Entry{Destinations: []string{"r.io/a:1"}},
			table.Kept,
			item{"Destination": s("r.io/a:1")},
		},
		"other destinations": {
			item{"Destination": ss("r.io/a:1"), "Keeper": s("me")},
			entry.Entry{Destinations: []string{"r.io/b:1"}},
			table.Replaced,
			item{"Destination": s("r.io/b:1"), "Keeper": s("me")},
		},
		"another expiry": {
			item{"Destination": s("r.io/a:1"), "Expires": n(later.Unix() + 1)},
			entry.Entry{Destinations: []string{"r.io/a:1"}, Options: entry.Options{Expires: later}},
			table.Replaced,
			item{"Destination": s("r.io/a:1"), "Expires": n(later.Unix())},
		},
		"no expiry": {
			item{"Destination": s("r.io/a:1"), "Expires": n(later.Unix())},
			entry.Entry{Destinations: []string{"r.io/a:1"}},
			table.Replaced,
			item{"Destination": s("r.io/a:1")},
		},
		"status kept": {
			item{"Destination": s("r.io/a:1"), "MirrorStatus": s("whatever")},
			entry.Entry{Destinations: []string{"r.io/a:1"}, Options: entry.Options{Expires: later}},
			table.Replaced,
			item{"Destination": s("r.io/a:1"), "Expires": n(later.Unix()), "MirrorStatus": s("whatever")},
		},
		"over a bad item": {
			item{"Destination": n(7), "Expires": s("soon")},
			entry.Entry{Destinations: []string{"r.io/a:1"}},
			table.Replaced,
			item{"Destination": s("r.io/a:1")},
		},
		"over an expired one": {
			item{"Destination": s("r.io/a:1"), "Expires": n(now.Unix()), "MirrorStatus": s("old"), "Keeper": s("me")},
			entry.Entry{Destinations: []string{"r.io/a:1"}},
			table.Created,
			item{"Destination": s("r.io/a:1"), "Keeper": s("me")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var items []item
			if c.there != nil {
				c.there["Source"] = s("src.io/x:1")
				items = append(items, c.there)
			}
			client := newTable(t, items...)
			tb := table.New(client, "mirror")
			c.entry.Source = "src.io/x:1"
			if got, err := tb.Put(t.Context(), c.entry, now); got != c.want || err != nil {
				t.Errorf("Put: %q, %v; want %q", got, err, c.want)
			}
			c.item["Source"] = s("src.io/x:1")
			if diff := cmp.Diff(c.item, raw(t, client, "src.io/x:1"), cmp.AllowUnexported(types.AttributeValueMemberS{},
				types.AttributeValueMemberN{}, types.AttributeValueMemberL{})); diff != "" {
				t.Errorf("item (-want +got)\n%s", diff)
			}
			if got, err := tb.Get(t.Context(), "src.io/x:1", now); err != nil || !got.Same(c.entry) {
				t.Errorf("Get: %+v, %v", got, err)
			}
		})
	}
}

func TestPutWritesNothingThatIsWrong(t *testing.T) {
	client := newTable(t)
	d := "sha256:" + strings.Repeat("a", 64)
	many := make([]string, entry.MaxDestinations+1)
	for i := range many {
		many[i] = fmt.Sprintf("r.io/a:%d", i)
	}
	for _, c := range []struct {
		entry entry.Entry
		want  string
	}{
		{entry.Entry{Destinations: []string{"r.io/a:1"}}, `source: image name is empty`},
		{entry.Entry{Source: "src.io/X:1", Destinations: []string{"r.io/a:1"}}, `source: image name "src.io/X:1": `},
		{
			entry.Entry{Source: "src.io/x:1 ", Destinations: []string{"r.io/a:1"}},
			`source: image name "src.io/x:1 " has a comma or a blank in it`,
		},
		{
			entry.Entry{Source: "dir:/x", Destinations: []string{"r.io/a:1"}},
			`source: image name "dir:/x": an entry can name images in registries only`,
		},
		{
			entry.Entry{Source: strings.Repeat("x", 2049), Destinations: []string{"r.io/a:1"}},
			`source: image name of 2049 bytes; the longest may have 2048`,
		},
		{entry.Entry{Source: "src.io/x:1"}, `no destination`},
		{entry.Entry{Source: "src.io/x:1", Destinations: many}, `201 destinations; an entry may have 200`},
		{
			entry.Entry{Source: "src.io/x:1", Destinations: []string{"r.io/a:1,r.io/b:1"}},
			`destination: image name "r.io/a:1,r.io/b:1" has a comma or a blank in it`,
		},
		{
			entry.Entry{Source: "src.io/x:1", Destinations: []string{"docker://src.io/x:1"}},
			`destination "docker://src.io/x:1" is the source itself`,
		},
		{
			entry.Entry{Source: "src.io/x:1", Destinations: []string{"r.io/a:1", "r.io/a:1"}},
			`destination "r.io/a:1" is named twice`,
		},
		{
			entry.Entry{Source: "src.io/x:1", Destinations: []string{"r.io/a", "r.io/a:latest"}},
			`destination "r.io/a:latest" is the same image as "r.io/a"`,
		},
		{
			entry.Entry{Source: "src.io/x:1", Destinations: []string{"r.io/a@" + d}},
			`destination "r.io/a@` + d + `" is fixed to a digest that the source is not fixed to`,
		},
		{
			entry.Entry{Source: "src.io/x:1", Destinations: []string{"r.io/a:1"}, Options: entry.Options{Expires: now}},
			`would have expired at 2027-01-15T08:00:00Z`,
		},
		{entry.Entry{Source: "src.io/x:1", Destinations: []string{"R:1", "oci:x"}}, `destination: image name "R:1": `},
	} {
		_, err := table.New(client, "mirror").Put(t.Context(), c.entry, now)
		var bad *entry.Error
		if !errors.As(err, &bad) || !strings.HasPrefix(bad.Err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("Put(%v): %v, want %s", c.entry.Destinations, err, c.want)
		}
	}
	if entries, errs := read(t, client); entries != nil || errs != nil {
		t.Errorf("the table has %v, %v", entries, errs)
	}
	pinned := entry.Entry{Source: "src.io/x@" + d, Destinations: []string{"r.io/a@" + d}}
	if problems := pinned.Problems(); problems != nil {
		t.Errorf("source and destination of one digest: %v", problems)
	}
}

func TestRemove(t *testing.T) { each(t, removing) }

func removing(t *testing.T, newTable world) {
	client := newTable(t, item{"Source": s("a"), "Destination": s("r/a:1")},
		item{"Source": s("bad"), "Destination": n(7)}, item{"Source": s("z"), "Destination": s("r/z:1")})
	tb := table.New(client, "mirror")
	for _, source := range []string{"a", "bad", "absent"} {
		if was, err := tb.Remove(t.Context(), source); was != (source != "absent") || err != nil {
			t.Errorf("Remove(%q): %v, %v", source, was, err)
		}
	}
	if was, err := tb.Remove(t.Context(), "a"); was || err != nil {
		t.Errorf("again: %v, %v", was, err)
	}
	if entries, errs := read(t, client); len(entries) != 1 || entries[0].Source != "z" || errs != nil {
		t.Errorf("left: %v, %v", entries, errs)
	}
	if _, err := tb.Remove(t.Context(), ""); err == nil || err.Error() != `entry "": image name is empty` {
		t.Errorf("no name: %v", err)
	}
}

func TestWritingToATableThatIsNotThere(t *testing.T) { each(t, writingNowhere) }

func writingNowhere(t *testing.T, newTable world) {
	tb := table.New(newTable(t), "elsewhere")
	_, put := tb.Put(t.Context(), entry.Entry{Source: "src.io/x:1", Destinations: []string{"r.io/a:1"}}, now)
	_, remove := tb.Remove(t.Context(), "src.io/x:1")
	for _, err := range []error{put, remove, tb.SetStatus(t.Context(), "src.io/x:1", entry.Status{Checked: now})} {
		if !errors.Is(err, table.ErrNoTable) {
			t.Errorf("got %v", err)
		}
	}
}

// The infrastructure turns the time to live on, by the name of the attribute.
func TestTheTableTakesExpiresForItsTimeToLive(t *testing.T) { each(t, timeToLive) }

func timeToLive(t *testing.T, newTable world) {
	client := newTable(t)
	_, err := client.UpdateTimeToLive(t.Context(), &dynamodb.UpdateTimeToLiveInput{
		TableName: aws.String("mirror"),
		TimeToLiveSpecification: &types.TimeToLiveSpecification{
			AttributeName: aws.String("Expires"), Enabled: aws.Bool(true),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := client.DescribeTimeToLive(t.Context(),
		&dynamodb.DescribeTimeToLiveInput{TableName: aws.String("mirror")})
	if err != nil {
		t.Fatal(err)
	}
	if d := out.TimeToLiveDescription; aws.ToString(d.AttributeName) != "Expires" ||
		d.TimeToLiveStatus != types.TimeToLiveStatusEnabled {
		t.Errorf("time to live %+v", d)
	}
	tb := table.New(client, "mirror")
	e := entry.Entry{Source: "src.io/x:1", Destinations: []string{"r.io/a:1"}}
	e.Expires = time.Now().Add(time.Hour).Truncate(time.Second) // not for DynamoDB to delete while the test runs
	if _, err := tb.Put(t.Context(), e, time.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := tb.Get(t.Context(), e.Source, e.Expires.Add(-time.Second)); err != nil {
		t.Errorf("in its last second: %v", err)
	}
	if _, err := tb.Get(t.Context(), e.Source, e.Expires); !errors.Is(err, table.ErrExpired) {
		t.Errorf("in the second in which it expires: %v", err)
	}
}
