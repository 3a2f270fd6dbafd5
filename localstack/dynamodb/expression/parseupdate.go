package expression

import (
	"ecrmirror/localstack/dynamodb/value"
)

// An Update changes items.
type Update struct {
	edits []edit
}

// An edit is one action of an update: what becomes of the value that a path leads to.
type edit struct {
	section string // SET, REMOVE, ADD or DELETE
	path    Path
	value   operand // nil for REMOVE
}

// Paths are those that the update changes, in the order of the expression.
func (u Update) Paths() []Path {
	paths := make([]Path, len(u.edits))
	for i, e := range u.edits {
		paths[i] = e.path
	}
	return paths
}

var sections = []string{"SET", "REMOVE", "ADD", "DELETE"}

// ParseUpdate reads an UpdateExpression.
func ParseUpdate(text string, subs *Substitutes) (Update, error) {
	return parse("UpdateExpression", text, subs, func(p *parser) Update {
		var u Update
		seen := map[string]bool{}
		for {
			section := p.section()
			if section == "" {
				break
			}
			if seen[section] {
				p.refuse("The \"%s\" section can only be used once in an update expression;", section)
			}
			seen[section] = true
			u.edits = append(u.edits, list(p, func() edit { return p.edit(section) })...)
		}
		if len(seen) == 0 {
			p.fail()
		}
		if err := apart(u.Paths()); err != nil {
			p.refuse("%w", err)
		}
		return u
	})
}

// section goes past the word that begins a section, and returns it; "" if there is none.
func (p *parser) section() string {
	for _, section := range sections {
		if p.accept(section) {
			return section
		}
	}
	return ""
}

func (p *parser) edit(section string) edit {
	e := edit{section: section, path: p.path()}
	switch section {
	case "SET":
		p.expect("=")
		e.value = p.sum()
	case "ADD", "DELETE":
		if t := p.peek(); t.kind != word || t.text[0] != ':' {
			p.fail()
			return e
		}
		c := p.constant()
		if section == "ADD" && c.Kind != value.N && !c.Kind.IsSet() || section == "DELETE" && !c.Kind.IsSet() {
			p.refuse("Incorrect operand type for operator or function; operator: %s, operand type: %s, typeSet: "+
				"ALLOWED_FOR_%s_OPERAND",
				section, kindWords[c.Kind], section)
		}
		e.value = c
	}
	return e
}

// kindWords are DynamoDB's other names of the kinds.
var kindWords = map[value.Kind]string{
	value.S: "STRING", value.N: "NUMBER", value.B: "BINARY", value.Bool: "BOOLEAN", value.Null: "NULL", value.M: "MAP",
	value.L:  "LIST",
	value.SS: "STRING_SET", value.NS: "NUMBER_SET", value.BS: "BINARY_SET",
}

// sum reads an operand, or two with a sign between them.
func (p *parser) sum() operand {
	a := p.term()
	for _, operator := range []string{"+", "-"} {
		if p.accept(operator) {
			b := p.term()
			p.mustBe(a, operator, value.N)
			p.mustBe(b, operator, value.N)
			return arithmetic{operator, a, b}
		}
	}
	return a
}

// term reads what SET may set to: a path, a :value, a function of these, or one of them in parentheses.
func (p *parser) term() operand {
	t := p.peek()
	switch {
	case p.accept("("):
		if p.is("(") {
			p.refuse("The expression has redundant parentheses;")
		}
		o := p.sum()
		p.expect(")")
		return o
	case t.kind == word && t.text[0] == ':':
		return p.constant()
	case t.kind == word && p.tokens[p.at+1].text == "(":
		p.at += 2
		args := list(p, p.term)
		p.expect(")")
		return p.assigned(t.text, args)
	}
	return p.path()
}

// assigned checks a function that gives a value.
func (p *parser) assigned(name string, args []operand) operand {
	switch _, other := arity[name]; {
	case other:
		p.refuse("The function is not allowed in an update expression; function: %s", name)
		return constant{}
	case name != "if_not_exists" && name != "list_append":
		p.refuse("Invalid function name; function: %s", name)
		return constant{}
	case len(args) != 2:
		p.refuse("Incorrect number of operands for operator or function; operator or function: %s, number of "+
			"operands: %d", name, len(args))
		return constant{}
	}
	if name == "list_append" {
		p.mustBe(args[0], name, value.L)
		p.mustBe(args[1], name, value.L)
		return joined{args[0], args[1]}
	}
	path, ok := args[0].(Path)
	if !ok {
		p.refuse("Operator or function requires a document path; operator or function: %s", name)
	}
	return fallback{path, args[1]}
}
