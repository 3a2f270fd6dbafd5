// Package expression reads DynamoDB's expressions, refuses what DynamoDB refuses, and evaluates
// them: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html
package expression

import (
	"fmt"
	"strconv"
	"strings"
)

// Limits of an expression: its length in bytes, and its operators and functions.
const (
	maxSize      = 4096
	maxOperators = 300
)

// A parser reads one expression. The first error stays: from a syntax error on, the parser is
// at the expression's end. Errors in what is meant are told only if there is none in syntax.
type parser struct {
	text   string
	tokens []token
	at     int
	subs   *Substitutes

	operators int // so far

	syntax  error
	meaning error
}

// parse reads an expression by f, to its end. What names the expression in errors.
func parse[T any](what, text string, subs *Substitutes, f func(*parser) T) (T, error) {
	p := &parser{text: text, tokens: lex(text), subs: subs}
	var none T
	switch {
	case strings.TrimSpace(text) == "":
		return none, invalid("Invalid %s: The expression can not be empty;", what)
	case len(text) > maxSize:
		return none, invalid("Invalid %s: Expression size has exceeded the maximum allowed size; expression size: %d",
			what, len(text))
	}
	out := f(p)
	if p.peek().kind != end {
		p.fail()
	}
	for _, err := range []error{p.syntax, p.meaning} {
		if err != nil {
			return none, invalid("Invalid %s: %v", what, err)
		}
	}
	return out, nil
}

func (p *parser) peek() token { return p.tokens[p.at] }

// take returns the next token and goes past it.
func (p *parser) take() token {
	t := p.tokens[p.at]
	if t.kind != end {
		p.at++
	}
	return t
}

// is tells whether the next token is this sign, or this keyword in any case.
func (p *parser) is(text string) bool {
	t := p.peek()
	return t.kind == sign && t.text == text || t.kind == keyword && strings.EqualFold(t.text, text)
}

// accept goes past the next token if it is this one.
func (p *parser) accept(text string) bool {
	ok := p.is(text)
	if ok {
		p.at++
	}
	return ok
}

// expect goes past the next token, which must be this one.
func (p *parser) expect(text string) {
	if !p.accept(text) {
		p.fail()
	}
}

// fail says that the next token can't be there, and what is near it: the tokens before and after.
func (p *parser) fail() {
	if p.syntax == nil {
		t := p.peek()
		first, last := t.start, t.end
		if p.at > 0 {
			first = p.tokens[p.at-1].start
		}
		if p.at+1 < len(p.tokens) && p.tokens[p.at+1].kind != end {
			last = p.tokens[p.at+1].end
		}
		p.syntax = fmt.Errorf("Syntax error; token: \"%s\", near: \"%s\"", //nolint:staticcheck // DynamoDB's words
			t.text, p.text[first:last])
	}
	p.at = len(p.tokens) - 1
}

// refuse says what is wrong with what is meant.
func (p *parser) refuse(format string, args ...any) {
	if p.meaning == nil {
		p.meaning = fmt.Errorf(format, args...)
	}
}

// count counts an operator or a function.
func (p *parser) count() {
	if p.operators++; p.operators > maxOperators {
		p.refuse("The expression contains too many operators; operator count: %d", maxOperators+1)
	}
}

// path reads a document path.
func (p *parser) path() Path {
	t := p.peek()
	if t.kind != word || t.text[0] == ':' {
		p.fail()
		return Path{{name: "?"}}
	}
	p.take()
	path := Path{{name: p.name(t.text)}}
	for {
		switch {
		case p.accept("."):
			t := p.peek()
			if t.kind != word || t.text[0] == ':' {
				p.fail()
				return path
			}
			p.take()
			path = append(path, step{name: p.name(t.text)})
		case p.accept("["):
			path = append(path, step{index: p.index()})
			p.expect("]")
		default:
			return path
		}
	}
}

func (p *parser) index() int {
	t := p.peek()
	if t.kind != digits {
		p.fail()
		return 0
	}
	p.take()
	index, err := strconv.ParseInt(t.text, 10, 32)
	if err != nil {
		p.refuse("List index is not within the allowable range; index: [%s]", t.text)
	}
	return int(index)
}

// name is an attribute's, for itself or for a #name.
func (p *parser) name(text string) string {
	if text[0] != '#' {
		if reserved[strings.ToLower(text)] {
			p.refuse("Attribute name is a reserved keyword; reserved keyword: %s", text)
		}
		return text
	}
	name, ok := p.subs.names[text]
	if !ok {
		p.refuse("An expression attribute name used in the document path is not defined; attribute name: %s", text)
		return text
	}
	p.subs.used[text] = true
	return name
}

// list reads one or more of what f reads, with commas between them.
func list[T any](p *parser, f func() T) []T {
	items := []T{f()}
	for p.accept(",") {
		items = append(items, f())
	}
	return items
}

// ParseProjection reads a ProjectionExpression.
func ParseProjection(text string, subs *Substitutes) (Projection, error) {
	return parse("ProjectionExpression", text, subs, func(p *parser) Projection {
		paths := list(p, p.path)
		if err := apart(paths); err != nil {
			p.refuse("%w", err)
		}
		return paths
	})
}
