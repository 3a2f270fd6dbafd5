// Package member reads YAML that people wrote for another program, member by member, and sees to it that none is passed
// over: each is read, or has a remark. Anchors, aliases and merge keys are followed.
package member

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"ecrmirror/internal/convert/draft"
)

// mostValues is how many values of a file are read, with those that aliases repeat.
const mostValues = 100_000

// ErrTooMany says that aliases repeat more than is read.
var ErrTooMany = fmt.Errorf("more than %d values, with those that aliases repeat", mostValues)

// A Reader reads a file of a peer.
type Reader struct {
	Draft   *draft.Draft
	Peer    string              // its name, for remarks
	root    *yaml.Node          // of the first document; nil of an empty file
	next    int                 // line of the second document; 0 = there is none
	handled map[*yaml.Node]bool // keys and values that were read, or have a remark
	whole   map[*yaml.Node]bool // those that were with all that is in them
	values  int
}

// Open parses a file. Its error says what is wrong with its YAML, with the line.
func Open(data []byte, peer string, into *draft.Draft) (*Reader, error) {
	r := &Reader{Draft: into, Peer: peer, handled: map[*yaml.Node]bool{}, whole: map[*yaml.Node]bool{}}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	for document := 0; document < 2; document++ {
		var n yaml.Node
		err := decoder.Decode(&n)
		switch {
		case errors.Is(err, io.EOF):
			return r, nil
		case err != nil:
			return nil, Syntax(err)
		case document == 0:
			r.root = n.Content[0]
		default:
			r.next = n.Line
		}
	}
	return r, nil
}

// Syntax returns an error of the parser's without its package's name. It does not quote what stands where an anchor is
// missed: a password may begin with *.
func Syntax(err error) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if strings.HasPrefix(text, "unknown anchor") {
		text = "an alias has no anchor; a text that begins with * needs quotes"
	}
	return errors.New(text)
}

// Root returns the members of the file; false if it has none.
func (r *Reader) Root() (Map, bool) {
	if r.root == nil || r.root.Tag == "!!null" {
		return Map{}, false
	}
	if r.root.Kind != yaml.MappingNode {
		Value{r, r.root, r.root.Line, "file"}.Remark(draft.LeftOut, "has no members, as %s wants them", r.Peer)
		return Map{}, false
	}
	return Value{reader: r, node: r.root, Line: r.root.Line, Field: ""}.Map()
}

// Finish remarks on all that was not read. Its error is [ErrTooMany].
func (r *Reader) Finish() error {
	if r.values > mostValues {
		return ErrTooMany
	}
	if r.next > 0 {
		r.Draft.Remark(draft.Remark{Line: r.next, Field: "---", Kind: draft.LeftOut, Text: r.Peer +
			" reads the first document of a file alone, and so does mirror: write the second one to a file of its own"})
	}
	if r.root != nil {
		r.rest(r.root, "", map[*yaml.Node]bool{})
	}
	return nil
}

// rest remarks on the members of a mapping, or of mappings in it, that were not read. known is what anyHandled has
// found.
func (r *Reader) rest(n *yaml.Node, path string, known map[*yaml.Node]bool) {
	switch n.Kind {
	case yaml.SequenceNode:
		for i, element := range n.Content {
			r.rest(element, fmt.Sprintf("%s[%d]", path, i), known)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			field := join(path, name(key))
			if !r.handled[key] && !r.anyHandled(value, known) {
				r.unread(key, value, field)
				continue
			}
			r.rest(value, field, known)
		}
	}
}

func (r *Reader) unread(key, value *yaml.Node, field string) {
	remark := draft.Remark{Line: key.Line, Field: field, Kind: draft.LeftOut, Text: "nothing reads this member"}
	if strings.HasPrefix(field, "x-") {
		remark.Kind, remark.Text = draft.Elsewhere, "an extension, which "+r.Peer+" does not read either"
	}
	r.Draft.Remark(remark)
	r.handle(key)
	r.handle(value)
}

// anyHandled reports whether a value or anything in it was read, as an anchor is by its aliases.
func (r *Reader) anyHandled(n *yaml.Node, known map[*yaml.Node]bool) bool {
	if found, ok := known[n]; ok {
		return found
	}
	found := r.handled[n] ||
		slices.ContainsFunc(n.Content, func(c *yaml.Node) bool { return r.anyHandled(c, known) })
	known[n] = found
	return found
}

// handle notes that a node is dealt with, with all that is in it.
func (r *Reader) handle(n *yaml.Node) {
	if r.whole[n] {
		return
	}
	r.handled[n], r.whole[n] = true, true
	if n.Alias != nil {
		r.handle(n.Alias)
	}
	for _, c := range n.Content {
		r.handle(c)
	}
}

// join returns the path of a member. A name that may have a login in it is not shown.
func join(path, name string) string {
	if draft.CheckName(name) != nil {
		name = "..."
	}
	if path == "" {
		return name
	}
	return path + "." + name
}
