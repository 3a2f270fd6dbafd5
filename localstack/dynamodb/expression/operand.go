package expression

import (
	"unicode/utf16"

	"ecrmirror/localstack/dynamodb/value"
)

// An operand has a value in an item, or none.
type operand interface {
	of(item value.Item) (value.Value, bool)
}

func (p Path) of(item value.Item) (value.Value, bool) { return p.find(item) }

// A constant is what a :value stands for.
type constant struct{ value.Value }

func (c constant) of(value.Item) (value.Value, bool) { return c.Value, true }

// A sizeOf is the function size: characters, bytes, or members.
type sizeOf struct{ operand }

func (s sizeOf) of(item value.Item) (value.Value, bool) {
	v, ok := s.operand.of(item)
	if !ok {
		return value.Value{}, false
	}
	switch v.Kind {
	case value.S: // as Java counts
		return value.Int(len(utf16.Encode([]rune(v.Text)))), true
	case value.B:
		return value.Int(len(v.Text)), true
	case value.M:
		return value.Int(len(v.Map)), true
	case value.L:
		return value.Int(len(v.List)), true
	case value.SS, value.NS, value.BS:
		return value.Int(len(v.Set)), true
	default:
		return value.Value{}, false
	}
}

// constant reads a :value.
func (p *parser) constant() constant {
	text := p.take().text
	v, ok := p.subs.values[text]
	if !ok {
		p.refuse("An expression attribute value used in expression is not defined; attribute value: %s", text)
	}
	p.subs.used[text] = true
	return constant{v}
}

// kindOf is the kind of a constant; "" of other operands, which is known only with an item.
func kindOf(o operand) value.Kind {
	c, _ := o.(constant)
	return c.Kind
}

// mustBe refuses a constant that is of none of the kinds.
func (p *parser) mustBe(o operand, function string, kinds ...value.Kind) {
	kind := kindOf(o)
	if kind == "" {
		return
	}
	for _, k := range kinds {
		if k == kind {
			return
		}
	}
	p.refuse("Incorrect operand type for operator or function; operator or function: %s, operand type: %s", function,
		kind)
}

// distinct refuses a first operand that is among the others.
func (p *parser) distinct(operator string, first operand, others ...operand) {
	a, ok := first.(Path)
	if !ok {
		return
	}
	for _, other := range others {
		if b, ok := other.(Path); ok && a.String() == b.String() {
			p.refuse("The first operand must be distinct from the remaining operands for this operator or function; "+
				"operator: %s, first operand: %s", operator, a)
		}
	}
}
