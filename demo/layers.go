package main

import (
	"fmt"
	"path/filepath"
	"runtime"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"golang.org/x/sync/errgroup"

	"ecrmirror/demo/sample"
)

// layers are what the images are made of.
type layers struct {
	shared   *sample.Layer // the same for all platforms
	programs []programLayers
}

// programLayers are the programs for one platform, a layer each.
type programLayers struct {
	platform           v1.Platform
	controller, mirror *sample.Layer
}

// makeLayers compresses the programs, several at a time.
func (d *demo) makeLayers() (layers, error) {
	shared, err := sample.Compress(
		sample.File{Path: filepath.Join(d.root, "go.mod"), Name: "usr/share/ecrmirror/go.mod"},
		sample.File{Path: filepath.Join(d.root, "go.sum"), Name: "usr/share/ecrmirror/go.sum"},
	)
	if err != nil {
		return layers{}, err
	}
	l := layers{shared: shared, programs: make([]programLayers, len(platforms))}
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, platform := range platforms {
		p := &l.programs[i]
		p.platform = platform
		for name, layer := range map[string]**sample.Layer{"controller": &p.controller, "mirror": &p.mirror} {
			file := sample.File{Path: filepath.Join(d.programsFor(platform), name), Name: "usr/local/bin/" + name}
			group.Go(func() (err error) {
				*layer, err = sample.Compress(file)
				return err
			})
		}
	}
	return l, group.Wait()
}

// An assembly says which layers an image for a platform has.
type assembly func(programLayers) []*sample.Layer

func (layers) both(p programLayers) []*sample.Layer   { return []*sample.Layer{p.controller, p.mirror} }
func (layers) mirror(p programLayers) []*sample.Layer { return []*sample.Layer{p.mirror} }

func (l layers) onlyShared(programLayers) []*sample.Layer { return []*sample.Layer{l.shared} }

func (l layers) sharedAndController(p programLayers) []*sample.Layer {
	return []*sample.Layer{l.shared, p.controller}
}

// instance is an image of a program for one platform.
func instance(p programLayers, assemble assembly, program, version string) sample.Instance {
	return sample.Instance{
		Platform: p.platform, Layers: assemble(p), Entrypoint: []string{"/usr/local/bin/" + program},
		Labels: map[string]string{
			"org.opencontainers.image.title":   program,
			"org.opencontainers.image.version": version,
		},
	}
}

// index is an image of a program for all platforms.
func (l layers) index(f sample.Format, assemble assembly, program, version string) (v1.ImageIndex, error) {
	instances := make([]sample.Instance, len(l.programs))
	for i, p := range l.programs {
		instances[i] = instance(p, assemble, program, version)
	}
	index, err := sample.Index(f, instances...)
	if err != nil {
		return nil, fmt.Errorf("making an image of %s: %w", program, err)
	}
	return index, nil
}
