package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
)

// manyInstances is the name of the image with the most instances.
const manyInstances = "instances-in-4mib"

// writeExtremes makes an OCI layout of images as large as they get, but for their layers, and returns
// their digests by name.
func writeExtremes(t *testing.T, dir string, many int) map[string]digest.Digest {
	t.Helper()
	w := &extremes{t, dir, map[string]v1.Descriptor{}}
	var instances []v1.Descriptor
	for i := range many {
		instance := w.image(fmt.Sprint("instance ", i), 1, 0)
		instance.Platform = &v1.Platform{OS: "linux", Architecture: "arm64", Variant: fmt.Sprint("v", i)}
		instance.Annotations = map[string]string{"padding": strings.Repeat("x", manifestLimit/many-320)}
		instances = append(instances, instance)
	}
	w.named[manyInstances] = w.index(instances)
	w.named["annotations-of-4mib"] = w.image("annotations", 2, manifestLimit)
	w.named["escapes-of-4mib"] = w.escaped("escapes")
	w.named["layers-of-4mib"] = w.image("layers", 20_000, 0)
	var large []v1.Descriptor
	for i := range 3 { // with an index, nearly the most that the manifests of an image may be together
		large = append(large, w.image(fmt.Sprint("large instance ", i), 2, manifestLimit))
	}
	w.named["3-instances-of-4mib"] = w.index(large)
	w.finish()
	digests := map[string]digest.Digest{}
	for name, desc := range w.named {
		digests[name] = desc.Digest
	}
	return digests
}

// extremes is a layout that is being written.
type extremes struct {
	*testing.T
	dir   string
	named map[string]v1.Descriptor
}

func (w *extremes) put(mediaType string, content []byte) v1.Descriptor {
	w.Helper()
	desc := v1.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(content), Size: int64(len(content))}
	path := blobPath(w.dir, desc.Digest)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, content, 0o600)); err != nil {
		w.Fatal(err)
	}
	return desc
}

func (w *extremes) putJSON(mediaType string, v any) v1.Descriptor {
	w.Helper()
	content, err := json.Marshal(v)
	if err != nil {
		w.Fatal(err)
	}
	return w.put(mediaType, content)
}

// image makes an image whose manifest names so many layers, of which 50 are different ones, and has so many bytes, if
// that is not 0.
func (w *extremes) image(name string, layers, size int) v1.Descriptor {
	w.Helper()
	m := v1.Manifest{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: v1.MediaTypeImageManifest}
	m.Config = w.putJSON(v1.MediaTypeImageConfig, v1.Image{Author: name, RootFS: v1.RootFS{Type: "layers"}})
	for i := range min(layers, 50) {
		m.Layers = append(m.Layers, w.put(v1.MediaTypeImageLayerGzip, []byte(fmt.Sprint("layer ", i))))
	}
	for i := len(m.Layers); i < layers; i++ {
		m.Layers = append(m.Layers, m.Layers[i%50])
	}
	if size > 0 {
		m.Annotations = map[string]string{"padding": ""}
		bare, err := json.Marshal(m)
		if err != nil {
			w.Fatal(err)
		}
		m.Annotations["padding"] = strings.Repeat("x", size-len(bare))
	}
	return w.putJSON(m.MediaType, m)
}

// escaped makes an image whose manifest has twice its size as a text within JSON, which it is on its way to ECR and
// back.
func (w *extremes) escaped(name string) v1.Descriptor {
	w.Helper()
	return w.putJSON(v1.MediaTypeImageManifest, v1.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: v1.MediaTypeImageManifest,
		Config: w.putJSON(v1.MediaTypeImageConfig, v1.Image{Author: name}), Layers: []v1.Descriptor{},
		Annotations: map[string]string{"padding": strings.Repeat(`\`, manifestLimit/2-500)},
	})
}

func (w *extremes) index(instances []v1.Descriptor) v1.Descriptor {
	w.Helper()
	return w.putJSON(v1.MediaTypeImageIndex, v1.Index{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: v1.MediaTypeImageIndex, Manifests: instances,
	})
}

// finish writes the layout's own files.
func (w *extremes) finish() {
	w.Helper()
	index := v1.Index{Versioned: specs.Versioned{SchemaVersion: 2}}
	for name, desc := range w.named {
		desc.Annotations = map[string]string{v1.AnnotationRefName: name}
		index.Manifests = append(index.Manifests, desc)
	}
	for name, v := range map[string]any{
		v1.ImageIndexFile:  index,
		v1.ImageLayoutFile: v1.ImageLayout{Version: v1.ImageLayoutVersion},
	} {
		content, err := json.Marshal(v)
		if err == nil {
			err = os.WriteFile(filepath.Join(w.dir, name), content, 0o600)
		}
		if err != nil {
			w.Fatal(err)
		}
	}
}
