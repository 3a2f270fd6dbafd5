package ecrtransport

import (
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
