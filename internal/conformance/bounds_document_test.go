package conformance

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"ecrmirror/internal/memlimit"
)

// boundRow is a row of a table of docs/bounds.md: budget, peak and bound, in MiB.
var boundRow = regexp.MustCompile(`(?m)^\|[^|\n]*\| (\d+) MiB \| (\d+) MiB \| (\d+) MiB \|`)

// TestTheDocumentHasTheBounds holds docs/bounds.md, and the budget that the program takes in a small container, to what
// the program may take beside its budget.
func TestTheDocumentHasTheBounds(t *testing.T) {
	const container = 100 << 20
	if got := memlimit.Budget(container); got != container-maxBeside {
		t.Errorf("the budget in a container of 100 MiB is %d", got)
	}
	text, err := os.ReadFile("../../docs/bounds.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		fmt.Sprintf("and %d MiB beside it", maxBeside>>20),
		fmt.Sprintf("at a budget of 8 MiB; the bound is %d MiB", 8+maxBeside>>20),
	} {
		if !strings.Contains(strings.Join(strings.Fields(string(text)), " "), want) {
			t.Errorf("docs/bounds.md does not say %q", want)
		}
	}
	rows := boundRow.FindAllStringSubmatch(string(text), -1)
	if len(rows) < 10 {
		t.Fatalf("docs/bounds.md has %d rows with bounds", len(rows))
	}
	for _, row := range rows {
		budget, peak, bound := mebibytes(t, row[1]), mebibytes(t, row[2]), mebibytes(t, row[3])
		if bound != budget+maxBeside>>20 || peak > bound {
			t.Errorf("docs/bounds.md: %s", row[0])
		}
	}
}

func mebibytes(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
