// Package signatures reads what is signed of images: the signatures that a registry keeps beside them, those of a
// lookaside, and those that sigstore's tools attach. Whether they are good is not its business.
package signatures

import (
	"context"
	"net/url"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/docker"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/registryclient"
)

// A Repository is where the images of one repository are, and the signatures of their manifests.
type Repository struct {
	Name imagename.Name // of a root manifest, by its digest
	// Dir has the files of containers-registries.d(5) that say where signatures are. "" means the usual places.
	Dir string
	// Source opens an image of the repository.
	Source func(context.Context, imagename.Name) (port.Source, error)
	// Registry is the client that reads the repository. Nil means that it keeps no signatures beside those that
	// are attached.
	Registry *registryclient.Registry
	// Lookaside returns the client for an http: or https: lookaside.
	Lookaside func(*url.URL) (*registryclient.Registry, error)
}

// Open finds out where the signatures are: those that the registry itself keeps, or else those of the lookaside,
// as go.podman.io/image chooses, and besides those that are attached, where the files say so.
func (r Repository) Open(ctx context.Context) (*Image, error) {
	named, err := r.Name.Reference()
	if err != nil {
		return nil, err
	}
	ref, err := docker.NewReference(named)
	if err != nil {
		return nil, err
	}
	at, err := placesOf(ref, r.Dir)
	if err != nil {
		return nil, err
	}
	s := &reader{source: r.Source, name: r.Name, close: func() {}}
	if at.attachments {
		s.attached = attached{r.Source, r.Name}.of
	}
	s.beside, s.close, err = r.beside(ctx, at.lookaside)
	if err != nil {
		return nil, err
	}
	return &Image{s.of, func() error { s.close(); return nil }}, nil
}

// beside returns what reads the signatures beside a manifest, and what closes it.
func (r Repository) beside(ctx context.Context, at *url.URL) (of find, end func(), err error) {
	none := func() {}
	if r.Registry != nil {
		keeps, err := r.Registry.KeepsSignatures(ctx)
		if err != nil {
			return nil, nil, err
		}
		if keeps {
			return kept{r.Registry, r.Name}.of, none, nil
		}
	}
	l := lookaside{at: at}
	if at.Scheme == "http" || at.Scheme == "https" {
		if l.host, err = r.Lookaside(at); err != nil {
			return nil, nil, err
		}
		return l.of, l.host.Close, nil
	}
	return l.of, none, nil
}

// find returns the signatures of a manifest.
type find func(context.Context, digest.Digest) ([]signature, error)

// A reader reads manifests and their signatures.
type reader struct {
	source   func(context.Context, imagename.Name) (port.Source, error)
	name     imagename.Name
	beside   find
	attached find // nil: attachments are not looked for
	close    func()
}

// of returns a manifest with all that is signed there.
func (s *reader) of(ctx context.Context, d digest.Digest) (types.UnparsedImage, error) {
	name := s.name
	name.Digest = d
	src, err := s.source(ctx, name)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	manifest, _, err := src.Manifest(ctx, "")
	if err != nil {
		return nil, err
	}
	list, err := s.beside(ctx, d)
	if err != nil {
		return nil, err
	}
	if s.attached != nil {
		attached, err := s.attached(ctx, d)
		if err != nil {
			return nil, err
		}
		list = append(list, attached...)
	}
	return unparsed(ctx, manifest, list)
}
