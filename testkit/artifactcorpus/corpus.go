// Package artifactcorpus makes images with artifacts of all kinds: signatures, SBOMs and attestations, as referrers and
// under digest tags. The programs that people make them by make them here, too; of GitHub's attestations, which need
// its services, the bundle is cosign's and the manifest that of GitHub's action. Keys and images are the same each
// time; signatures are not, for that is how ECDSA is.
package artifactcorpus

import (
	"context"
	"fmt"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/opencontainers/go-digest"

	"ecrmirror/testkit/artifactclients"
	"ecrmirror/testkit/corpus"
)

// An Image is one of the corpus.
type Image struct {
	Tag       string
	Root      digest.Digest
	Manifests []digest.Digest // the root and all instances
	Artifacts []Artifact      // what belongs to it, each after its subject
	Checks    []Check         // what is so where all of it is
}

// An Artifact belongs to a manifest of an image, or to another artifact.
type Artifact struct {
	Subject, Digest digest.Digest
	Tag             string // the digest tag that names it; "" of a referrer
}

// A kind makes an image with what belongs to it.
type kind struct {
	name  string
	image string // of [corpus.Names]
	make  func(*maker)
}

// kinds are the images of the corpus.
var kinds = []kind{
	{"cosign-2", "index", (*maker).digestTags},
	{"cosign-3", "list", (*maker).bundles},
	{"attached", "docker", (*maker).attached},
	{"github", "index", (*maker).github},
	{"buildkit", "attested", (*maker).children},
	{"instance", "index", (*maker).ofInstances},
	{"signed-sbom", "zstd", (*maker).ofArtifacts},
	{"notation", "list", (*maker).notation},
}

// Tags returns the tags of the images that [Make] makes.
func Tags() []string {
	tags := make([]string, len(kinds))
	for i, k := range kinds {
		tags[i] = k.name
	}
	return tags
}

// Make makes the images in a repository of a registry that wants no login, HOST/NAME, with or without the referrers
// API.
func Make(ctx context.Context, clients *artifactclients.Clients, repository string) ([]Image, error) {
	repo, err := name.NewRepository(repository, name.Insecure)
	if err != nil {
		return nil, err
	}
	if err := writeFiles(clients); err != nil {
		return nil, err
	}
	var images []Image
	for _, k := range kinds {
		m := &maker{ctx: ctx, clients: clients, repository: repo}
		m.push(k)
		k.make(m)
		if m.err == nil {
			m.image.Artifacts, m.err = List(ctx, repo, m.image.Manifests)
		}
		if m.err != nil {
			return nil, fmt.Errorf("image %s: %w", k.name, m.err)
		}
		m.lists()
		images = append(images, m.image)
	}
	return images, nil
}

// A maker makes an image. The first error sticks.
type maker struct {
	ctx        context.Context //nolint:containedctx // of all commands that make one image
	clients    *artifactclients.Clients
	repository name.Repository
	image      Image
	err        error
}

// push pushes the image of a kind to its tag.
func (m *maker) push(k kind) {
	layout := "layout-" + k.name
	image, err := corpus.WriteNamed(m.clients.File(layout), k.name, k.image)
	m.err = err
	m.image = Image{Tag: k.name, Root: image.Root.Digest}
	for _, desc := range image.Manifests {
		m.image.Manifests = append(m.image.Manifests, desc.Digest)
	}
	m.run(artifactclients.Oras, "cp", "--from-oci-layout", layout+":"+k.image, "--to-plain-http",
		m.repository.Tag(k.name).String())
}

// run runs a program, and returns what it printed.
func (m *maker) run(program string, args ...string) string {
	if m.err != nil {
		return ""
	}
	out, err := m.clients.Run(m.ctx, program, args...)
	m.err = err
	return out
}

// at names a manifest in the repository.
func (m *maker) at(d digest.Digest) string { return m.repository.Digest(d.String()).String() }
