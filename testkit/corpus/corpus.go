// Package corpus makes images of every kind that registries hold, as an OCI layout, for
// tests that copy them around and compare bytes. The same name and salt always give the
// same bytes; another salt gives other bytes, for registries that must not know them yet.
// The images are for copying only: their layers are random bytes, not archives.
package corpus

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
)

// Media types of Docker's formats, which have no constants in the OCI specifications.
const (
	dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	dockerList     = "application/vnd.docker.distribution.manifest.list.v2+json"
	dockerConfig   = "application/vnd.docker.container.image.v1+json"
	dockerLayer    = "application/vnd.docker.image.rootfs.diff.tar.gzip"
)

// An Image is one image of the corpus.
type Image struct {
	Name      string // its reference in the layout
	Root      v1.Descriptor
	Manifests []v1.Descriptor // the root and all instances
	Blobs     []v1.Descriptor // each once
}

// A kind makes one image.
type kind struct {
	name string
	make func(*maker) v1.Descriptor
}

// kinds lists the images of [Names].
var kinds = []kind{
	{"index", func(m *maker) v1.Descriptor { return m.index(v1.MediaTypeImageIndex, ociImage, platforms) }},
	{"list", func(m *maker) v1.Descriptor { return m.index(dockerList, dockerImage, platforms[:3]) }},
	{"docker", func(m *maker) v1.Descriptor {
		return m.image(dockerImage, platforms[0], m.layer(dockerLayer, 50_000))
	}},
	{"attested", (*maker).attested},
	{"helm", func(m *maker) v1.Descriptor {
		return m.artifact("", "application/vnd.cncf.helm.config.v1+json",
			[]byte(`{"name":"chart","version":"1.0.0","apiVersion":"v2"}`),
			m.layer("application/vnd.cncf.helm.chart.content.v1.tar+gzip", 3_000))
	}},
	{"artifact", func(m *maker) v1.Descriptor {
		return m.artifact("application/vnd.example.thing", v1.MediaTypeEmptyJSON, []byte("{}"),
			m.layer("application/vnd.example.part", 100))
	}},
	{"empty-layer", func(m *maker) v1.Descriptor {
		return m.image(ociImage, platforms[0], m.layer(v1.MediaTypeImageLayer, 0),
			m.layer(v1.MediaTypeImageLayerGzip, 1_000))
	}},
	{"zstd", func(m *maker) v1.Descriptor {
		return m.image(ociImage, platforms[0], m.layer(v1.MediaTypeImageLayerZstd, 40_000),
			m.layer(v1.MediaTypeImageLayerZstd, 10))
	}},
	{"same-layer-twice", func(m *maker) v1.Descriptor {
		layer := m.layer(v1.MediaTypeImageLayerGzip, 20_000)
		return m.image(ociImage, platforms[0], layer, m.layer(v1.MediaTypeImageLayerGzip, 5), layer)
	}},
	{"no-media-type", func(m *maker) v1.Descriptor {
		return m.image(format{v1.MediaTypeImageManifest, v1.MediaTypeImageConfig, v1.MediaTypeImageLayerGzip, true},
			platforms[0],
			m.layer(v1.MediaTypeImageLayerGzip, 30_000))
	}},
	{"127-layers", func(m *maker) v1.Descriptor {
		layers := make([]v1.Descriptor, 127)
		for i := range layers {
			layers[i] = m.layer(v1.MediaTypeImageLayerGzip, int64(1_000+i))
		}
		return m.image(ociImage, platforms[0], layers...)
	}},
	{"parts", func(m *maker) v1.Descriptor { // a layer whose second part has one byte, and one of exactly one part
		return m.image(ociImage, platforms[0], m.layer(v1.MediaTypeImageLayerGzip, 10<<20+1),
			m.layer(v1.MediaTypeImageLayerGzip, 10<<20))
	}},
}

