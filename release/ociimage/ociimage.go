// Package ociimage writes the container image of a release as an OCI layout: what the Dockerfile makes, with
// the certificates that go.sum names instead of those of a base image.
package ociimage

import (
	"bytes"
	"fmt"
	"io"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"ecrmirror/release/archive"
)

// An Image is what a release's image is made of.
type Image struct {
	Version, Commit string
	Created         time.Time
	Variants        []Variant
}

// A Variant is the image for a platform.
type Variant struct {
	OS, Arch string
	Files    []archive.File // what it has beside certificates and an empty /tmp
}

// Write writes the image into a directory, which must not exist, under its version as the name. It returns
// the digest of the image's index.
func (i Image) Write(dir string) (digest string, err error) {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, variant := range i.Variants {
		image, err := i.image(variant)
		if err != nil {
			return "", fmt.Errorf("the image for %s/%s: %w", variant.OS, variant.Arch, err)
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add:        image,
			Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: variant.OS, Architecture: variant.Arch}},
		})
	}
	annotated, ok := mutate.Annotations(index, i.labels()).(v1.ImageIndex)
	if !ok {
		return "", fmt.Errorf("an annotated index is %T", index)
	}
	hash, err := annotated.Digest()
	if err != nil {
		return "", err
	}
	top, err := layout.Write(dir, empty.Index)
	if err != nil {
		return "", err
	}
	return hash.String(), top.AppendIndex(annotated,
		layout.WithAnnotations(map[string]string{"org.opencontainers.image.ref.name": i.Version}))
}

func (i Image) image(variant Variant) (v1.Image, error) {
	layer, err := i.layer(variant.Files)
	if err != nil {
		return nil, err
	}
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	created := v1.Time{Time: i.Created.UTC()}
	base, err = mutate.ConfigFile(base, &v1.ConfigFile{
		Created: created, OS: variant.OS, Architecture: variant.Arch, RootFS: v1.RootFS{Type: "layers"},
		Config: v1.Config{Env: []string{"PATH=/usr/local/bin", "HOME=/"}, User: "65532:65532", Labels: i.labels()},
	})
	if err != nil {
		return nil, err
	}
	return mutate.Append(base, mutate.Addendum{
		Layer: layer, MediaType: types.OCILayer,
		History: v1.History{Created: created, CreatedBy: "make release", Comment: "programs, CA certificates and /tmp"},
	})
}

// layer returns the one layer of an image, compressed here so that its bytes are archive's.
func (i Image) layer(files []archive.File) (v1.Layer, error) {
	certificates, err := certificates()
	if err != nil {
		return nil, err
	}
	all := append([]archive.File{
		{Name: "etc/", Mode: 0o755},
		{Name: "etc/ssl/", Mode: 0o755},
		{Name: "etc/ssl/certs/", Mode: 0o755},
		{Name: "etc/ssl/certs/ca-certificates.crt", Mode: 0o644, Content: certificates},
		{Name: "tmp/", Mode: stickyTmp},
	}, files...)
	var compressed bytes.Buffer
	if err := archive.TarGzip(&compressed, i.Created, all); err != nil {
		return nil, err
	}
	return tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(compressed.Bytes())), nil
	}, tarball.WithMediaType(types.OCILayer))
}

// labels are those of the Dockerfile, and the license.
func (i Image) labels() map[string]string {
	return map[string]string{
		"org.opencontainers.image.title": "ecrmirror",
		"org.opencontainers.image.description": "Keeps container images in Amazon ECR, and in any other registry, " +
			"equal to their source",
		"org.opencontainers.image.version":  i.Version,
		"org.opencontainers.image.revision": i.Commit,
		"org.opencontainers.image.licenses": "Apache-2.0",
	}
}
