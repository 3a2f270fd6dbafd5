package images

import (
	"context"
	"errors"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/ecr"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images/disk"
	"ecrmirror/internal/registryclient"
)

// Digest returns the digest that the name's tag points at (of its digest, where it
// has no tag), or "" if there is no such image or repository. It counts as no pull:
// ECR is asked by DescribeImages, other registries by HEAD (by GET only where HEAD
// does not tell). Errors name the repository, not the tag.
func (r *Client) Digest(ctx context.Context, name imagename.Name) (digest.Digest, error) {
	d, err := r.lookUp(ctx, name)
	if errors.Is(err, errAbsent) {
		return "", nil
	}
	return d, err
}

func (r *Client) lookUp(ctx context.Context, name imagename.Name) (digest.Digest, error) {
	switch name.Kind {
	case imagename.ECR:
		d, err := r.ecr.Digest(ctx, name)
		if errors.Is(err, ecr.ErrImageNotFound) || errors.Is(err, ecr.ErrRepositoryNotFound) {
			return "", errAbsent
		}
		return d, err
	case imagename.Registry, imagename.ECRPublic:
		return r.lookUpByHead(ctx, name)
	}
	return disk.Digest(ctx, name)
}

func (r *Client) lookUpByHead(ctx context.Context, name imagename.Name) (digest.Digest, error) {
	repository, err := r.repository(name)
	if err != nil {
		return "", err
	}
	d, err := repository.Digest(ctx, tagFirst(name))
	if errors.Is(err, registryclient.ErrNotFound) {
		return "", errAbsent
	}
	return d, err
}

// tagFirst returns what the image is called within its repository; the tag decides.
func tagFirst(name imagename.Name) string {
	if name.Tag != "" {
		name.Digest = ""
	}
	return tagOrDigest(name)
}
