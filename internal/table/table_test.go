package table_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
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

// now is the second in which every test takes place.
var now = time.Unix(1_800_000_000, 0)

type item = map[string]types.AttributeValue

func s(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }

func n(v int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(v, 10)}
}

func ss(v ...string) types.AttributeValue { return &types.AttributeValueMemberSS{Value: v} }

func m(v item) types.AttributeValue { return &types.AttributeValueMemberM{Value: v} }

func l(v ...types.AttributeValue) types.AttributeValue { return &types.AttributeValueMemberL{Value: v} }

// onePerPage makes DynamoDB stop after each item, as it does after each megabyte,
// and counts pages.
type onePerPage struct {
	*dynamodb.Client
	pages int
}

func (p *onePerPage) Scan(
	ctx context.Context, in *dynamodb.ScanInput, opts ...func(*dynamodb.Options),
) (*dynamodb.ScanOutput, error) {
	in.Limit = aws.Int32(1)
	p.pages++
	return p.Client.Scan(ctx, in, opts...)
}

// read collects what All yields, sorted by source.
func read(t *testing.T, api table.API) (entries []entry.Entry, errs []string) {
	t.Helper()
	for e, err := range table.New(api, "mirror").All(t.Context(), now) {
		var bad *entry.Error
		switch {
		case errors.As(err, &bad):
			errs = append(errs, err.Error())
		case err != nil:
			t.Fatal(err)
		default:
			entries = append(entries, e)
		}
	}
	slices.SortFunc(entries, func(a, b entry.Entry) int { return strings.Compare(a.Source, b.Source) })
	slices.Sort(errs)
	return entries, errs
}

func TestDestinationsAreReadInEveryForm(t *testing.T) { each(t, destinationsAreReadInEveryForm) }

func destinationsAreReadInEveryForm(t *testing.T, newTable world) {
	for name, c := range map[string]struct {
		attribute types.AttributeValue
		want      []string
	}{
		"one":                   {s("r/a:1"), []string{"r/a:1"}},
		"comma-separated":       {s("r/a:1,r/b:1"), []string{"r/a:1", "r/b:1"}},
		"blanks and empty ones": {s(" r/a:1 ,, r/b:1\n,"), []string{"r/a:1", "r/b:1"}},
		"repetition":            {s("r/a:1,r/b:1,r/a:1"), []string{"r/a:1", "r/b:1"}},
		"set":                   {ss("r/a:1"), []string{"r/a:1"}},
		"set of lists":          {ss("r/a:1, r/b:1"), []string{"r/a:1", "r/b:1"}},
		"list":                  {l(s("r/b:1"), s("r/a:1")), []string{"r/b:1", "r/a:1"}},
		"list of lists":         {l(s("r/a:1,r/b:1"), s(" r/c:1 "), s("r/b:1")), []string{"r/a:1", "r/b:1", "r/c:1"}},
		"list with empty ones":  {l(s(""), s("r/a:1")), []string{"r/a:1"}},
	} {
		t.Run(name, func(t *testing.T) {
			client := newTable(t, item{"Source": s("src:1"), "Destination": c.attribute, "Owner": s("someone")})
			want := entry.Entry{Source: "src:1", Destinations: c.want}
			entries, errs := read(t, client)
			if diff := cmp.Diff([]entry.Entry{want}, entries); diff != "" || errs != nil {
				t.Errorf("All: %v (-want +got)\n%s", errs, diff)
			}
			got, err := table.New(client, "mirror").Get(t.Context(), "src:1", now)
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("Get: %v (-want +got)\n%s", err, diff)
			}
		})
	}
}

func TestABadItemIsReportedByKeyAndTheOthersAreRead(t *testing.T) {
	each(t, aBadItemIsReportedByKeyAndTheOthersAreRead)
}

