package mirror

import (
	"errors"
	"fmt"
	"mime"
	"slices"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/manifest"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/jsonscan"
	"ecrmirror/internal/manifesttype"
)

// Limits on what a manifest may consist of beside its bytes: above any real one, and low enough that what is made of
// it has not many times its size.
const (
	maxDescriptors      = 50_000 // those of maxManifest bytes that have a digest are 46,000
	maxDescriptorValues = 1_000  // members, URLs and annotations of a descriptor
	maxOtherValues      = 10_000 // values in a manifest's members that are no descriptors, such as its annotations
	maxMediaType        = 1_024  // bytes; without parameters the longest is 255 (RFC 6838, 4.2)
)

// references is what a manifest refers to.
type references struct {
	blobs     []types.BlobInfo
	instances []digest.Digest
	doubtful  []types.BlobInfo                // members of an index that may be blobs or instances
	inline    map[digest.Digest]inlineContent // contents that the manifest has in itself
}

// parse reads what the manifest refers to, and no more: an image is copied as it is,
// so a combination of media types that a runtime would refuse is not refused here. It
// ends at the first descriptor that is wrong, and keeps none that is not needed.
func parse(doc document) (references, error) {
	root, err := jsonscan.Check(doc.raw)
	if err != nil {
		return references{}, err
	}
	m, err := membersOf(root)
	if err != nil {
		return references{}, err
	}
	if err := m.checkSchema1(); err != nil { // whatever it is, for some read both
		return references{}, err
	}
	if kindOf(doc.mediaType) == "schema 1" {
		return parseSchema1(root)
	}
	isIndex := manifest.MIMETypeIsMultiImage(doc.mediaType)
	switch {
	case isIndex && (m.config != nil || m.layers != nil) || !isIndex && m.manifests != nil:
		// Read in two ways it would be two images (CVE-2021-41190).
		return references{}, errors.New("it is ambiguous: both an image and an index")
	case kindOf(m.mediaType) != "" && kindOf(m.mediaType) != kindOf(doc.mediaType):
		return references{}, fmt.Errorf("it is ambiguous: its type is %s, and it says %s", doc.mediaType, m.mediaType)
	case !isIndex && m.config == nil:
		return references{}, fmt.Errorf("it has no config, but its type is %s", doc.mediaType)
	}
	refs := references{inline: map[digest.Digest]inlineContent{}}
	if err := eachDescriptor("manifests", m.manifests, refs.addMember); err != nil {
		return references{}, err
	}
	if err := eachDescriptor("layers", m.layers, refs.addLayer); err != nil {
		return references{}, err
	}
	if m.config != nil {
		err = oneDescriptor("config", m.config, refs.addBlob)
	}
	return refs, err
}

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

// kindOf returns "index", "image" or "schema 1" for a media type that this program knows, else "".
func kindOf(mediaType string) string {
	switch {
	case !slices.Contains(manifest.DefaultRequestedManifestMIMETypes, mediaType):
		return ""
	case manifest.MIMETypeIsMultiImage(mediaType):
		return "index"
	case mediaType == manifest.DockerV2Schema1MediaType, mediaType == manifest.DockerV2Schema1SignedMediaType:
		return "schema 1"
	}
	return "image"
}

// mediaTypeOf returns the manifest's media type: as the source gave it if that is one
// this program knows, else as the manifest itself tells; "" if neither does.
func mediaTypeOf(raw []byte, given string) string {
	if bare, _, err := mime.ParseMediaType(given); err == nil {
		given = bare
	}
	if slices.Contains(manifest.DefaultRequestedManifestMIMETypes, given) {
		return given
	}
	return manifesttype.Of(raw)
}
