package registry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/docker/distribution/registry/api/errcode"
	v2 "github.com/docker/distribution/registry/api/v2"
	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/docker"
	"go.podman.io/image/v5/docker/reference"
	"go.podman.io/image/v5/manifest"
	"go.podman.io/image/v5/oci/layout"

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
	named, err := name.Reference()
	if err != nil {
		return "", err
	}
	ref, err := docker.NewReference(reference.TagNameOnly(named))
	if err != nil {
		return "", err
	}
	d, err := docker.GetDigest(ctx, r.system(ctx, name), ref)
	switch {
	case err == nil:
		return d, nil
	case isAbsent(err):
		return "", errAbsent
	case errors.Is(err, digest.ErrDigestInvalidFormat): // a 200 without Docker-Content-Digest
		return r.lookUpByGet(ctx, name)
	}
	return "", err
}

func (r *Registries) lookUpByGet(ctx context.Context, name imagename.Name) (digest.Digest, error) {
	src, err := r.Source(ctx, name)
	if err != nil {
		return "", err
	}
	defer src.Close()
	raw, mediaType, err := src.GetManifest(ctx, nil)
	if errors.Is(err, os.ErrNotExist) || err != nil && isAbsent(err) {
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

// isAbsent reports whether a registry's error means that the image or its
// repository does not exist.
func isAbsent(err error) bool {
	var coder errcode.ErrorCoder
	if errors.As(err, &coder) {
		code := coder.ErrorCode()
		return code == v2.ErrorCodeManifestUnknown || code == v2.ErrorCodeNameUnknown
	}
	var status docker.UnexpectedHTTPStatusError
	if errors.As(err, &status) {
		return status.StatusCode == http.StatusNotFound
	}
	// A 404 without the protocol's JSON body, as every 404 to a HEAD is, comes as an
	// unexported type (go.podman.io/image v5.41.2, docker/errors.go).
	return strings.Contains(err.Error(), "StatusCode: 404")
}
