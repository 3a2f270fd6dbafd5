package expression

import (
	"slices"
	"strings"

	"ecrmirror/localstack/dynamodb/value"
)

// ParseCondition reads a ConditionExpression or a FilterExpression, as what says.
func ParseCondition(what, text string, subs *Substitutes) (Condition, error) {
	return parse(what, text, subs, func(p *parser) Condition { return p.condition(p.disjunction()) })
}

// A node is an operand or a Condition: which of them is known only after what may be in parentheses.
type node any

// parens is a node in parentheses.
type parens struct{ inside node }

// condition returns the condition that a node must be.
func (p *parser) condition(n node) Condition {
	switch n := bare(n).(type) {
	case Condition:
		return n
	case sizeOf:
		p.refuse("The function is not allowed to be used this way in an expression; function: size")
	default:
		p.fail()
	}
	return junction{}
}

// operandOf returns the operand that a node must be.
func (p *parser) operandOf(n node) operand {
	switch n := bare(n).(type) {
	case operand:
		return n
	case function:
		p.refuse("The function is not allowed to be used this way in an expression; function: %s", n.name)
	default:
		p.fail()
	}
	return constant{}
}

func bare(n node) node {
	if in, ok := n.(parens); ok {
		return in.inside
	}
	return n
}

func (p *parser) disjunction() node { return p.joined(true, "OR", p.conjunction) }
func (p *parser) conjunction() node { return p.joined(false, "AND", p.negation) }

// joined reads one part, or several with a word between them.
func (p *parser) joined(or bool, word string, part func() node) node {
	n := part()
	if !p.is(word) {
		return n
	}
	parts := []Condition{p.condition(n)}
	for p.accept(word) {
		p.count()
		parts = append(parts, p.condition(part()))
	}
	return junction{or, parts}
}

func (p *parser) negation() node {
	if p.accept("NOT") {
		p.count()
		return negation{p.condition(p.negation())}
	}
	return p.predicate()
}

var comparators = []string{"=", "<>", "<", "<=", ">", ">="}

// predicate reads an operand and what is said of it.
func (p *parser) predicate() node {
	n := p.primary()
	switch t := p.peek(); {
	case t.kind == sign && slices.Contains(comparators, t.text):
		p.take()
		p.count()
		return p.comparison(t.text, p.operandOf(n), p.operandOf(p.primary()))
	case p.accept("BETWEEN"):
		p.count()
		low := p.operandOf(p.primary())
		p.expect("AND")
		return p.between(p.operandOf(n), low, p.operandOf(p.primary()))
	case p.accept("IN"):
		p.count()
		return p.oneOf(p.operandOf(n))
	}
	return n
}

func (p *parser) comparison(operator string, a, b operand) Condition {
	if operator != "=" && operator != "<>" {
		p.mustBe(a, operator, value.S, value.N, value.B)
		p.mustBe(b, operator, value.S, value.N, value.B)
	}
	p.distinct(operator, a, b)
	return comparison{operator, a, b}
}

func (p *parser) between(x, low, high operand) Condition {
	for _, o := range []operand{x, low, high} {
		p.mustBe(o, "BETWEEN", value.S, value.N, value.B)
	}
	a, okA := low.(constant)
	b, okB := high.(constant)
	if okA && okB && p.meaning == nil {
		what := ""
		switch {
		case a.Kind != b.Kind:
			what = "same data type for lower and upper bounds"
		case a.Compare(b.Value) > 0:
			what = "upper bound to be greater than or equal to lower bound"
		}
		if what != "" {
			p.refuse("The BETWEEN operator requires %s; lower bound operand: AttributeValue: {%s:%s}, upper bound "+
				"operand: AttributeValue: {%s:%s}",
				what, a.Kind, a.Text, b.Kind, b.Text)
		}
	}
	p.distinct("BETWEEN", x, low, high)
	return between{x, low, high}
}

func (p *parser) oneOf(x operand) Condition {
	p.expect("(")
	members := list(p, func() operand { return p.operandOf(p.primary()) })
	p.expect(")")
	if len(members) > 100 {
		p.refuse("The IN operator is provided with too many operands; number of operands: %d", len(members))
	}
	p.distinct("IN", x, members...)
	return oneOf{x, members}
}

// primary reads what is in parentheses, a function, a :value or a path.
func (p *parser) primary() node {
	t := p.peek()
	switch {
	case p.accept("("):
		n := p.disjunction()
		p.expect(")")
		if _, twice := n.(parens); twice {
			p.refuse("The expression has redundant parentheses;")
			return n
		}
		return parens{n}
	case t.kind == word && t.text[0] == ':':
		return p.constant()
	case t.kind == word && p.tokens[p.at+1].text == "(":
		p.at += 2
		p.count()
		args := list(p, func() operand { return p.operandOf(p.primary()) })
		p.expect(")")
		return p.call(t.text, args)
	}
	return p.path()
}

// arity is how many operands a function takes.
var arity = map[string]int{
	"attribute_exists": 1, "attribute_not_exists": 1, "attribute_type": 2, "begins_with": 2, "contains": 2, "size": 1,
}

var kindNames = []string{"N", "BS", "L", "B", "NULL", "M", "S", "SS", "NS", "BOOL"}

// call checks a function and its operands.
func (p *parser) call(name string, args []operand) node {
	_, path := args[0].(Path)
	f := function{name, args}
	switch n, known := arity[name]; {
	case !known:
		p.refuse("Invalid function name; function: %s", name)
		return f
	case len(args) != n:
		p.refuse("Incorrect number of operands for operator or function; operator or function: %s, number of "+
			"operands: %d", name, len(args))
		return f
	case !path && strings.HasPrefix(name, "attribute_"):
		p.refuse("Operator or function requires a document path; operator or function: %s", name)
	}
	switch name {
	case "size":
		p.mustBe(args[0], "size", value.S, value.B, value.M, value.L, value.SS, value.NS, value.BS)
		return sizeOf{args[0]}
	case "attribute_type":
		p.mustBe(args[1], name, value.S)
		if c, ok := args[1].(constant); ok && c.Kind == value.S && !slices.Contains(kindNames, c.Text) {
			p.refuse("Invalid attribute type name found; type: %s, valid types: {%s}", c.Text,
				strings.Join(kindNames, ","))
		}
	case "begins_with":
		p.mustBe(args[0], name, value.S, value.B)
		p.mustBe(args[1], name, value.S, value.B)
	}
	if len(args) > 1 {
		p.distinct(name, args[0], args[1:]...)
	}
	return f
}
