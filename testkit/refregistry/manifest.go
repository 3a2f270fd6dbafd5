package refregistry

import (
	"encoding/json"

	"github.com/opencontainers/go-digest"
)

// Image returns the manifest of an image without layers, which a note makes another one. Its config has two bytes,
// which are "{}".
func Image(note string) []byte { return artifact("", "", note) }

// Referrer returns the manifest of an artifact that belongs to a subject.
func Referrer(subject digest.Digest, artifactType, note string) []byte {
	return artifact(subject, artifactType, note)
}

func artifact(subject digest.Digest, artifactType, note string) []byte {
	m := map[string]any{
		"schemaVersion": 2, "mediaType": imageType, "layers": []any{}, "annotations": map[string]string{"note": note},
		"config": Descriptor{MediaType: configType, Digest: digest.FromString("{}"), Size: 2},
	}
	if subject != "" {
		m["subject"] = Descriptor{MediaType: imageType, Digest: subject, Size: 1}
		m["artifactType"] = artifactType
		m["config"] = Descriptor{MediaType: emptyType, Digest: digest.FromString("{}"), Size: 2}
	}
	return encode(m)
}

// IndexOf returns an index of manifests, as a client writes it at a fallback tag.
func IndexOf(members ...[]byte) []byte {
	index := Index{2, indexType, []Descriptor{}}
	for _, member := range members {
		index.Manifests = append(index.Manifests, read(member, imageType).Descriptor)
	}
	return encode(index)
}

// Untyped returns an index as cosign 3 writes it, which says of each member that its type is that of its empty config
// (https://github.com/sigstore/cosign/issues/4422).
func Untyped(members ...[]byte) []byte {
	index := Index{2, indexType, []Descriptor{}}
	for _, member := range members {
		d := read(member, imageType).Descriptor
		d.ArtifactType, d.Annotations = emptyType, nil
		index.Manifests = append(index.Manifests, d)
	}
	return encode(index)
}

func encode(document any) []byte {
	content, err := json.Marshal(document)
	if err != nil {
		panic(err) // texts and numbers can be marshaled
	}
	return content
}
