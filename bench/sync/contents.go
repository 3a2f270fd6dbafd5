package main

import (
	"maps"

	"github.com/opencontainers/go-digest"

	"ecrmirror/testkit/slowregistry"
)

// Contents are the images of the source, and what a destination has once they are mirrored.
type contents struct {
	images *slowregistry.Images
	layer  int64                 // bytes
	want   map[string]repository // by names at the destination
	size   int64                 // bytes of the blobs of all repositories, in each of them once
}

// A repository is what a destination has of one.
type repository struct {
	tags      map[string]digest.Digest
	manifests map[digest.Digest]bool
}

func newContents(layer int64) (*contents, error) {
	c := &contents{images: slowregistry.NewImages(), layer: layer, want: map[string]repository{}}
	for n, name := range repositories() {
		blobs := map[digest.Digest]int64{}
		c.want[destinationName(name)] = repository{map[string]digest.Digest{}, map[digest.Digest]bool{}}
		for i, tag := range chosen() {
			image, err := c.put(n, tag, i)
			if err != nil {
				return nil, err
			}
			maps.Copy(blobs, image.Blobs)
		}
		for i, tag := range others() {
			if _, err := c.images.Put(sourceName(name), tag, c.spec(n, tagsEach+1+i)); err != nil {
				return nil, err
			}
		}
		for size := range maps.Values(blobs) {
			c.size += size
		}
	}
	return c, nil
}

// spec is the image number i of the repository number n. An image has 6 layers, of which it shares 4 with the next one;
// half of the repositories have indexes of two platforms.
func (c *contents) spec(n, i int) slowregistry.Spec {
	spec := slowregistry.Spec{Layers: 6, LayerSize: c.layer, Seed: 20 + uint64(n), First: 2 * i}
	if n%2 == 1 {
		spec.Platforms = 2
	}
	return spec
}

// put puts an image under a tag that is mirrored.
func (c *contents) put(n int, tag string, i int) (slowregistry.Contents, error) {
	name := repositories()[n]
	image, err := c.images.Put(sourceName(name), tag, c.spec(n, i))
	if err != nil {
		return image, err
	}
	want := c.want[destinationName(name)]
	want.tags[tag] = image.Root
	for _, d := range image.Manifests {
		want.manifests[d] = true
	}
	return image, nil
}

// move moves the newest tag of the first repository to the next image, and back.
func (c *contents) move() (back func() error, err error) {
	newest := tagsEach - 1
	name := destinationName(repositories()[0])
	before := c.want[name]
	c.want[name] = repository{maps.Clone(before.tags), maps.Clone(before.manifests)}
	_, err = c.put(0, chosen()[newest], newest+1)
	return func() error {
		c.want[name] = before
		_, err := c.put(0, chosen()[newest], newest)
		return err
	}, err
}
