// Package entryform is the form in which the rules, repos, options and labels of an entry are written, in a table and
// in a file alike: which members there are, what their values are, and what is told of one that is not known. Packages
// table and entryfile have the forms of DynamoDB and YAML for a [Value].
package entryform

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// A Kind is what a value is.
type Kind uint8

// The kinds of values. In YAML a scalar without quotes may be any of the three, so that its kind is Plain.
const (
	Null Kind = iota
	Text
	Number
	Bool
	Plain
	List
	Map
	Other // what DynamoDB has beside these
)

// kinds are the kinds' names in errors.
var kinds = [...]string{
	Null: "null", Text: "a text", Number: "a number", Bool: "a boolean", Plain: "a text", List: "a list", Map: "a map",
	Other: "of another type",
}

// String returns the kind in words.
func (k Kind) String() string { return kinds[k] }

// A Value is a value as it is written.
type Value struct {
	Kind    Kind
	Scalar  string   // of Text, Number and Plain; of Bool "true" or "false"
	List    []Value  // of List
	Members []Member // of Map, in the order in which they are written
	Line    int      // of a file
}

// A Member is a member of a map.
type Member struct {
	Name  string
	Value Value
	Line  int // of a file, in which the name stands
}

// MarshalJSON returns the value in JSON, the members of a map in their order.
func (v Value) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	err := v.encode(&b)
	return b.Bytes(), err
}

func (v Value) encode(b *bytes.Buffer) error {
	switch v.Kind {
	case Text, Plain:
		return quote(b, v.Scalar)
	case List:
		b.WriteByte('[')
		for i, element := range v.List {
			b.WriteString(","[:min(i, 1)])
			if err := element.encode(b); err != nil {
				return err
			}
		}
		b.WriteByte(']')
	case Map:
		b.WriteByte('{')
		for i, m := range v.Members {
			b.WriteString(","[:min(i, 1)])
			if err := errors.Join(quote(b, m.Name), b.WriteByte(':'), m.Value.encode(b)); err != nil {
				return err
			}
		}
		b.WriteByte('}')
	case Number, Bool:
		b.WriteString(v.Scalar)
	case Null, Other:
		b.WriteString("null")
	}
	return nil
}

// quote writes a text, with <, > and & as they are: ranges have them.
func quote(b *bytes.Buffer, text string) error {
	encoder := json.NewEncoder(b)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(text)
}

// An Error is an error of a value.
type Error struct {
	Line int // of the file; 0 in a table
	Err  error
}

func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Member returns the value of a member of a map, and whether it is there.
func (v Value) Member(name string) (Value, bool) {
	for _, m := range v.Members {
		if m.Name == name {
			return m.Value, true
		}
	}
	return Value{}, false
}

// isText reports whether the value may be meant as a text.
func (v Value) isText() bool { return v.Kind == Text || v.Kind == Plain }

// A reader reads values, and gathers what is wrong with them.
type reader struct{ errs []*Error }

// bad notes what is wrong at a line.
func (r *reader) bad(line int, format string, args ...any) {
	r.errs = append(r.errs, &Error{line, fmt.Errorf(format, args...)})
}

// short returns the beginning of a text as far as errors quote it.
func short(text string) string {
	const longest = 100
	if len(text) <= longest {
		return text
	}
	return text[:longest] + "…"
}
