package member

import (
	"fmt"

	"go.yaml.in/yaml/v3"

	"ecrmirror/internal/convert/draft"
)

// A Value is a value of a file, with where it stands.
type Value struct {
	reader *Reader
	node   *yaml.Node
	Line   int    // of its member
	Field  string // path of its member, such as sync[0].tags
}

// Remark remarks on the value, which is dealt with by that, with all that is in it. Texts must not quote what may be a
// secret.
func (v Value) Remark(kind draft.Kind, format string, args ...any) {
	v.Note(kind, format, args...)
	if v.node != nil {
		v.reader.handle(v.node)
	}
}

// Note remarks on the value, and leaves it to be read.
func (v Value) Note(kind draft.Kind, format string, args ...any) {
	v.reader.Draft.Remark(draft.Remark{Line: v.Line, Field: v.Field, Kind: kind, Text: fmt.Sprintf(format, args...)})
}

// IsZero reports whether there is no value: the member is not there, or is null.
func (v Value) IsZero() bool { return v.node == nil || v.resolved().Tag == "!!null" }

// resolved returns what an alias stands for.
func (v Value) resolved() *yaml.Node {
	if v.node.Kind == yaml.AliasNode {
		return v.node.Alias
	}
	return v.node
}

// read notes that the value itself is read, but not what is in it; false if too much was read.
func (v Value) read() bool {
	v.reader.handled[v.node] = true
	v.reader.handled[v.resolved()] = true
	v.reader.values++
	return v.reader.values <= mostValues
}

// Text returns a text, number or boolean as it is written; "" of null. Others get a remark.
func (v Value) Text() (string, bool) {
	if v.node == nil || !v.read() {
		return "", v.node == nil
	}
	n := v.resolved()
	switch {
	case n.Kind != yaml.ScalarNode:
		v.Remark(draft.LeftOut, "is not a text, as %s wants it", v.reader.Peer)
		return "", false
	case n.Tag == "!!null":
		return "", true
	}
	return n.Value, true
}

// List returns the elements of a list; none of null. Others get a remark.
func (v Value) List() ([]Value, bool) {
	if v.node == nil || !v.read() {
		return nil, v.node == nil
	}
	n := v.resolved()
	switch {
	case n.Tag == "!!null":
		return nil, true
	case n.Kind != yaml.SequenceNode:
		v.Remark(draft.LeftOut, "is not a list, as %s wants it", v.reader.Peer)
		return nil, false
	}
	var elements []Value
	for i, element := range n.Content {
		line := element.Line
		if n != v.node { // an alias: where it is used
			line = v.Line
		}
		elements = append(elements, Value{v.reader, element, line, fmt.Sprintf("%s[%d]", v.Field, i)})
	}
	return elements, true
}

// Texts returns the elements of a list that are all texts. Where one is not, it gets a remark.
func (v Value) Texts() (texts []string, ok bool) {
	elements, ok := v.List()
	for _, element := range elements {
		text, isText := element.Text()
		texts = append(texts, text)
		ok = ok && isText
	}
	return texts, ok
}
