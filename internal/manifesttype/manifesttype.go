// Package manifesttype tells a manifest's media type from its bytes. It does what go.podman.io/image's
// manifest.GuessMIMEType does, in no more memory than the manifest has: that one makes a tree of what is in it, of 4
// MiB hundreds, before anything is decided about it. It knows an index without instances, too.
package manifesttype

import (
	"encoding/json"

	imgspecv1 "github.com/opencontainers/image-spec/specs-go/v1"
	"go.podman.io/image/v5/manifest"

	"ecrmirror/internal/jsonscan"
)

// Of returns the media type that a manifest names or, where it names none, the one that its members tell; "" if
// neither does.
func Of(content []byte) string {
	root, err := jsonscan.Check(content)
	var m kind
	if err != nil || !root.IsObject() || !m.read(root) {
		return ""
	}
	switch m.mediaType {
	case imgspecv1.MediaTypeImageManifest, imgspecv1.MediaTypeImageIndex, manifest.DockerV2Schema2MediaType,
		manifest.DockerV2ListMediaType:
		return m.mediaType
	}
	switch m.schemaVersion {
	case 1:
		return m.schema1()
	case 2:
		return m.schema2()
	}
	return ""
}

// A kind is what of a manifest tells its type.
type kind struct {
	mediaType     string
	schemaVersion int
	config        string // its media type
	isSigned      bool
	isImage       bool // there is a config, or layers
	isIndex       bool // there is a list of instances
	hasInstances  bool
	isOdd         bool // its config or instances are of no kind that those have
}

// read takes names and values as encoding/json does: names in any letters, and the last of several. It is false if
// what every manifest has is of another kind.
func (m *kind) read(root jsonscan.Value) bool {
	ok := true
	for name, value := range root.Members() {
		switch {
		case name.Folds("mediaType"):
			ok = decode(value, &m.mediaType) && ok
		case name.Folds("schemaVersion"):
			ok = decode(value, &m.schemaVersion) && ok
		case name.Folds("signatures"):
			m.isSigned = !value.IsNull()
		case name.Folds("config"):
			m.readConfig(value)
		case name.Folds("layers"):
			m.isImage = m.isImage || !value.IsNull()
		case name.Folds("manifests"):
			m.readInstances(value)
		}
	}
	return ok
}

func (m *kind) readConfig(config jsonscan.Value) {
	m.isOdd = m.isOdd || !config.IsObject() && !config.IsNull()
	m.isImage = m.isImage || !config.IsNull()
	for name, value := range config.Members() {
		if name.Folds("mediaType") {
			m.isOdd = !decode(value, &m.config) || m.isOdd
		}
	}
}

func (m *kind) readInstances(instances jsonscan.Value) {
	m.isOdd = m.isOdd || !instances.IsArray() && !instances.IsNull()
	m.isIndex, m.hasInstances = !instances.IsNull(), false
	for range instances.Elements() {
		m.hasInstances = true
		break
	}
}

func (m *kind) schema1() string {
	if m.isSigned {
		return manifest.DockerV2Schema1SignedMediaType
	}
	return manifest.DockerV2Schema1MediaType
}

// schema2 tells apart what need not say its type.
func (m *kind) schema2() string {
	switch {
	case m.isOdd:
		return ""
	case m.config == manifest.DockerV2Schema2ConfigMediaType:
		return manifest.DockerV2Schema2MediaType
	case m.isIndex && !m.isImage, m.hasInstances && m.config == "":
		return imgspecv1.MediaTypeImageIndex
	case m.config == imgspecv1.MediaTypeImageConfig, !m.hasInstances: // or an artifact, whose config has any type
		return imgspecv1.MediaTypeImageManifest
	}
	return "" // both an image and an index
}

// longest is how many bytes a text or a number may have that is of interest here. A media type has 255, or parameters
// (RFC 6838, 4.2).
const longest = 4 << 10

// decode decodes a text or a number; one that is too long is none.
func decode(value jsonscan.Value, into any) bool {
	return len(value) <= longest && json.Unmarshal(value, into) == nil
}
