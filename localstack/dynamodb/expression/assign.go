package expression

import (
	"slices"

	"ecrmirror/localstack/dynamodb/value"
)

// What an update can't be done for, in DynamoDB's words.
var (
	errKind   = invalid("An operand in the update expression has an incorrect data type")
	errAbsent = invalid("The provided expression refers to an attribute that does not exist in the item")
	errPath   = invalid("The document path provided in the update expression is invalid for update")
)

// A computed is an operand that may fail.
type computed interface {
	compute(item value.Item) (value.Value, error)
}

// evaluate returns what SET sets to.
func evaluate(o operand, item value.Item) (value.Value, error) {
	if c, ok := o.(computed); ok {
		return c.compute(item)
	}
	v, ok := o.of(item)
	if !ok {
		return v, errAbsent
	}
	return v, nil
}

// valueOf makes an operand of a computed.
func valueOf(c computed, item value.Item) (value.Value, bool) {
	v, err := c.compute(item)
	return v, err == nil
}

// arithmetic is a sum, or a difference.
type arithmetic struct {
	operator string
	a, b     operand
}

func (a arithmetic) of(item value.Item) (value.Value, bool) { return valueOf(a, item) }

func (a arithmetic) compute(item value.Item) (value.Value, error) {
	x, err := evaluate(a.a, item)
	if err != nil {
		return x, err
	}
	y, err := evaluate(a.b, item)
	switch {
	case err != nil:
		return y, err
	case x.Kind != value.N || y.Kind != value.N:
		return x, errKind
	case a.operator == "-":
		return value.Subtract(x, y)
	default:
		return value.Add(x, y)
	}
}

// joined is list_append.
type joined struct{ a, b operand }

func (j joined) of(item value.Item) (value.Value, bool) { return valueOf(j, item) }

func (j joined) compute(item value.Item) (value.Value, error) {
	x, err := evaluate(j.a, item)
	if err != nil {
		return x, err
	}
	y, err := evaluate(j.b, item)
	if err == nil && (x.Kind != value.L || y.Kind != value.L) {
		err = errKind
	}
	return value.Value{Kind: value.L, List: slices.Concat(x.List, y.List)}, err
}

// fallback is if_not_exists.
type fallback struct {
	path Path
	to   operand
}

func (f fallback) of(item value.Item) (value.Value, bool) { return valueOf(f, item) }

func (f fallback) compute(item value.Item) (value.Value, error) {
	if v, ok := f.path.find(item); ok {
		return v, nil
	}
	return evaluate(f.to, item)
}
