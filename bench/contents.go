package main

import (
	"fmt"
	"maps"

	"github.com/opencontainers/go-digest"

	"ecrmirror/testkit/sink"
	"ecrmirror/testkit/slowregistry"
)

// contents are what a repository has with all images of a case, at both ends.
type contents struct {
	repository string // at the source
	names      []string
	tags       map[string]digest.Digest
	manifests  map[digest.Digest]bool
	blobs      map[digest.Digest]int64
	size       int64 // bytes of the blobs, each once
}

// put generates the images of a case. The first one's tag is 1.
func (b *bench) put(c benchCase) (contents, error) {
	all := contents{
		repository: sourceRepository(c), tags: map[string]digest.Digest{}, manifests: map[digest.Digest]bool{},
		blobs: map[digest.Digest]int64{},
	}
	for n, spec := range c.images {
		tag := fmt.Sprint(n + 1)
		image, err := b.images.Put(all.repository, tag, spec)
		if err != nil {
			return all, err
		}
		all.names = append(all.names, tag)
		all.tags[tag] = image.Root
		for _, d := range image.Manifests {
			all.manifests[d] = true
		}
		maps.Copy(all.blobs, image.Blobs)
	}
	for size := range maps.Values(all.blobs) {
		all.size += size
	}
	return all, nil
}

// held returns a repository that has everything.
func (w contents) held(images *slowregistry.Images) sink.Repository {
	manifests := map[digest.Digest]sink.Manifest{}
	for d := range w.manifests {
		mediaType, body := images.Manifest(w.repository, d)
		manifests[d] = sink.Manifest{MediaType: mediaType, Body: body}
	}
	return sink.Repository{Blobs: w.blobs, Manifests: manifests, Tags: w.tags}
}