func aBadItemIsReportedByKeyAndTheOthersAreRead(t *testing.T, newTable world) {
	for name, c := range map[string]struct {
		bad  item
		want string
	}{
		"no destination":    {item{}, `entry "bad": no Destination`},
		"empty destination": {item{"Destination": s("")}, `entry "bad": empty Destination`},
		"blank destination": {item{"Destination": s(" , ")}, `entry "bad": empty Destination`},
		"list of nothing":   {item{"Destination": l(s(""))}, `entry "bad": empty Destination`},
		"number": {
			item{"Destination": n(7)}, `entry "bad": Destination has type N; it must be S, SS or L of S`,
		},
		"truth": {
			item{"Destination": &types.AttributeValueMemberBOOL{Value: true}},
			`entry "bad": Destination has type BOOL; it must be S, SS or L of S`,
		},
		"list with a number": {
			item{"Destination": l(s("r/a:1"), n(7))}, `entry "bad": Destination[1] has type N; it must be S`,
		},
		"expires as text": {
			item{"Destination": s("r/a:1"), "Expires": s("2027-01-31")},
			`entry "bad": Expires has type S; it must be N, epoch seconds`,
		},
		"expires as null": {
			item{"Destination": s("r/a:1"), "Expires": &types.AttributeValueMemberNULL{Value: true}},
			`entry "bad": Expires has type NULL; it must be N, epoch seconds`,
		},
		"expires zero": {
			item{"Destination": s("r/a:1"), "Expires": n(0)}, `entry "bad": Expires is 0, not a time in epoch seconds`,
		},
		"expires negative": {
			item{"Destination": s("r/a:1"), "Expires": n(-5)},
			`entry "bad": Expires is -5, not a time in epoch seconds`,
		},
		"expires in milliseconds": {
			item{"Destination": s("r/a:1"), "Expires": n(1_900_000_000_000)},
			`entry "bad": Expires is 1900000000000, which is too far ahead; is it in milliseconds?`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.bad["Source"] = s("bad")
			client := newTable(t, item{"Source": s("a"), "Destination": s("r/a:1")}, c.bad,
				item{"Source": s("z"), "Destination": s("r/z:1")})
			entries, errs := read(t, client)
			if diff := cmp.Diff([]string{c.want}, errs); diff != "" {
				t.Errorf("errors (-want +got)\n%s", diff)
			}
			if len(entries) != 2 || entries[0].Source != "a" || entries[1].Source != "z" {
				t.Errorf("healthy entries: %v", entries)
			}
			_, err := table.New(client, "mirror").Get(t.Context(), "bad", now)
			var bad *entry.Error
			if !errors.As(err, &bad) || bad.Source != "bad" || err.Error() != c.want {
				t.Errorf("Get: %v", err)
			}
		})
	}
}

func TestAnEntryExpiresAtItsSecond(t *testing.T) { each(t, anEntryExpiresAtItsSecond) }

func anEntryExpiresAtItsSecond(t *testing.T, newTable world) {
	client := newTable(t,
		item{"Source": s("never"), "Destination": s("r/a:1")},
		item{"Source": s("next second"), "Destination": s("r/a:1"), "Expires": n(now.Unix() + 1)},
		item{"Source": s("this second"), "Destination": s("r/a:1"), "Expires": n(now.Unix())},
		item{"Source": s("last second"), "Destination": s("r/a:1"), "Expires": n(now.Unix() - 1)},
		item{"Source": s("expired and bad"), "Expires": n(1)},
	)
	entries, errs := read(t, client)
	want := []entry.Entry{
		{Source: "never", Destinations: []string{"r/a:1"}},
		{Source: "next second", Destinations: []string{"r/a:1"}, Options: entry.Options{Expires: now.Add(time.Second)}},
	}
	if diff := cmp.Diff(want, entries); diff != "" || errs != nil {
		t.Errorf("All: %v (-want +got)\n%s", errs, diff)
	}
	for source, want := range map[string]error{
		"next second": nil, "this second": table.ErrExpired, "expired and bad": table.ErrExpired,
		"absent": table.ErrNotFound,
	} {
		_, err := table.New(client, "mirror").Get(t.Context(), source, now)
		if !errors.Is(err, want) || err != nil && !strings.Contains(err.Error(), strconv.Quote(source)) {
			t.Errorf("Get(%q): %v, want %v", source, err, want)
		}
	}
}

func TestEveryPageIsRead(t *testing.T) { each(t, everyPageIsRead) }

func everyPageIsRead(t *testing.T, newTable world) {
	var items []item
	for i := range 60 {
		it := item{"Source": s(fmt.Sprintf("src:%02d", i)), "Destination": s("r/a:1")}
		if i%3 == 1 {
			it["Expires"] = n(now.Unix()) // nothing comes of its page, and others follow
		}
		items = append(items, it)
	}
	api := &onePerPage{Client: newTable(t, items...)}
	entries, errs := read(t, api)
	if len(entries) != 40 || errs != nil {
		t.Errorf("%d entries, errors %v; want 40 and none", len(entries), errs)
	}
	if api.pages < len(items) {
		t.Errorf("%d pages for %d items: the test did not page", api.pages, len(items))
	}
}

func TestIterationStopsWhereTheReaderDoes(t *testing.T) { each(t, iterationStopsWhereTheReaderDoes) }

func iterationStopsWhereTheReaderDoes(t *testing.T, newTable world) {
	api := &onePerPage{Client: newTable(t,
		item{"Source": s("a"), "Destination": s("r/a:1")}, item{"Source": s("b"), "Destination": s("r/a:1")})}
	for range table.New(api, "mirror").All(t.Context(), now) {
		break
	}
	if api.pages != 1 {
		t.Errorf("%d pages were read, want 1", api.pages)
	}
}
