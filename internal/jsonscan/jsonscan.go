// Package jsonscan reads JSON where it is: what it finds are slices of the document, so that reading one takes no
// memory, whatever a stranger wrote in it. What is found is for encoding/json to decode, once it is known to be
// small. A descriptor of two bytes becomes 200 there, and an empty object of no type 64.
package jsonscan

import (
	"bytes"
	"encoding/json"
	"iter"
)

// A Value is a JSON value of a document that [Check] has accepted. Its methods are undefined, and may panic, for
// other bytes.
type Value []byte

// Check returns the value that the document is. It fails with a *[json.SyntaxError], also where values are nested
// more than 10,000 deep.
func Check(document []byte) (Value, error) {
	if err := json.Unmarshal(document, &ignored{}); err != nil {
		return nil, err
	}
	return bytes.Trim(document, " \t\r\n"), nil
}

// ignored is a value that is passed over.
type ignored struct{}

// UnmarshalJSON implements [json.Unmarshaler].
func (*ignored) UnmarshalJSON([]byte) error { return nil }

// IsNull reports whether the value is null.
func (v Value) IsNull() bool { return v.begins('n') }

// IsObject reports whether the value is an object.
func (v Value) IsObject() bool { return v.begins('{') }

// IsArray reports whether the value is an array.
func (v Value) IsArray() bool { return v.begins('[') }

// IsText reports whether the value is a string.
func (v Value) IsText() bool { return v.begins('"') }

func (v Value) begins(with byte) bool { return len(v) > 0 && v[0] == with }

// Members returns the members of an object in their order, repeated names included, and none of any other value.
func (v Value) Members() iter.Seq2[Name, Value] {
	return func(yield func(Name, Value) bool) {
		if !v.IsObject() {
			return
		}
		for at := v.next(1); v[at] != '}'; {
			colon := v.end(at)
			name := Name(v[at:colon])
			at = v.next(v.next(colon) + 1)
			end := v.end(at)
			if !yield(name, v[at:end]) {
				return
			}
			at = v.after(end)
		}
	}
}

// Elements returns the elements of an array in their order, and none of any other value.
func (v Value) Elements() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		if !v.IsArray() {
			return
		}
		for at := v.next(1); v[at] != ']'; {
			end := v.end(at)
			if !yield(v[at:end]) {
				return
			}
			at = v.after(end)
		}
	}
}

// Offset returns where in the value a part of it begins, which [Value.Members] or [Value.Elements] has found in it, at
// any depth. The parts of a document are found in the document itself, too: Value(document).Offset(part).
func (v Value) Offset(part Value) int { return cap(v) - cap(part) } // parts are slices of it, and end where it ends

// Count returns the number of values: this one and all within it, at any depth.
func (v Value) Count() int {
	n, inText := 1, false
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == ',':
			n++
		case c == '{', c == '[': // of one value, unless it is empty
			if next := v[v.next(i+1)]; next != '}' && next != ']' {
				n++
			}
		}
	}
	return n
}

// next returns where the next character is that is no white space.
func (v Value) next(at int) int {
	for at < len(v) && (v[at] == ' ' || v[at] == '\n' || v[at] == '\t' || v[at] == '\r') {
		at++
	}
	return at
}

// after returns where the next member or element is, or the bracket that ends them.
func (v Value) after(end int) int {
	at := v.next(end)
	if v[at] == ',' {
		at = v.next(at + 1)
	}
	return at
}

// end returns where the value ends that begins there.
func (v Value) end(at int) int {
	for depth, inText := 0, false; at < len(v); at++ {
		switch c := v[at]; {
		case inText && c == '\\':
			at++
		case c == '"':
			if inText = !inText; !inText && depth == 0 {
				return at + 1
			}
		case inText:
		case c == '{', c == '[':
			depth++
		case c == '}', c == ']':
			if depth--; depth < 0 { // of what the value is in
				return at
			}
			if depth == 0 {
				return at + 1
			}
		case depth == 0 && (c == ',' || c == ':' || c <= ' '):
			return at
		}
	}
	return at
}
