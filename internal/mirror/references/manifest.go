package references

import (
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/jsonscan"
)

// Parse reads what a manifest of a known media type refers to. It stops at the first descriptor that is wrong.
//
// It reads no more than that: an image is copied as it is, so a combination of media types that a runtime would
// refuse is not refused here.
func Parse(raw []byte, mediaType string) (References, error) {
	root, err := jsonscan.Check(raw)
	if err != nil {
		return References{}, err
	}
	m, err := membersOf(root)
	if err != nil {
		return References{}, err
	}
	if err := m.checkSchema1(); err != nil { // whatever it is, for some read both
		return References{}, err
	}
	if kindOf(mediaType) == "schema 1" {
		return parseSchema1(root)
	}
	if err := m.checkKind(mediaType); err != nil {
		return References{}, err
	}
	refs := References{Inline: map[digest.Digest]Inline{}}
	if err := eachDescriptor("manifests", m.manifests, refs.addMember); err != nil {
		return References{}, err
	}
	if err := eachDescriptor("layers", m.layers, refs.addLayer); err != nil {
		return References{}, err
	}
	if m.config != nil {
		err = oneDescriptor("config", m.config, refs.addConfig)
	}
	return refs, err
}

// checkKind checks that a manifest of that media type can be read in one way only.
func (m knownMembers) checkKind(mediaType string) error {
	isIndex := IsIndex(mediaType)
	switch {
	case isIndex && (m.config != nil || m.layers != nil) || !isIndex && m.manifests != nil:
		return errors.New("it is ambiguous: both an image and an index") // CVE-2021-41190
	case kindOf(m.mediaType) != "" && kindOf(m.mediaType) != kindOf(mediaType):
		return fmt.Errorf("it is ambiguous: its type is %s, and it says %s", mediaType, m.mediaType)
	case !isIndex && m.config == nil:
		return fmt.Errorf("it has no config, but its type is %s", mediaType)
	}
	return nil
}
