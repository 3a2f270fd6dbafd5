package expression

import (
	"strings"
	"unicode/utf8"
)

// A token is a piece of an expression: a name, a #name, a :value, digits or a sign.
type token struct {
	kind       kind
	text       string
	start, end int // in the expression
}

type kind int

const (
	end kind = iota // of the expression
	word
	digits
	sign
	keyword
	unknown
)

// keywords are words that are never names, in lower case.
var keywords = map[string]bool{
	"and": true, "or": true, "not": true, "between": true, "in": true, "set": true, "remove": true,
	"add": true, "delete": true,
}

// lex cuts an expression into tokens; the last is its end. What begins no token is one that the parser refuses.
func lex(text string) []token {
	var tokens []token
	for at := 0; at < len(text); {
		if strings.IndexByte(" \t\r\n", text[at]) >= 0 {
			at++
			continue
		}
		t := next(text, at)
		tokens = append(tokens, t)
		at = t.end
	}
	return append(tokens, token{end, "<EOF>", len(text), len(text)})
}

func next(text string, at int) token {
	make := func(kind kind, size int) token { return token{kind, text[at : at+size], at, at + size} }
	rest := text[at:]
	switch c := rest[0]; {
	case c == '#' || c == ':':
		if size := span(rest[1:], part); size > 0 {
			return make(word, 1+size)
		}
		return make(unknown, 1)
	case first(c):
		t := make(word, span(rest, part))
		if keywords[strings.ToLower(t.text)] {
			t.kind = keyword
		}
		return t
	case digit(c):
		return make(digits, span(rest, digit))
	case strings.HasPrefix(rest, "<>"), strings.HasPrefix(rest, "<="), strings.HasPrefix(rest, ">="):
		return make(sign, 2)
	case strings.IndexByte("=<>()[],.+-", c) >= 0:
		return make(sign, 1)
	}
	_, size := utf8.DecodeRuneInString(rest)
	return make(unknown, size)
}

// span is how many bytes at the beginning are so.
func span(s string, is func(byte) bool) int {
	n := 0
	for n < len(s) && is(s[n]) {
		n++
	}
	return n
}

func digit(c byte) bool { return '0' <= c && c <= '9' }
func first(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
func part(c byte) bool  { return first(c) || digit(c) || c == '_' }
