package docs

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/platforms"
)

var (
	indexBlock = regexp.MustCompile("(?ms)^```index ?([^\n]*)\n(.*?)\n```$")
	byteRow    = regexp.MustCompile(`(?m)^\| (\d+) to (\d+) \| .* \| (stays|goes) \|$`)
	filterRow  = regexp.MustCompile("(?m)^\\| `([a-z0-9/:.]+)` \\|")
)

// TestExampleOfPlatforms holds the example of the chapter to the rule, and its table to its bytes.
func TestExampleOfPlatforms(t *testing.T) {
	text := documents(t)["docs/platforms.md"]
	blocks := indexBlock.FindAllStringSubmatch(text, -1)
	if len(blocks) != 2 {
		t.Fatalf("%d indexes", len(blocks))
	}
	source, filter, want := blocks[0][2], blocks[1][1], blocks[1][2]
	wanted, err := platforms.Parse(strings.Split(filter, ",")...)
	if err != nil {
		t.Fatal(err)
	}
	got, err := wanted.Trim([]byte(source))
	if err != nil || string(got.Bytes) != want {
		t.Errorf("%s, %v", got.Bytes, err)
	}
	if left := left(t, text, source); left != want {
		t.Errorf("by the table, %q stays", left)
	}
	for _, said := range []string{
		digest.FromString(source).String(), digest.FromString(want).String(),
		fmt.Sprintf("%d,%03d bytes", len(source)/1000, len(source)%1000), fmt.Sprintf("%d bytes", len(want)),
		"`" + platforms.Rule + "`",
	} {
		if !strings.Contains(text, said) {
			t.Errorf("docs/platforms.md does not have %s", said)
		}
	}
}

// left returns what of the source stays, by the table of bytes.
func left(t *testing.T, text, source string) string {
	t.Helper()
	var stays strings.Builder
	next := 0
	for _, row := range byteRow.FindAllStringSubmatch(text, -1) {
		first, err := strconv.Atoi(row[1])
		if err != nil || first != next {
			t.Fatalf("%q: after byte %d", row[0], next-1)
		}
		last, err := strconv.Atoi(row[2])
		if err != nil || last >= len(source) {
			t.Fatalf("%q: there are %d bytes", row[0], len(source))
		}
		if next = last + 1; row[3] == "stays" {
			stays.WriteString(source[first:next])
		}
	}
	if next != len(source) {
		t.Errorf("the table has %d bytes, and there are %d", next, len(source))
	}
	return stays.String()
}

// TestFiltersOfPlatforms has the filters of the chapter read.
func TestFiltersOfPlatforms(t *testing.T) {
	rows := filterRow.FindAllStringSubmatch(documents(t)["docs/platforms.md"], -1)
	for _, row := range rows {
		if filter, err := platforms.Parse(row[1]); err != nil || filter.String() != row[1] {
			t.Errorf("%s: %s, %v", row[1], filter, err)
		}
	}
	if len(rows) != 3 {
		t.Errorf("%d filters", len(rows))
	}
}
