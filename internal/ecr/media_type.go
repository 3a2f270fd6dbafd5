package ecr

import (
	"slices"

	imgspecv1 "github.com/opencontainers/image-spec/specs-go/v1"
	"go.podman.io/image/v5/manifest"
)

// manifestTypes are named in every request: ECR converts images that are asked for by tag to a type in the
// list, and so must find the stored one there.
var manifestTypes = []string{
	imgspecv1.MediaTypeImageIndex,
	imgspecv1.MediaTypeImageManifest,
	manifest.DockerV2ListMediaType,
	manifest.DockerV2Schema2MediaType,
	manifest.DockerV2Schema1SignedMediaType,
	manifest.DockerV2Schema1MediaType,
}

// ManifestTypes returns the media types of the manifests that ECR stores: indexes, and manifests of OCI and of
// Docker's both schemas.
func ManifestTypes() []string { return slices.Clone(manifestTypes) }
