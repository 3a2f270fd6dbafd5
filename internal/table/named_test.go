package table_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/table"
)

// readNamed reads entries by their sources: a sorted line for each, and for each that is none.
func readNamed(t *testing.T, api table.API, sources ...string) []string {
	t.Helper()
	var lines []string
	for entry, err := range table.New(api, "mirror").Named(t.Context(), sources, now) {
		line := fmt.Sprint(entry.Source, " -> ", strings.Join(entry.Destinations, ","))
		if err != nil {
			line = entry.Source + ": " + err.Error()
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

func TestSeveralEntriesAreReadByTheirSources(t *testing.T) {
	each(t, func(t *testing.T, newTable world) {
		s := func(text string) types.AttributeValue { return &types.AttributeValueMemberS{Value: text} }
		api := newTable(t,
			item{"Source": s("src:1"), "Destination": s("r/a:1")},
			item{"Source": s("docker://src:1"), "Destination": s("r/b:1,r/c:1")},
			item{"Source": s("other:1"), "Destination": s("r/d:1")},
			item{"Source": s("bad:1")},
			item{
				"Source": s("old:1"), "Destination": s("r/e:1"),
				"Expires": &types.AttributeValueMemberN{Value: fmt.Sprint(now.Unix())},
			},
		)
		want := []string{
			`: entry "bad:1": no Destination`,
			"docker://src:1 -> r/b:1,r/c:1",
			`old:1: entry has expired: "old:1"`,
			"src:1 -> r/a:1",
		}
		if diff := cmp.Diff(want, readNamed(t, api, "src:1", "docker://src:1", "absent:1", "bad:1",
			"old:1")); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		if got := readNamed(t, api, "absent:1"); got != nil {
			t.Errorf("got %q", got)
		}
		if got := readNamed(t, api); got != nil {
			t.Errorf("of no source %q", got)
		}
	})
}

func TestAMissingTableHasNoNamedEntries(t *testing.T) {
	each(t, func(t *testing.T, newTable world) {
		for _, err := range table.New(newTable(t), "elsewhere").Named(t.Context(), []string{"src:1"}, now) {
			if !errors.Is(err, table.ErrNoTable) {
				t.Errorf("got %v", err)
			}
		}
	})
}

func TestKeysThatDynamoDBLeavesOutAreAskedForAgain(t *testing.T) {
	const left = `"UnprocessedKeys":{"mirror":{"Keys":[{"Source":{"S":"b"}}],"ConsistentRead":true}}`
	for name, c := range map[string]struct {
		answers []string
		want    []string
	}{
		"once": {
			[]string{
				`{"Responses":{"mirror":[{"Source":{"S":"a"},"Destination":{"S":"r/a:1"}}]},` + left + `}`,
				`{"Responses":{"mirror":[{"Source":{"S":"b"},"Destination":{"S":"r/b:1"}}]}}`,
			},
			[]string{"a -> r/a:1", "b -> r/b:1"},
		},
		"always": {
			slices.Repeat([]string{`{"Responses":{"mirror":[]},` + left + `}`}, 5),
			[]string{`: reading table "mirror": DynamoDB has left keys unread: ` +
				`ProvisionedThroughputExceededException: too many reads at a time`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			var requests []string
			api := serve(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				mu.Lock()
				defer mu.Unlock()
				requests = append(requests, string(body))
				_, _ = io.WriteString(w, c.answers[len(requests)-1])
			})
			if diff := cmp.Diff(c.want, readNamed(t, api, "a", "b")); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			mu.Lock()
			defer mu.Unlock()
			if len(requests) != len(c.answers) || strings.Contains(requests[1], `"a"`) {
				t.Errorf("requests %q", requests)
			}
		})
	}
}

func TestNoMoreEntriesAreReadByNameThanDynamoDBTakes(t *testing.T) {
	if got := readNamed(t, newTable(t), make([]string, 101)...); len(got) != 1 || !strings.Contains(got[0],
		"more than 100") {
		t.Errorf("got %q", got)
	}
}
