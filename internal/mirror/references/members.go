package references

import (
	"fmt"

	"ecrmirror/internal/jsonscan"
)

// knownMembers are those of a manifest that say what it refers to, where they are; nil if one is not there, or null.
type knownMembers struct {
	mediaType                                    string
	config, layers, manifests, fsLayers, history jsonscan.Value
}

// membersOf goes through a manifest's members, once.
func membersOf(root jsonscan.Value) (m knownMembers, err error) {
	if !root.IsObject() && !root.IsNull() {
		return m, jsonscan.ErrNoObject
	}
	var known jsonscan.Seen
	others := 0
	for name, value := range root.Members() {
		if err := known.Note(name, manifestMembers); err != nil {
			return m, err
		}
		if others++; others > maxOtherValues {
			break
		}
		into := m.named(name)
		switch {
		case into != nil && !value.IsNull():
			*into = value
		case into != nil:
		case name.Is("mediaType"):
			if m.mediaType, err = textOf(value); err != nil {
				return m, fmt.Errorf("mediaType: %w", err)
			}
		default:
			others += value.Count()
		}
	}
	if others > maxOtherValues {
		return m, fmt.Errorf("more than %d values beside its descriptors", maxOtherValues)
	}
	return m, nil
}

// named returns where the member of a name is kept; nil if it is not one that is kept as it is.
func (m *knownMembers) named(name jsonscan.Name) *jsonscan.Value {
	switch {
	case name.Is("config"):
		return &m.config
	case name.Is("layers"):
		return &m.layers
	case name.Is("manifests"):
		return &m.manifests
	case name.Is("fsLayers"):
		return &m.fsLayers
	case name.Is("history"):
		return &m.history
	}
	return nil
}
