package references

import (
	"mime"
	"slices"
	"strings"

	"go.podman.io/image/v5/manifest"

	"ecrmirror/internal/manifesttype"
)

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

// IsIndex reports whether a media type is that of an index.
func IsIndex(mediaType string) bool { return manifest.MIMETypeIsMultiImage(mediaType) }

// MediaType returns a manifest's media type: as the source gives it if that is one that this program knows, else as
// the manifest itself tells, else "".
func MediaType(raw []byte, given string) string {
	if bare, _, err := mime.ParseMediaType(given); err == nil {
		given = bare
	}
	if slices.Contains(manifest.DefaultRequestedManifestMIMETypes, given) {
		return given
	}
	return manifesttype.Of(raw)
}

// The members of an index are manifests, but for those of BuildKit's cache, which is an index of layers and
// of its own configuration (moby/buildkit, cache/remotecache).
type member int

const (
	doubtfulMember member = iota
	manifestMember
	blobMember
)

// memberKind tells by its media type what a member of an index is. One without a type can be of nothing but
// a manifest.
func memberKind(mediaType string) member {
	if bare, _, err := mime.ParseMediaType(mediaType); err == nil {
		mediaType = bare
	}
	switch {
	case mediaType == "", kindOf(mediaType) != "":
		return manifestMember
	case strings.HasPrefix(mediaType, "application/vnd.oci.image.layer."),
		strings.HasPrefix(mediaType, "application/vnd.docker.image.rootfs."),
		strings.HasPrefix(mediaType, "application/vnd.buildkit."):
		return blobMember
	}
	return doubtfulMember
}
