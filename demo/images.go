package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"ecrmirror/demo/check"
	"ecrmirror/demo/sample"
)

// The images in the upstream registry.
const (
	toolsImage    = "tools:1"    // an OCI index of both programs
	legacyImage   = "legacy:1"   // a Docker manifest list, whose platforms share a layer
	attestedImage = "attested:1" // an OCI index with attestations
	singleImage   = "single:1"   // no index
	retiredImage  = "retired:1"  // source of the entry that has expired
)

// appImage is what is pushed to ECR.
const appImage = "team/app:1.0"

// makeImages makes the images in memory.
func (d *demo) makeImages() (*images, error) {
	l, err := d.makeLayers()
	if err != nil {
		return nil, err
	}
	var m images
	if err := m.makeIndexes(l); err != nil {
		return nil, err
	}
	if err := m.makeWeb(l); err != nil {
		return nil, err
	}
	return &m, m.makeSingle(l)
}

// makeIndexes makes the images for all platforms.
func (m *images) makeIndexes(l layers) (err error) {
	for _, to := range []struct {
		index    *v1.ImageIndex
		format   sample.Format
		assembly assembly
		program  string
	}{
		{&m.tools, sample.OCI, l.both, "controller"},
		{&m.legacy, sample.Docker, l.sharedAndController, "controller"},
		{&m.attested, sample.OCI, l.mirror, "mirror"},
		{&m.app, sample.OCI, l.onlyShared, "app"},
	} {
		if *to.index, err = l.index(to.format, to.assembly, to.program, "1"); err != nil {
			return err
		}
	}
	m.attested, err = sample.Attest(m.attested)
	return err
}

// makeWeb makes the releases of the repository that tags are chosen of. They differ in their configs, and share layers.
func (m *images) makeWeb(l layers) (err error) {
	m.web = map[string]v1.ImageIndex{}
	for _, p := range append(slices.Clone(published), publishedTag{nextRelease, nextRelease}) {
		if m.web[p.release], err = l.index(sample.OCI, l.mirror, selectedRepository, p.release); err != nil {
			return err
		}
	}
	return nil
}

// makeSingle makes the images for one platform.
func (m *images) makeSingle(l layers) (err error) {
	for _, to := range []struct {
		image    *v1.Image
		assembly assembly
		version  string
	}{{&m.single, l.mirror, "1-single"}, {&m.retired, l.onlyShared, "2"}, {&m.stale, l.onlyShared, "1"}} {
		if *to.image, err = sample.Image(sample.OCI, instance(l.programs[0], to.assembly, "mirror",
			to.version)); err != nil {
			return err
		}
	}
	return nil
}

// pushImages fills the registry that things are mirrored from.
func (d *demo) pushImages(ctx context.Context) (err error) {
	d.story.Heading("Push images to the registry that they are to be mirrored from")
	d.story.Say("They are made of the project's own programs, and pushed by go-containerregistry.")
	if d.images, err = d.makeImages(); err != nil {
		return err
	}
	if err := d.pushReleases(ctx); err != nil {
		return err
	}
	var rows [][]string
	for _, image := range []struct {
		name    string
		content remote.Taggable
	}{
		{toolsImage, d.images.tools},
		{legacyImage, d.images.legacy},
		{attestedImage, d.images.attested},
		{singleImage, d.images.single},
		{retiredImage, d.images.retired},
	} {
		tree, err := d.push(ctx, d.upstream(image.name), image.content)
		if err != nil {
			return err
		}
		rows = append(rows, describe(tree))
	}
	d.story.Table([]string{"IMAGE", "WHAT IT IS", "INSTANCES", "BLOBS", "DIGEST"}, rows)
	return nil
}

// pushReleases pushes the tags of one repository.
func (d *demo) pushReleases(ctx context.Context) error {
	for n := range releases {
		content := d.images.retired
		if n+1 == releases { // it has layers that are not at the destination
			content = d.images.single
		}
		if _, err := d.push(ctx, d.upstream(release(n+1)), content); err != nil {
			return err
		}
	}
	return nil
}

// push pushes an image as "docker push" does, and returns what then is there.
func (d *demo) push(ctx context.Context, image string, content remote.Taggable) (*check.Tree, error) {
	ref, err := name.ParseReference(d.address(image))
	if err != nil {
		return nil, err
	}
	if err := remote.Push(ref, content, remote.WithContext(ctx), d.owner()); err != nil {
		return nil, fmt.Errorf("pushing %s: %w", image, err)
	}
	return d.read(ctx, image)
}

// read reads the manifests of an image.
func (d *demo) read(ctx context.Context, image string) (*check.Tree, error) {
	return check.Read(ctx, d.address(image), d.owner())
}

// owner has the registry protocol spoken as whoever a repository in ECR belongs to.
func (d *demo) owner() remote.Option { return remote.WithTransport(d.server.Owner()) }
