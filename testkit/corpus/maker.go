package corpus

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
)

// A maker makes one image, blob by blob. The first error sticks.
type maker struct {
	layout *layout
	seed   digest.Digest // of all random bytes
	made   byte          // blobs of random bytes made so far
	result Image
	err    error
}

// A format is how an image is written down.
type format struct {
	manifest, config, layer string // media types
	bare                    bool   // the manifest does not say its own media type
}

var (
	ociImage    = format{v1.MediaTypeImageManifest, v1.MediaTypeImageConfig, v1.MediaTypeImageLayerGzip, false}
	dockerImage = format{dockerManifest, dockerConfig, dockerLayer, false}
)

// layer makes a blob of size random bytes, which no other blob has.
func (m *maker) layer(mediaType string, size int64) v1.Descriptor {
	m.made++
	return m.random(mediaType, size, fmt.Sprint(m.seed, m.made))
}

// random makes a blob of size random bytes, the same for the same seed.
func (m *maker) random(mediaType string, size int64, seed string) v1.Descriptor {
	key := digest.FromString(seed).Encoded()[:32]
	return m.blob(mediaType, io.LimitReader(rand.NewChaCha8([32]byte([]byte(key))), size))
}

func (m *maker) blob(mediaType string, content io.Reader) v1.Descriptor {
	desc := m.store(mediaType, content)
	if !slices.ContainsFunc(m.result.Blobs, func(d v1.Descriptor) bool { return d.Digest == desc.Digest }) {
		m.result.Blobs = append(m.result.Blobs, desc)
	}
	return desc
}

func (m *maker) manifest(mediaType string, content []byte) v1.Descriptor {
	desc := m.store(mediaType, bytes.NewReader(content))
	m.result.Manifests = append(m.result.Manifests, desc)
	return desc
}

func (m *maker) store(mediaType string, content io.Reader) v1.Descriptor {
	if m.err != nil {
		return v1.Descriptor{}
	}
	d, size, err := m.layout.put(content)
	m.err = err
	return v1.Descriptor{MediaType: mediaType, Digest: d, Size: size}
}

// image makes an image for a platform, whose config has nothing to do with its layers.
func (m *maker) image(f format, platform v1.Platform, layers ...v1.Descriptor) v1.Descriptor {
	config := m.blob(f.config, bytes.NewReader(mustJSON(v1.Image{
		Platform: platform, Author: string(m.seed), RootFS: v1.RootFS{Type: "layers", DiffIDs: digests(layers)},
	})))
	return m.imageOf(f, config, layers)
}

func (m *maker) imageOf(f format, config v1.Descriptor, layers []v1.Descriptor) v1.Descriptor {
	manifest := v1.Manifest{Versioned: schema2, MediaType: f.manifest, Config: config, Layers: layers}
	if f.bare {
		manifest.MediaType = ""
	}
	return m.manifest(f.manifest, mustJSON(manifest))
}

func digests(layers []v1.Descriptor) []digest.Digest {
	list := make([]digest.Digest, len(layers))
	for i, layer := range layers {
		list[i] = layer.Digest
	}
	return list
}

// artifact makes an OCI manifest that is no container image.
func (m *maker) artifact(artifactType, configType string, config []byte, layers ...v1.Descriptor) v1.Descriptor {
	return m.manifest(v1.MediaTypeImageManifest, mustJSON(v1.Manifest{
		Versioned: schema2, MediaType: v1.MediaTypeImageManifest, ArtifactType: artifactType,
		Config: m.blob(configType, bytes.NewReader(config)), Layers: layers,
	}))
}

// index makes an index of one image for each platform, with a layer that all share.
func (m *maker) index(mediaType string, f format, platforms []v1.Platform) v1.Descriptor {
	shared := m.layer(f.layer, 60_000)
	var instances []v1.Descriptor
	for i, platform := range platforms {
		desc := m.image(f, platform, shared, m.layer(f.layer, int64(10_000+i)))
		desc.Platform = &platform
		instances = append(instances, desc)
	}
	return m.indexOf(mediaType, instances)
}

func (m *maker) indexOf(mediaType string, instances []v1.Descriptor) v1.Descriptor {
	return m.manifest(mediaType, mustJSON(v1.Index{Versioned: schema2, MediaType: mediaType, Manifests: instances}))
}

// attested makes an index as buildx does: beside each image a manifest of attestations about it.
func (m *maker) attested() v1.Descriptor {
	var instances []v1.Descriptor
	for i, platform := range platforms[:2] {
		desc := m.image(ociImage, platform, m.layer(ociImage.layer, int64(20_000+i)))
		desc.Platform = &platform
		statement := m.blob("application/vnd.in-toto+json", bytes.NewReader(mustJSON(map[string]any{
			"_type": "https://in-toto.io/Statement/v0.1", "predicateType": "https://spdx.dev/Document",
			"subject": []any{map[string]any{"name": "_", "digest": map[string]string{"sha256": desc.Digest.Encoded()}}},
		})))
		statement.Annotations = map[string]string{"in-toto.io/predicate-type": "https://spdx.dev/Document"}
		about := m.image(ociImage, v1.Platform{OS: "unknown", Architecture: "unknown"}, statement)
		about.Platform = &v1.Platform{OS: "unknown", Architecture: "unknown"}
		about.Annotations = map[string]string{
			"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": desc.Digest.String(),
		}
		instances = append(instances, desc, about)
	}
	return m.indexOf(v1.MediaTypeImageIndex, instances)
}
