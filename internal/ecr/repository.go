package ecr

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
)

// A Repository reads a repository of private ECR, and deletes its images. Its methods are safe for concurrent use.
type Repository struct {
	calls
	private API // with what reads, lists and creates
	client  *Client
}

// Repository returns the repository of a name in private ECR, for reading. The tag and digest of the
// name do not matter. It makes no call. ECR Public's API has no operations to read images with, so
// that a name there is an error.
func (c *Client) Repository(name imagename.Name) (*Repository, error) {
	if name.Kind == imagename.ECRPublic {
		return nil, fmt.Errorf("image name %q: the API only writes to ECR Public; read it as a registry", name)
	}
	if c.opts.API == nil {
		return nil, fmt.Errorf("client for %s: Options.API is missing", name.Host)
	}
	api, err := c.opts.API(name.ECR)
	if err != nil {
		return nil, fmt.Errorf("client for %s: %w", name.Host, err)
	}
	return &Repository{calls{api: api, name: name}, api, c}, nil
}

// DeleteImage removes a tag, and with its last tag the image. Where tag is "" it removes the image of
// the digest with all of its tags. Given both, it removes the tag only while it has that digest. Where
// there is nothing to remove, the error wraps [ErrImageNotFound].
func (r *Repository) DeleteImage(ctx context.Context, tag string, d digest.Digest) error {
	out, err := r.private.BatchDeleteImage(ctx, &ecr.BatchDeleteImageInput{
		RegistryId: r.registryID(), RepositoryName: r.repositoryName(),
		ImageIds: []types.ImageIdentifier{imageID(tag, d)},
	})
	if err != nil {
		return r.failed("BatchDeleteImage", err)
	}
	if len(out.Failures) > 0 {
		return r.imageFailed("BatchDeleteImage", out.Failures[0])
	}
	return nil
}
