package ecr

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
)

// Types of manifests that ECR takes.
const (
	dockerV1       = "application/vnd.docker.distribution.manifest.v1+json"
	dockerV1Signed = "application/vnd.docker.distribution.manifest.v1+prettyjws"
	dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	dockerList     = "application/vnd.docker.distribution.manifest.list.v2+json"
	ociManifest    = "application/vnd.oci.image.manifest.v1+json"
	ociIndex       = "application/vnd.oci.image.index.v1+json"
)

const maxManifest = 4 << 20 // bytes

// foreignLayers are the types of layers that need not be in the repository when
// they say where else they are.
var foreignLayers = []string{
	"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
	"application/vnd.oci.image.layer.nondistributable.v1.tar",
	"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
	"application/vnd.oci.image.layer.nondistributable.v1.tar+zstd",
}

// A manifest is what ECR needs to know of one.
type manifest struct {
	raw          []byte
	mediaType    string
	digest       digest.Digest
	blobs        []descriptor    // what the repository must hold: config and layers, each once
	children     []digest.Digest // what an index refers to
	artifactType string
	subject      digest.Digest
	annotations  map[string]string
}

type descriptor struct {
	MediaType string        `json:"mediaType"`
	Digest    digest.Digest `json:"digest"`
	URLs      []string      `json:"urls"`
}

// manifestJSON has the members of all types of manifests.
type manifestJSON struct {
	SchemaVersion int                               `json:"schemaVersion"`
	MediaType     string                            `json:"mediaType"`
	ArtifactType  string                            `json:"artifactType"`
	Config        *descriptor                       `json:"config"`
	Layers        []descriptor                      `json:"layers"`
	Manifests     []descriptor                      `json:"manifests"`
	Subject       *descriptor                       `json:"subject"`
	Annotations   map[string]string                 `json:"annotations"`
	FSLayers      []struct{ BlobSum digest.Digest } `json:"fsLayers"`
	Signatures    []struct{ Protected string }      `json:"signatures"`
}

// parseManifest reads a manifest of the type that the pusher declared, or, when it
// declared none, of the type that the manifest says. Refusals are InvalidParameterException.
func parseManifest(raw []byte, declared string) (manifest, error) {
	if err := length("imageManifest", len(raw), 1, maxManifest); err != nil {
		return manifest{}, err
	}
	var in manifestJSON
	if json.Unmarshal(raw, &in) != nil {
		return manifest{}, invalidJSON()
	}
	mediaType, err := in.mediaType(declared)
	if err != nil {
		return manifest{}, err
	}
	m := manifest{
		raw: raw, mediaType: mediaType, digest: digest.FromBytes(raw), artifactType: in.ArtifactType,
		annotations: in.Annotations,
	}
	if in.Subject != nil {
		m.subject = in.Subject.Digest
	}
	if in.hasParameters() {
		return manifest{}, invalidJSON()
	}
	switch mediaType {
	case dockerV1, dockerV1Signed:
		err = m.readV1(in)
	case dockerList, ociIndex:
		err = m.readIndex(in)
	default:
		err = m.readImage(in)
	}
	return m, err
}

// invalidJSON is AWS's answer to any manifest that it cannot make sense of.
func invalidJSON() error { return invalid("imageManifest", "Invalid JSON syntax") }

// mediaType settles what type the manifest is. Without a declared type a manifest
// of schema version 2 must name its own: OCI does not ask for that, ECR does.
func (in manifestJSON) mediaType(declared string) (string, error) {
	const parameter = "imageManifestMediaType"
	if strings.Contains(declared, ";") {
		return "", invalid(parameter, "must be a media type without parameters")
	}
	t := declared
	switch {
	case t != "":
	case in.MediaType != "":
		t = in.MediaType
	case in.SchemaVersion == 1 && len(in.Signatures) > 0:
		t = dockerV1Signed
	case in.SchemaVersion == 1:
		t = dockerV1
	default:
		return "", invalidJSON()
	}
	known := []string{dockerV1, dockerV1Signed, dockerManifest, dockerList, ociManifest, ociIndex}
	if err := oneOf(parameter, t, known...); err != nil {
		return "", err
	}
	if in.MediaType != "" && in.MediaType != t {
		return "", invalid(parameter, "must be the mediaType in the manifest, which is %s", in.MediaType)
	}
	return t, nil
}

// hasParameters reports whether a type in the manifest has parameters, such as those of sigstore's bundles before
// version 0.3, which ECR does not take (https://github.com/aws/containers-roadmap/issues/2306).
func (in manifestJSON) hasParameters() bool {
	types := []string{in.ArtifactType}
	if in.Config != nil {
		types = append(types, in.Config.MediaType)
	}
	for _, l := range in.Layers {
		types = append(types, l.MediaType)
	}
	return slices.ContainsFunc(types, func(t string) bool { return strings.Contains(t, ";") })
}

func (m *manifest) readImage(in manifestJSON) error {
	if in.SchemaVersion != 2 || in.Config == nil || in.Manifests != nil || in.Config.Digest.Validate() != nil {
		return invalidJSON()
	}
	if m.artifactType == "" {
		m.artifactType = in.Config.MediaType
	}
	m.need(*in.Config)
	for _, l := range in.Layers {
		if l.Digest.Validate() != nil {
			return invalidJSON()
		}
		if len(l.URLs) == 0 || !slices.Contains(foreignLayers, l.MediaType) {
			m.need(l)
		}
	}
	return nil
}

func (m *manifest) readIndex(in manifestJSON) error {
	if in.SchemaVersion != 2 || in.Manifests == nil || in.Config != nil || in.Layers != nil {
		return invalidJSON()
	}
	for _, child := range in.Manifests {
		if child.Digest.Validate() != nil {
			return invalidJSON()
		}
		if !slices.Contains(m.children, child.Digest) {
			m.children = append(m.children, child.Digest)
		}
	}
	return nil
}

func (m *manifest) readV1(in manifestJSON) error {
	if in.SchemaVersion != 1 || len(in.FSLayers) == 0 {
		return invalidJSON()
	}
	for _, l := range in.FSLayers {
		if l.BlobSum.Validate() != nil {
			return invalidJSON()
		}
		m.need(descriptor{Digest: l.BlobSum, MediaType: "application/vnd.docker.container.image.rootfs.diff+x-gtar"})
	}
	if len(in.Signatures) == 0 {
		return nil
	}
	payload, err := signedPayload(m.raw, in.Signatures[0].Protected)
	if err != nil {
		return invalidJSON()
	}
	m.digest = digest.FromBytes(payload)
	return nil
}

// need notes a blob that the repository must hold, once.
func (m *manifest) need(d descriptor) {
	if !slices.ContainsFunc(m.blobs, func(b descriptor) bool { return b.Digest == d.Digest }) {
		m.blobs = append(m.blobs, d)
	}
}
