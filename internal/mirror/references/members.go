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
		return m, errNoObject
	}
	var known names
	others := 0
	for name, value := range root.Members() {
		if err := known.note(name, manifestMembers); err != nil {
			return m, err
		}
		if others++; others > maxOtherValues {
			break
		}
		var into *jsonscan.Value
		switch {
		case name.Is("config"):
			into = &m.config
		case name.Is("layers"):
			into = &m.layers
		case name.Is("manifests"):
			into = &m.manifests
		case name.Is("fsLayers"):
			into = &m.fsLayers
		case name.Is("history"):
			into = &m.history
		case name.Is("mediaType"):
			if m.mediaType, err = textOf(value); err != nil {
				return m, fmt.Errorf("mediaType: %w", err)
			}
			continue
		default:
			others += value.Count()
			continue
		}
		if !value.IsNull() {
			*into = value
		}
	}
	if others > maxOtherValues {
		return m, fmt.Errorf("more than %d values beside its descriptors", maxOtherValues)
	}
	return m, nil
}
