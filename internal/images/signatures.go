package images

import (
	"context"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/docker"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/registryclient"
)

// Of one manifest, that many signatures are looked at, of that many bytes each and in all: many times
// what they have. A manifest is re-signed as often as its image is released.
const (
	maxSignatures     = 128 // as in go.podman.io/image's docker/docker_image_src.go
	maxSignature      = 64 << 10
	maxSignatureBytes = 1 << 20
)

// A signature is one beside a manifest, in the form in which go.podman.io/image keeps it in files.
type signature struct {
	from string // where it was found
	blob []byte
}

// signatures reads what is beside the manifests of one repository.
type signatures struct {
	registries *Client
	name       imagename.Name // of the root
	places     places
	host       *registryclient.Registry // that keeps signatures itself; nil where it does not
	lookaside  *registryclient.Registry // nil where that is on disk
}

// signatures finds out where to look.
func (r *Client) signatures(ctx context.Context, name imagename.Name, root digest.Digest, dir string) (*signatures, error) {
	name.Tag, name.Digest = "", root
	named, err := name.Reference()
	if err != nil {
		return nil, err
	}
	ref, err := docker.NewReference(named)
	if err != nil {
		return nil, err
	}
	s := &signatures{registries: r, name: name}
	if s.places, err = placesOf(ref, dir); err != nil {
		return nil, err
	}
	if name.Kind != imagename.ECR { // which has none besides those that are attached
		host, err := r.host(name)
		if err != nil {
			return nil, err
		}
		keeps, err := host.KeepsSignatures(ctx)
		if err != nil {
			return nil, err
		}
		if keeps {
			s.host = host
			return s, nil
		}
	}
	if at := s.places.lookaside; at.Scheme == "http" || at.Scheme == "https" {
		s.lookaside, err = r.lookaside(at)
	}
	return s, err
}

func (s *signatures) close() error {
	if s.lookaside != nil {
		s.lookaside.Close()
	}
	return nil
}

// of returns a manifest with all that is signed there.
func (s *signatures) of(ctx context.Context, d digest.Digest) (types.UnparsedImage, error) {
	name := s.name
	name.Digest = d
	src, err := s.registries.Source(ctx, name)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	manifest, _, err := src.GetManifest(ctx, nil)
	if err != nil {
		return nil, err
	}
	list, err := s.beside(ctx, d)
	if err != nil {
		return nil, err
	}
	if s.places.attachments {
		attached, err := s.attached(ctx, d)
		if err != nil {
			return nil, err
		}
		list = append(list, attached...)
	}
	return unparsed(ctx, manifest, list)
}

// beside returns the signatures that the registry itself has, or else those of the lookaside, as
// go.podman.io/image chooses.
func (s *signatures) beside(ctx context.Context, d digest.Digest) ([]signature, error) {
	if s.host != nil {
		return s.kept(ctx, d)
	}
	return s.aside(ctx, d)
}
