package registry

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/manifest"
	"go.podman.io/image/v5/oci/layout"

	"ecrmirror/internal/distribution"
	"ecrmirror/internal/ecrtransport"
	"ecrmirror/internal/imagename"
)

// Digest returns the digest that the name's tag points at (of its digest, where it
// has no tag), or "" if there is no such image or repository. It counts as no pull:
// ECR is asked by DescribeImages, other registries by HEAD (by GET only where a
// registry's answer carries no digest). Errors name the repository, not the tag.
func (r *Registries) Digest(ctx context.Context, name imagename.Name) (digest.Digest, error) {
	d, err := r.lookUp(ctx, name)
	if errors.Is(err, errAbsent) {
		return "", nil
	}
	return d, err
}

// getTimeout is how long reading a manifest for its digest may take.
const getTimeout = 30 * time.Second

func (r *Registries) lookUp(ctx context.Context, name imagename.Name) (digest.Digest, error) {
	switch name.Kind {
	case imagename.ECR:
		d, err := r.ecr.Digest(ctx, name)
		if errors.Is(err, ecrtransport.ErrImageNotFound) || errors.Is(err, ecrtransport.ErrRepositoryNotFound) {
			return "", errAbsent
		}
		return d, err
	case imagename.Registry, imagename.ECRPublic:
		return r.lookUpByHead(ctx, name)
	case imagename.OCILayout:
		return r.lookUpInLayout(name)
	default:
		return r.lookUpByGet(ctx, name)
	}
}

func (r *Registries) lookUpByHead(ctx context.Context, name imagename.Name) (digest.Digest, error) {
	if name.Tag != "" {
		name.Digest = ""
	}
	repository, err := r.repository(name)
	if err != nil {
		return "", err
	}
	d, err := repository.Digest(ctx, tagOrDigest(name))
	switch {
	case errors.Is(err, distribution.ErrNotFound):
		return "", errAbsent
	case err == nil && d == "":
		ctx, cancel := context.WithTimeout(ctx, getTimeout)
		defer cancel()
		return r.lookUpByGet(ctx, name)
	}
	return d, err
}

func (r *Registries) lookUpByGet(ctx context.Context, name imagename.Name) (digest.Digest, error) {
	src, err := r.Source(ctx, name)
	if err != nil {
		return "", err
	}
	defer src.Close()
	raw, mediaType, err := src.GetManifest(ctx, nil)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, distribution.ErrNotFound) {
		return "", errAbsent
	}
	if err != nil {
		return "", err
	}
	if manifest.GuessMIMEType(raw) == "" {
		// Any web server answers 200 to something.
		return "", fmt.Errorf("what %s gives, of type %q, is not a manifest", name, mediaType)
	}
	return manifest.Digest(raw)
}

func (r *Registries) lookUpInLayout(name imagename.Name) (digest.Digest, error) {
	ref, err := r.reference(name)
	if err != nil {
		return "", err
	}
	desc, err := layout.LoadManifestDescriptor(ref)
	var missing layout.ImageNotFoundError
	if errors.As(err, &missing) || errors.Is(err, os.ErrNotExist) {
		return "", errAbsent
	}
	return desc.Digest, err
}
