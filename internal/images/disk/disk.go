// Package disk opens images in files: OCI layouts and directories. Several programs may do so at a time.
package disk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/directory"
	"go.podman.io/image/v5/oci/layout"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images/transport"
	"ecrmirror/internal/manifestdigest"
	"ecrmirror/internal/mirror/port"
)

// Reference returns the library's reference to an image.
func Reference(name imagename.Name) (types.ImageReference, error) {
	switch name.Kind {
	case imagename.OCILayout:
		return layout.ParseReference(name.Path)
	case imagename.Directory:
		return directory.NewReference(name.Path)
	}
	return nil, fmt.Errorf("image name %q has no kind", name)
}

// Open opens an image for reading by the library.
func Open(ctx context.Context, name imagename.Name) (types.ImageSource, error) {
	if err := check(name); err != nil {
		return nil, err
	}
	ref, err := Reference(name)
	if err != nil {
		return nil, err
	}
	return ref.NewImageSource(ctx, system())
}

// system returns the library's settings: layers are kept as they are.
func system() *types.SystemContext { return &types.SystemContext{OCIAcceptUncompressedLayers: true} }

// Source opens an image for reading. Where there is none, the error counts as [fs.ErrNotExist].
func Source(ctx context.Context, name imagename.Name) (port.Source, error) {
	src, err := Open(ctx, name)
	if err != nil {
		return nil, err
	}
	return transport.NewSource(src), nil
}

// Digest returns the digest of an image's root manifest, or "" if the layout or the directory has no such image. Where
// there is no layout or directory, the error counts as [fs.ErrNotExist].
func Digest(ctx context.Context, name imagename.Name) (digest.Digest, error) {
	if err := check(name); err != nil {
		return "", err
	}
	if name.Kind == imagename.OCILayout {
		return digestInLayout(name)
	}
	src, err := Open(ctx, name)
	if err != nil {
		return "", err
	}
	defer src.Close()
	raw, _, err := src.GetManifest(ctx, nil)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return manifestdigest.Of(raw)
}

func digestInLayout(name imagename.Name) (digest.Digest, error) {
	ref, err := Reference(name)
	if err != nil {
		return "", err
	}
	desc, err := layout.LoadManifestDescriptor(ref)
	var missing layout.ImageNotFoundError
	if errors.As(err, &missing) || errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return desc.Digest, err
}