var platforms = []v1.Platform{
	{OS: "linux", Architecture: "amd64"},
	{OS: "linux", Architecture: "arm64", Variant: "v8"},
	{OS: "linux", Architecture: "arm", Variant: "v7"},
	{OS: "linux", Architecture: "ppc64le"},
	{OS: "linux", Architecture: "s390x"},
	{OS: "windows", Architecture: "amd64", OSVersion: "10.0.20348.2113"},
}

// Names returns the names of the images that [Write] makes.
func Names() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.name
	}
	return names
}

// Write makes an OCI layout in dir, which must not exist, with all images of [Names].
func Write(dir, salt string) ([]Image, error) { return write(dir, salt, kinds) }

// WriteNamed makes an OCI layout in dir with one of the images of [Names].
func WriteNamed(dir, salt, name string) (Image, error) {
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.name == name })
	if i < 0 {
		return Image{}, fmt.Errorf("there is no image %q", name)
	}
	return writeOne(dir, salt, kinds[i])
}

// WriteHuge makes an OCI layout in dir with one image, "huge", whose one layer has size bytes.
func WriteHuge(dir, salt string, size int64) (Image, error) {
	return writeOne(dir, salt, kind{"huge", func(m *maker) v1.Descriptor {
		return m.image(ociImage, platforms[0], m.layer(v1.MediaTypeImageLayerGzip, size))
	}})
}

// WriteLarge makes an OCI layout in dir with one image, "large": an index of two
// platforms with nine layers of 1 to 12 MiB between them. Three layers take two parts of
// 10 MiB, one of them with a single byte in the second; one layer is shared.
func WriteLarge(dir, salt string) (Image, error) {
	return writeOne(dir, salt, kind{"large", func(m *maker) v1.Descriptor {
		shared := m.layer(v1.MediaTypeImageLayerGzip, 5<<20)
		var instances []v1.Descriptor
		for i, sizes := range [][]int64{
			{12 << 20, 10<<20 + 1, 2 << 20, 1 << 20},
			{11 << 20, 3 << 20, 1<<20 + 7, 1 << 20},
		} {
			layers := []v1.Descriptor{shared}
			for _, size := range sizes {
				layers = append(layers, m.layer(v1.MediaTypeImageLayerGzip, size))
			}
			desc := m.image(ociImage, platforms[i], layers...)
			desc.Platform = &platforms[i]
			instances = append(instances, desc)
		}
		return m.indexOf(v1.MediaTypeImageIndex, instances)
	}})
}

// WriteSmall makes an OCI layout in dir with n images, "small-0" and so on, each of two
// layers of some kilobytes: one of its own, and one that all share.
func WriteSmall(dir, salt string, n int) ([]Image, error) {
	list := make([]kind, n)
	for i := range list {
		list[i] = kind{fmt.Sprintf("small-%d", i), func(m *maker) v1.Descriptor {
			own := m.layer(v1.MediaTypeImageLayerGzip, int64(5_000+i))
			return m.image(ociImage, platforms[0], m.random(v1.MediaTypeImageLayerGzip, 8_000, salt), own)
		}}
	}
	return write(dir, salt, list)
}

func writeOne(dir, salt string, k kind) (Image, error) {
	images, err := write(dir, salt, []kind{k})
	if err != nil {
		return Image{}, err
	}
	return images[0], nil
}

func write(dir, salt string, kinds []kind) ([]Image, error) {
	l, err := newLayout(dir)
	if err != nil {
		return nil, err
	}
	var images []Image
	for _, k := range kinds {
		m := &maker{layout: l, seed: digest.FromString(k.name + salt), result: Image{Name: k.name}}
		m.result.Root = k.make(m)
		if m.err != nil {
			return nil, fmt.Errorf("image %s: %w", k.name, m.err)
		}
		images = append(images, m.result)
	}
	return images, l.finish(images)
}

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // not reached: all that is marshalled here can be
	}
	return b
}

var schema2 = specs.Versioned{SchemaVersion: 2}
