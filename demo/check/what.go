package check

import (
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// kind says what a manifest is by its media type.
func kind(t types.MediaType) string {
	switch t {
	case types.OCIImageIndex:
		return "OCI index"
	case types.DockerManifestList:
		return "Docker manifest list"
	case types.OCIManifestSchema1:
		return "OCI image"
	case types.DockerManifestSchema2:
		return "Docker image"
	}
	return string(t)
}

// How BuildKit marks an attestation among the instances of an index.
const (
	annotationType    = "vnd.docker.reference.type"
	annotationDigest  = "vnd.docker.reference.digest"
	attestation       = "attestation-manifest"
	attestationPrefix = "attestation of "
)

// instanceName says which of an index's instances one is.
func instanceName(instance v1.Descriptor, index v1.IndexManifest) string {
	if isAttestation(instance) {
		subject := instance.Annotations[annotationDigest]
		for _, other := range index.Manifests {
			if other.Digest.String() == subject {
				return attestationPrefix + platform(other)
			}
		}
		return attestationPrefix + subject
	}
	return platform(instance)
}

func isAttestation(instance v1.Descriptor) bool {
	return instance.Annotations[annotationType] == attestation
}

func platform(d v1.Descriptor) string {
	if d.Platform == nil {
		return kind(d.MediaType)
	}
	return d.Platform.String()
}
