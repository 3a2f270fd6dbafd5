package member

import (
	"slices"
	"strings"

	"ecrmirror/internal/convert/draft"
)

// A Note is the remark on a member that entries can't say.
type Note struct {
	Kind  draft.Kind
	Text  string
	Usual []string // values that say what mirror does by itself: they get no remark
}

// Note remarks on members that have a note, by their names, and on those that nobody has read and that have none:
// the peer does not know them.
func (m *Map) Note(notes map[string]Note) {
	for _, member := range m.members {
		note, known := notes[member.name]
		switch {
		case m.reader.handled[member.key] && !known:
		case !known:
			m.reader.handled[member.key] = true
			m.unknown(member)
		default:
			m.reader.handled[member.key] = true
			m.reader.Draft.Read(member.key.Line)
			member.note(note)
		}
	}
}

func (m *Map) unknown(member named) {
	if strings.HasPrefix(member.value.Field, "x-") {
		m.reader.handled[member.key] = false // its anchors may be read; Finish says it otherwise
		return
	}
	member.value.Remark(draft.LeftOut, "%s does not know this member", m.reader.Peer)
}

func (m named) note(note Note) {
	if m.value.IsZero() || slices.Contains(note.Usual, m.value.resolved().Value) {
		m.value.read()
		return
	}
	m.value.Remark(note.Kind, "%s", note.Text)
}
