// Package value is DynamoDB's data: attribute values and items of them, read from and written
// to its JSON, with its limits, order and sizes.
package value

import (
	"slices"
	"strings"
)

// Kind is a data type, by its name in DynamoDB's JSON.
type Kind string

// The kinds of values, by their names in DynamoDB's JSON.
const (
	S    Kind = "S"
	N    Kind = "N"
	B    Kind = "B"
	Bool Kind = "BOOL"
	Null Kind = "NULL"
	M    Kind = "M"
	L    Kind = "L"
	SS   Kind = "SS"
	NS   Kind = "NS"
	BS   Kind = "BS"
)

// Scalar tells whether values of the kind have an order, and may be keys.
func (k Kind) Scalar() bool { return k == S || k == N || k == B }

// IsSet tells whether the kind is one of sets.
func (k Kind) IsSet() bool { return k == SS || k == NS || k == BS }

// A Value is one attribute's. Values are never changed in place: they share what they are made of.
type Value struct {
	Kind Kind
	Text string   // of S; of N, in plain digits; of B, its bytes
	Bool bool     // of BOOL
	Map  Item     // of M
	List []Value  // of L
	Set  []string // of the sets: each member's Text

	invalid error // why DynamoDB refuses it; see Err
}

// An Item is attributes by their names.
type Item map[string]Value

// Int returns a value of kind N.
func Int(n int) Value { return Value{Kind: N, Text: integer(n)} }

// Equal tells whether the values are the same. The order of a set's members does not count.
func (v Value) Equal(w Value) bool {
	if v.Kind != w.Kind {
		return false
	}
	switch v.Kind {
	case M:
		return v.Map.equal(w.Map)
	case L:
		return slices.EqualFunc(v.List, w.List, Value.Equal)
	case SS, NS, BS:
		return len(v.Set) == len(w.Set) && !slices.ContainsFunc(v.Set,
			func(member string) bool { return !slices.Contains(w.Set, member) })
	default:
		return v.Text == w.Text && v.Bool == w.Bool
	}
}

func (i Item) equal(j Item) bool {
	if len(i) != len(j) {
		return false
	}
	for name, v := range i {
		if w, ok := j[name]; !ok || !v.Equal(w) {
			return false
		}
	}
	return true
}

// Compare orders two values of the same scalar kind: strings and binaries by their bytes, numbers by what they are.
func (v Value) Compare(w Value) int {
	if v.Kind == N {
		return compareNumbers(v.Text, w.Text)
	}
	return strings.Compare(v.Text, w.Text)
}
