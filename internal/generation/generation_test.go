package generation_test

import (
	"context"
	"errors"
	"testing"

	"ecrmirror/internal/generation"
)

// A side is a table or a ledger that has a generation.
type side struct {
	has string
	err error
}

func (s *side) Generation(context.Context) (string, error) { return s.has, s.err }

func (s *side) Adopt(_ context.Context, generation string) error {
	s.has = generation
	return nil
}

// begun is a ledger to which another controller gives a generation first, unless that is "".
type begun struct {
	side
	first string
}

func (b *begun) Begin(_ context.Context, generation string) (string, error) {
	if b.has = b.first; b.has == "" {
		b.has = generation
	}
	return b.has, nil
}

func TestALedgerIsTheTablesOrNot(t *testing.T) {
	errRead := errors.New("denied")
	for _, c := range []struct {
		what          string
		table, ledger side
		fresh         bool
		err           any
	}{
		{"both are new", side{}, side{}, true, nil},
		{"they belong together", side{has: "a"}, side{has: "a"}, false, nil},
		{"the ledger was made anew", side{has: "a"}, side{}, false, generation.ForeignError{New: true}},
		{"another table's", side{has: "a"}, side{has: "b"}, false, generation.ForeignError{}},
		{"another table's, and the table is new", side{}, side{has: "b"}, false, generation.ForeignError{}},
		{"the table can't be read", side{err: errRead}, side{}, false, errRead},
		{"the ledger can't be read", side{}, side{err: errRead}, false, errRead},
	} {
		fresh, err := generation.Check(t.Context(), &c.table, &begun{side: c.ledger})
		var got any = err
		if foreign, ok := errors.AsType[*generation.ForeignError](err); ok {
			got = *foreign
		}
		if fresh != c.fresh || got != c.err {
			t.Errorf("%s: %v, %v", c.what, fresh, err)
		}
		if c.err == errRead {
			continue
		}
		ledger := &begun{side: c.ledger}
		err = generation.Adopt(t.Context(), &c.table, ledger, func() string { return "new" })
		if fresh, again := generation.Check(t.Context(), &c.table, ledger); err != nil || again != nil || fresh {
			t.Errorf("%s, adopted: %v, %v", c.what, err, again)
		}
	}
}

// Of two controllers that find both new, one begins the ledger, and both have the table belong to that.
func TestTwoBeginALedger(t *testing.T) {
	var table side
	ledger := &begun{first: "theirs"}
	if err := generation.Adopt(t.Context(), &table, ledger, func() string { return "mine" }); err != nil {
		t.Fatal(err)
	}
	if table.has != "theirs" || ledger.has != "theirs" {
		t.Errorf("%q, %q", table.has, ledger.has)
	}
}
