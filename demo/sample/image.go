package sample

import (
	"fmt"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// A Format is the media types that an image has throughout.
type Format struct{ index, image, config, layer types.MediaType }

// The formats of today's images.
var (
	OCI    = Format{types.OCIImageIndex, types.OCIManifestSchema1, types.OCIConfigJSON, types.OCILayer}
	Docker = Format{types.DockerManifestList, types.DockerManifestSchema2, types.DockerConfigJSON, types.DockerLayer}
)

// An Instance is an image for one platform.
type Instance struct {
	Platform   v1.Platform
	Layers     []*Layer
	Entrypoint []string
	Labels     map[string]string
}

// Image makes an image for one platform.
func Image(f Format, i Instance) (v1.Image, error) {
	image, err := f.empty(&v1.ConfigFile{
		OS: i.Platform.OS, Architecture: i.Platform.Architecture, Variant: i.Platform.Variant,
		Config: v1.Config{Entrypoint: i.Entrypoint, Labels: i.Labels},
	})
	if err != nil {
		return nil, err
	}
	layers := make([]v1.Layer, len(i.Layers))
	for n, layer := range i.Layers {
		layers[n] = typed{layer, f.layer}
	}
	if image, err = mutate.AppendLayers(image, layers...); err != nil {
		return nil, fmt.Errorf("making image for %s: %w", i.Platform, err)
	}
	return image, nil
}

// empty makes an image without layers.
func (f Format) empty(config *v1.ConfigFile) (v1.Image, error) {
	config.RootFS.Type = "layers"
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, f.image), f.config)
	image, err := mutate.ConfigFile(image, config)
	if err != nil {
		return nil, fmt.Errorf("making image: %w", err)
	}
	return image, nil
}

// Index makes an index of images for several platforms: in Docker's format, a
// manifest list.
func Index(f Format, instances ...Instance) (v1.ImageIndex, error) {
	index := mutate.IndexMediaType(empty.Index, f.index)
	for _, i := range instances {
		image, err := Image(f, i)
		if err != nil {
			return nil, err
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add: image, Descriptor: v1.Descriptor{Platform: &i.Platform},
		})
	}
	return index, nil
}
