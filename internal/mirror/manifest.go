package mirror

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
	imgspecv1 "github.com/opencontainers/image-spec/specs-go/v1"
	"go.podman.io/image/v5/manifest"
	"go.podman.io/image/v5/types"
)

// references is what a manifest refers to.
type references struct {
	blobs     []types.BlobInfo
	instances []digest.Digest
	doubtful  []types.BlobInfo         // members of an index that may be blobs or instances
	inline    map[digest.Digest][]byte // contents that the manifest has in itself
}

// parse reads what the manifest refers to, and no more: an image is copied as it is,
// so a combination of media types that a runtime would refuse is not refused here.
func parse(doc document) (references, error) {
	switch doc.mediaType {
	case manifest.DockerV2Schema1MediaType, manifest.DockerV2Schema1SignedMediaType:
		return parseSchema1(doc.raw)
	}
	// Docker's manifest and manifest list have the same fields as OCI's manifest and index.
	var m struct {
		MediaType string                 `json:"mediaType"`
		Config    *imgspecv1.Descriptor  `json:"config"`
		Layers    []imgspecv1.Descriptor `json:"layers"`
		Manifests []imgspecv1.Descriptor `json:"manifests"`
	}
	if err := json.Unmarshal(doc.raw, &m); err != nil {
		return references{}, err
	}
	if err := checkNames(doc.raw); err != nil {
		return references{}, err
	}
	isIndex := manifest.MIMETypeIsMultiImage(doc.mediaType)
	if isIndex && (m.Config != nil || m.Layers != nil) || !isIndex && m.Manifests != nil {
		// Read in two ways it would be two images (CVE-2021-41190).
		return references{}, errors.New("it is ambiguous: both an image and an index")
	}
	if says := kindOf(m.MediaType); says != "" && says != kindOf(doc.mediaType) {
		return references{}, fmt.Errorf("it is ambiguous: its type is %s, and it says %s", doc.mediaType, m.MediaType)
	}
	if !isIndex && m.Config == nil {
		return references{}, fmt.Errorf("it has no config, but its type is %s", doc.mediaType)
	}
	refs := references{inline: map[digest.Digest][]byte{}}
	for _, desc := range m.Manifests {
		refs.keep(desc)
		switch memberKind(desc.MediaType) {
		case manifestMember:
			refs.instances = append(refs.instances, desc.Digest)
		case blobMember:
			refs.blobs = append(refs.blobs, blobInfo(desc))
		default:
			refs.doubtful = append(refs.doubtful, blobInfo(desc))
		}
	}
	for _, layer := range m.Layers {
		if !isForeign(layer) {
			refs.keep(layer)
			refs.blobs = append(refs.blobs, blobInfo(layer))
		}
	}
	if m.Config != nil {
		refs.keep(*m.Config)
		refs.blobs = append(refs.blobs, blobInfo(*m.Config))
	}
	for _, blob := range refs.blobs {
		if err := checkSize(blob); err != nil {
			return references{}, fmt.Errorf("blob %q %w", quotable(blob.Digest), err)
		}
	}
	return refs, nil
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

func parseSchema1(raw []byte) (references, error) {
	m, err := manifest.Schema1FromManifest(raw)
	if err == nil {
		err = checkNames(raw)
	}
	if err != nil {
		return references{}, err
	}
	var refs references
	for _, layer := range m.LayerInfos() {
		refs.blobs = append(refs.blobs, layer.BlobInfo)
	}
	return refs, nil
}

func blobInfo(desc imgspecv1.Descriptor) types.BlobInfo {
	return types.BlobInfo{Digest: desc.Digest, Size: desc.Size, MediaType: desc.MediaType}
}

// isForeign reports whether a layer stays where its URLs say (base layers of Windows);
// registries don't ask for such a layer.
func isForeign(layer imgspecv1.Descriptor) bool {
	return len(layer.URLs) > 0 &&
		(strings.HasPrefix(layer.MediaType, "application/vnd.docker.image.rootfs.foreign.diff.tar") ||
			strings.HasPrefix(layer.MediaType, "application/vnd.oci.image.layer.nondistributable.v1.tar"))
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
	return manifest.GuessMIMEType(raw)
}
