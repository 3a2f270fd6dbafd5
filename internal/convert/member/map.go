package member

import (
	"go.yaml.in/yaml/v3"

	"ecrmirror/internal/convert/draft"
)

// mostMerged is how deep merge keys, and lists in them, are followed: what is merged may have itself in it.
const mostMerged = 16

// A Map is a mapping of a file.
type Map struct {
	reader  *Reader
	line    int // of the mapping, for members that are not there
	path    string
	members []named
	places  map[string]int // of members, by name
}

// named is a member: its key, and its value.
type named struct {
	name  string
	key   *yaml.Node
	value Value
}

// Map returns the members of a mapping, those that are merged into it among them; false, with a remark, of others. Of a
// member that is there twice the last one counts, and the first gets a remark.
func (v Value) Map() (Map, bool) {
	m := Map{reader: v.reader, line: v.Line, path: v.Field, places: map[string]int{}}
	if v.node == nil || !v.read() {
		return m, v.node == nil
	}
	n := v.resolved()
	if n.Tag == "!!null" {
		return m, true
	}
	if n.Kind != yaml.MappingNode {
		v.Remark(draft.LeftOut, "has no members, as %s wants them", v.reader.Peer)
		return m, false
	}
	line := 0
	if n != v.node {
		line = v.Line
	}
	m.add(n, v.Field, line, 0)
	return m, true
}

// add adds the members of a mapping that are not there yet. line is where an alias uses it; 0 if none does.
func (m *Map) add(n *yaml.Node, path string, line, depth int) {
	own := map[string]int{}
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content) && m.reader.values <= mostValues; i += 2 {
		key, node := n.Content[i], n.Content[i+1]
		m.reader.values++
		if key.Tag == "!!merge" {
			m.reader.handled[key] = true
			merged = append(merged, node)
			continue
		}
		member := named{name(key), key, Value{m.reader, node, key.Line, join(path, name(key))}}
		if line > 0 {
			member.value.Line = line
		}
		if first, twice := own[member.name]; twice {
			m.members[first].value.Remark(draft.LeftOut, "is there again in line %d, which counts", key.Line)
			m.reader.handled[m.members[first].key] = true
			m.members[first] = member
			continue
		}
		if _, known := m.find(member.name); known && depth > 0 {
			m.reader.handle(key) // what it is merged into says it
			m.reader.handle(node)
			continue
		}
		own[member.name], m.places[member.name] = len(m.members), len(m.members)
		m.members = append(m.members, member)
	}
	for _, node := range merged {
		m.merge(node, path, depth+1)
	}
}

// merge adds what a merge key names: a mapping, or a list of them.
func (m *Map) merge(n *yaml.Node, path string, depth int) {
	if m.reader.values > mostValues {
		return
	}
	m.reader.values++
	line := n.Line
	m.reader.handled[n] = true
	if n.Kind == yaml.AliasNode {
		n = n.Alias
		m.reader.handled[n] = true
	}
	switch {
	case depth > mostMerged:
		m.reader.Draft.Remark(draft.Remark{
			Line: line, Field: join(path, "<<"), Kind: draft.LeftOut,
			Text: "merges what is nested too deep, or has itself in it",
		})
	case n.Kind == yaml.MappingNode:
		m.add(n, path, line, depth)
	case n.Kind == yaml.SequenceNode:
		for _, element := range n.Content {
			m.merge(element, path, depth+1)
		}
	default:
		m.reader.Draft.Remark(draft.Remark{
			Line: line, Field: join(path, "<<"), Kind: draft.LeftOut,
			Text: "merges what has no members",
		})
	}
}

func (m *Map) find(name string) (named, bool) {
	at, ok := m.places[name]
	if !ok {
		return named{}, false
	}
	return m.members[at], true
}

// Get returns a member, which the caller reads; the zero value, which is null, if it is not there.
func (m *Map) Get(name string) Value {
	member, ok := m.find(name)
	if !ok {
		return Value{reader: m.reader, Line: m.line, Field: join(m.path, name)}
	}
	m.reader.handled[member.key] = true
	m.reader.Draft.Read(member.key.Line)
	return member.value
}

// Has reports whether there is such a member.
func (m *Map) Has(name string) bool {
	_, ok := m.find(name)
	return ok
}

// Names returns the names of the members, in their order.
func (m *Map) Names() []string {
	names := make([]string, len(m.members))
	for i, member := range m.members {
		names[i] = member.name
	}
	return names
}

// name returns the name of a key, as it is written.
func name(key *yaml.Node) string {
	if key.Kind == yaml.AliasNode {
		key = key.Alias
	}
	return key.Value
}
