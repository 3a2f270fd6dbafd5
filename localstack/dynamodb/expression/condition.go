package expression

import (
	"slices"
	"strings"

	"ecrmirror/localstack/dynamodb/value"
)

// A Condition holds for an item, or does not. An item that there is not has no attributes.
type Condition interface {
	Holds(item value.Item) bool
}

// A junction is conditions with AND or OR between them.
type junction struct {
	or    bool
	parts []Condition
}

// Holds tells whether all parts do, or one.
func (j junction) Holds(item value.Item) bool {
	return slices.ContainsFunc(j.parts, func(c Condition) bool { return c.Holds(item) == j.or }) == j.or
}

type negation struct{ Condition }

// Holds tells whether the condition does not.
func (n negation) Holds(item value.Item) bool { return !n.Condition.Holds(item) }

// A comparison is of two operands.
type comparison struct {
	operator string
	a, b     operand
}

// Holds compares. What is not there is not equal to anything, and neither less nor greater.
func (c comparison) Holds(item value.Item) bool {
	a, okA := c.a.of(item)
	b, okB := c.b.of(item)
	switch {
	case c.operator == "<>":
		return !okA || !okB || !a.Equal(b)
	case !okA || !okB:
		return false
	case c.operator == "=":
		return a.Equal(b)
	}
	return ordered(c.operator, a, b)
}

// ordered tells whether two values of one scalar kind are in this order.
func ordered(operator string, a, b value.Value) bool {
	if a.Kind != b.Kind || !a.Kind.Scalar() {
		return false
	}
	switch order := a.Compare(b); operator {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	default:
		return order >= 0
	}
}

type between struct{ x, low, high operand }

// Holds tells whether x is at neither side out of the bounds.
func (b between) Holds(item value.Item) bool {
	return comparison{">=", b.x, b.low}.Holds(item) && comparison{"<=", b.x, b.high}.Holds(item)
}

type oneOf struct {
	x    operand
	list []operand
}

// Holds tells whether x is equal to one of the list.
func (o oneOf) Holds(item value.Item) bool {
	return slices.ContainsFunc(o.list, func(w operand) bool { return comparison{"=", o.x, w}.Holds(item) })
}

// A function is one that holds or does not.
type function struct {
	name string
	args []operand
}

// Holds evaluates the function.
func (f function) Holds(item value.Item) bool {
	a, ok := f.args[0].of(item)
	switch f.name {
	case "attribute_exists":
		return ok
	case "attribute_not_exists":
		return !ok
	}
	b, okB := f.args[1].of(item)
	if !ok || !okB {
		return false
	}
	switch f.name {
	case "attribute_type":
		return string(a.Kind) == b.Text
	case "begins_with":
		return a.Kind == b.Kind && (a.Kind == value.S || a.Kind == value.B) && strings.HasPrefix(a.Text, b.Text)
	default:
		return contains(a, b)
	}
}

// contains tells whether a string has a part, or a list or set a member.
func contains(a, b value.Value) bool {
	switch a.Kind {
	case value.S, value.B:
		return a.Kind == b.Kind && strings.Contains(a.Text, b.Text)
	case value.L:
		return slices.ContainsFunc(a.List, b.Equal)
	case value.SS, value.NS, value.BS:
		return a.Kind == b.Kind+"S" && slices.Contains(a.Set, b.Text)
	default:
		return false
	}
}
