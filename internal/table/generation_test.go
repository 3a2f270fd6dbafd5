package table_test

import (
	"testing"

	"ecrmirror/internal/table"
)

// The table remembers which ledger is its own, in an item that is no entry: nobody sees it, or removes it.
func TestTheGenerationOfALedger(t *testing.T) { each(t, generations) }

func generations(t *testing.T, newTable world) {
	client := newTable(t, item{"Source": s("a"), "Destination": s("r/a:1")})
	tb := table.New(client, "mirror")
	for _, want := range []string{"", "one", "two"} {
		if want != "" {
			if err := tb.Adopt(t.Context(), want); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := tb.Generation(t.Context()); got != want || err != nil {
			t.Errorf("%q, %v, want %q", got, err, want)
		}
	}
	if was, err := tb.Remove(t.Context(), "#ledger"); was || err != nil {
		t.Errorf("removed: %v, %v", was, err)
	}
	if got, err := tb.Generation(t.Context()); got != "two" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if entries, errs := read(t, client); len(entries) != 1 || errs != nil {
		t.Errorf("%v, %v", entries, errs)
	}
}
