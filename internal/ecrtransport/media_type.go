package ecrtransport

import (
	"encoding/json"

	imgspecv1 "github.com/opencontainers/image-spec/specs-go/v1"
	"go.podman.io/image/v5/manifest"
)

// manifestTypes are the types of manifest that ECR stores. All of them are named in every request:
// ECR converts images that are asked for by tag to a type in the list, and so must find the stored
// one there.
var manifestTypes = []string{
	imgspecv1.MediaTypeImageIndex,
	imgspecv1.MediaTypeImageManifest,
	manifest.DockerV2ListMediaType,
	manifest.DockerV2Schema2MediaType,
	manifest.DockerV2Schema1SignedMediaType,
	manifest.DockerV2Schema1MediaType,
}

// mediaType tells a manifest's type from its content, or returns "". OCI manifests and indexes need
// not say what they are; what else they hold tells.
func mediaType(content []byte) string {
	var m struct {
		MediaType     string            `json:"mediaType"`
		SchemaVersion int               `json:"schemaVersion"`
		Config        json.RawMessage   `json:"config"`
		Layers        []json.RawMessage `json:"layers"`
		Manifests     []json.RawMessage `json:"manifests"`
	}
	if err := json.Unmarshal(content, &m); err != nil {
		return ""
	}
	if m.MediaType == "" && m.SchemaVersion == 2 && m.Manifests != nil && m.Config == nil && m.Layers == nil {
		return imgspecv1.MediaTypeImageIndex
	}
	if guess := manifest.GuessMIMEType(content); guess != "" {
		return guess
	}
	return m.MediaType
}
