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
	isIndex := IsIndex(mediaType)
	switch {
	case isIndex && (m.config != nil || m.layers != nil) || !isIndex && m.manifests != nil:
		// Read in two ways it would be two images (CVE-2021-41190).
		return References{}, errors.New("it is ambiguous: both an image and an index")
	case kindOf(m.mediaType) != "" && kindOf(m.mediaType) != kindOf(mediaType):
		return References{}, fmt.Errorf("it is ambiguous: its type is %s, and it says %s", mediaType, m.mediaType)
	case !isIndex && m.config == nil:
		return References{}, fmt.Errorf("it has no config, but its type is %s", mediaType)
	}
	refs := References{Inline: map[digest.Digest]Inline{}}
	if err := eachDescriptor("manifests", m.manifests, refs.addMember); err != nil {
		return References{}, err
	}
	if err := eachDescriptor("layers", m.layers, refs.addLayer); err != nil {
		return References{}, err
	}
	if m.config != nil {
		err = oneDescriptor("config", m.config, refs.addBlob)
	}
	return refs, err
}
