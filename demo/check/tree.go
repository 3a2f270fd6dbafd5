// Package check compares container images byte for byte, by a registry client that
// is not this project's own: go-containerregistry, over the registry protocol.
package check

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// A Tree is all manifests of an image.
type Tree struct {
	Image     string     // image name, as it was given
	Manifests []Manifest // the image's own first, then, for an index, those of its instances

	client *remote.Puller
}

// A Manifest is one of a tree's manifests, with what it refers to.
type Manifest struct {
	What   string // such as "OCI index", "linux/arm64", "attestation of linux/arm64"
	About  bool   // it is about another instance, such as an attestation
	Digest v1.Hash
	Type   types.MediaType
	raw    []byte
	blobs  []v1.Descriptor
}

// Digest is the image's digest.
func (t *Tree) Digest() v1.Hash { return t.Manifests[0].Digest }

// Size is the number of bytes of all blobs, each counted once.
func (t *Tree) Size() int64 { return Size(t) }

// Size is the number of bytes of all blobs of several images, each counted once.
func Size(trees ...*Tree) int64 {
	size := int64(0)
	seen := map[v1.Hash]bool{}
	for _, t := range trees {
		for _, m := range t.Manifests {
			for _, b := range m.blobs {
				if !seen[b.Digest] {
					size += b.Size
				}
				seen[b.Digest] = true
			}
		}
	}
	return size
}

// Read reads all manifests of an image, and no blobs. Nobody is logged in but by the
// options; registries on this machine are reached without TLS.
func Read(ctx context.Context, image string, options ...remote.Option) (*Tree, error) {
	ref, err := name.ParseReference(image)
	if err != nil {
		return nil, err
	}
	client, err := remote.NewPuller(options...)
	if err != nil {
		return nil, err
	}
	root, err := client.Get(ctx, ref)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", image, err)
	}
	t := &Tree{Image: image, client: client}
	if err := t.add(ctx, ref.Context(), root, kind(root.MediaType), false); err != nil {
		return nil, fmt.Errorf("reading %s: %w", image, err)
	}
	return t, nil
}

// add adds a manifest and, if it is an index, its instances.
func (t *Tree) add(
	ctx context.Context, repository name.Repository, d *remote.Descriptor, what string, about bool,
) error {
	m := Manifest{What: what, About: about, Digest: d.Digest, Type: d.MediaType, raw: d.Manifest}
	if !d.MediaType.IsIndex() {
		var err error
		m.blobs, err = blobs(d.Manifest)
		t.Manifests = append(t.Manifests, m)
		return err
	}
	t.Manifests = append(t.Manifests, m)
	var index v1.IndexManifest
	if err := json.Unmarshal(d.Manifest, &index); err != nil {
		return fmt.Errorf("parsing index %s: %w", d.Digest, err)
	}
	for _, instance := range index.Manifests {
		child, err := t.client.Get(ctx, repository.Digest(instance.Digest.String()))
		if err != nil {
			return err
		}
		if err := t.add(ctx, repository, child, instanceName(instance, index), isAttestation(instance)); err != nil {
			return err
		}
	}
	return nil
}

// blobs returns what an image's manifest refers to: its config and layers, except
// layers that are elsewhere by licence.
func blobs(manifest []byte) ([]v1.Descriptor, error) {
	var m v1.Manifest
	if err := json.Unmarshal(manifest, &m); err != nil {
		return nil, fmt.Errorf("parsing manifest: %w", err)
	}
	list := []v1.Descriptor{m.Config}
	for _, layer := range m.Layers {
		if layer.MediaType.IsDistributable() || len(layer.URLs) == 0 {
			list = append(list, layer)
		}
	}
	return list, nil
}
