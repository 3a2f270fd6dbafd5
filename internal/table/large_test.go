package table_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/table"
)

func textValue(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

// nothings is a list of n empty texts.
func nothings(n int) types.AttributeValue {
	list := &types.AttributeValueMemberL{}
	for range n {
		list.Value = append(list.Value, textValue(""))
	}
	return list
}

func joinedNames(n int) string {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprint("r.io/x:", i))
	}
	return strings.Join(names, ",")
}

// What an item has that no entry has is an error about that item, or about a name in it; the other entries are read.
func TestItemsOfAnySizeAreErrorsOfTheirOwn(t *testing.T) {
	const ordinary = 300
	var items []item
	for i := range ordinary {
		items = append(items, item{"Source": textValue(fmt.Sprint("r.io/s:", i)), "Destination": textValue("r.io/d:1")})
	}
	odd := map[string]item{
		"list of texts": {"Destination": nothings(150_000)},
		"status of texts": {
			"Destination":  textValue("r.io/d:1"),
			"MirrorStatus": &types.AttributeValueMemberM{Value: item{"a": nothings(150_000)}},
		},
		"names":    {"Destination": textValue(joinedNames(20_000))},
		"one name": {"Destination": textValue("r.io/d:1," + strings.Repeat("!", 300_000))},
		"blanks":   {"Destination": textValue("r.io/d:1" + strings.Repeat(" ", 300_000) + ",,,")},
		"status": {
			"Destination":  textValue("r.io/d:1"),
			"MirrorStatus": &types.AttributeValueMemberM{Value: item{"error": textValue(strings.Repeat("x", 390_000))}},
		},
	}
	for name, it := range odd {
		it["Source"] = textValue(name)
		items = append(items, it)
	}
	tab := table.New(newTable(t, items...), "mirror")
	good, bad := map[string]entry.Entry{}, map[string]string{}
	for e, err := range tab.All(t.Context(), time.Now()) {
		wrong, isBad := errors.AsType[*entry.Error](err)
		switch {
		case isBad:
			bad[wrong.Source] = wrong.Err.Error()
		case err != nil:
			t.Fatal(err)
		default:
			good[e.Source] = e
		}
	}
	if len(good) != ordinary+3 || len(bad) != 3 {
		t.Errorf("%d entries, errors %v", len(good), bad)
	}
	for name, want := range map[string]string{
		"list of texts": "more than 1048576 bytes of JSON", "status of texts": "more than 1048576 bytes of JSON",
		"names": "20000 destinations; an entry may have 200",
	} {
		if !strings.HasPrefix(bad[name], want) {
			t.Errorf("%s: %q, want %q", name, bad[name], want)
		}
		if _, err := tab.Get(t.Context(), name, time.Now()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s alone: %v, want %q", name, err, want)
		}
	}
	names := good["one name"].Destinations
	if len(names) != 2 || len(names[1]) > 200 || !strings.HasSuffix(names[1], "(300000 bytes)") ||
		(entry.Entry{}).ValidateDestination(names[1]) == nil {
		t.Errorf("names %.300q", names)
	}
	if got := good["blanks"].Destinations; !slices.Equal(got, []string{"r.io/d:1"}) {
		t.Errorf("names %q", got)
	}
	if got := good["status"].Status.Error; got != "" { // nobody but others wrote one that is so long
		t.Errorf("the error of a status has %d bytes", len(got))
	}
}

// Items that are too large together are read one by one.
func TestLargeItemsThatAreNamedAreReadOneByOne(t *testing.T) {
	var items []item
	var sources []string
	for i := range 6 {
		source := fmt.Sprint("r.io/s:", i)
		sources = append(sources, source)
		items = append(items, item{
			"Source": textValue(source), "Destination": textValue("r.io/d:1" + strings.Repeat(" ", 350_000)),
		})
	}
	items[2]["Destination"] = nothings(140_000)
	items[3]["Destination"] = nothings(150_000)
	items[3]["Padding"] = textValue(strings.Repeat("x", 1000)) // which is not read
	tab := table.New(newTable(t, items...), "mirror")
	var good, bad []string
	for e, err := range tab.Named(t.Context(), sources, time.Now()) {
		if wrong, ok := errors.AsType[*entry.Error](err); ok {
			bad = append(bad, wrong.Source)
		} else if err != nil {
			t.Fatal(err)
		} else {
			good = append(good, e.Source)
		}
	}
	slices.Sort(good)
	slices.Sort(bad)
	if !slices.Equal(good, []string{sources[0], sources[1], sources[4], sources[5]}) ||
		!slices.Equal(bad, sources[2:4]) {
		t.Errorf("good %v, bad %v", good, bad)
	}
}
