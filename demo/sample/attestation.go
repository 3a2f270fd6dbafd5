package sample

import (
	"encoding/json"
	"fmt"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
)

const (
	inToto        = "application/vnd.in-toto+json"
	predicateType = "https://slsa.dev/provenance/v0.2"
)

// Attest adds an attestation for each image of an OCI index, as "docker buildx build
// --provenance=true" does: a manifest for the platform unknown/unknown, whose
// annotations name the image, with an in-toto statement as its layer.
func Attest(index v1.ImageIndex) (v1.ImageIndex, error) {
	manifest, err := index.IndexManifest()
	if err != nil {
		return nil, fmt.Errorf("making attestations: %w", err)
	}
	for _, subject := range manifest.Manifests {
		attestation, err := attestation(subject)
		if err != nil {
			return nil, fmt.Errorf("making attestation of %s: %w", subject.Digest, err)
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: attestation, Descriptor: v1.Descriptor{
			Platform: &v1.Platform{OS: "unknown", Architecture: "unknown"},
			Annotations: map[string]string{
				"vnd.docker.reference.type":   "attestation-manifest",
				"vnd.docker.reference.digest": subject.Digest.String(),
			},
		}})
	}
	return index, nil
}

func attestation(subject v1.Descriptor) (v1.Image, error) {
	image, err := OCI.empty(&v1.ConfigFile{OS: "unknown", Architecture: "unknown"})
	if err != nil {
		return nil, err
	}
	content, err := json.Marshal(provenance(subject))
	if err != nil {
		return nil, err
	}
	return mutate.Append(image, mutate.Addendum{
		Layer:       static.NewLayer(content, inToto),
		Annotations: map[string]string{"in-toto.io/predicate-type": predicateType},
	})
}

// provenance is a statement about how an image was built.
func provenance(subject v1.Descriptor) any {
	type object = map[string]any
	return object{
		"_type":         "https://in-toto.io/Statement/v0.1",
		"predicateType": predicateType,
		"subject": []object{{
			"name":   "pkg:docker/ecrmirror@demo?platform=" + subject.Platform.String(),
			"digest": map[string]string{subject.Digest.Algorithm: subject.Digest.Hex},
		}},
		"predicate": object{
			"builder":   object{"id": ""},
			"buildType": "https://mobyproject.org/buildkit@v1",
			"invocation": object{
				"configSource": object{"entryPoint": "Dockerfile"},
				"environment":  object{"platform": subject.Platform.String()},
			},
		},
	}
}
