package ecr

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
)

// Digest returns the digest of a name's tag or, if it has no tag, its digest once that is known to
// be there. It does not count as a pull. The error wraps [ErrImageNotFound] or
// [ErrRepositoryNotFound] where there is no such image, or where it is in the archive.
func (c *Client) Digest(ctx context.Context, name imagename.Name) (digest.Digest, error) {
	repo, err := c.Repository(name)
	if err != nil {
		return "", err
	}
	if name.Tag != "" {
		return repo.digestOf(ctx, imageID(name.Tag, ""))
	}
	return repo.digestOf(ctx, imageID("", name.Digest))
}

// digestOf looks an image up by DescribeImages.
func (c calls) digestOf(ctx context.Context, id types.ImageIdentifier) (digest.Digest, error) {
	out, err := c.api.DescribeImages(ctx, &ecr.DescribeImagesInput{
		RegistryId: c.registryID(), RepositoryName: c.repositoryName(), ImageIds: []types.ImageIdentifier{id},
	})
	if err != nil {
		return "", c.failed("DescribeImages", err)
	}
	if len(out.ImageDetails) == 0 {
		return "", c.failed("DescribeImages", fmt.Errorf("empty answer: %w", ErrImageNotFound))
	}
	if detail := out.ImageDetails[0]; !pullable(detail) {
		return "", c.failed("DescribeImages", fmt.Errorf("the image is %s: %w", detail.ImageStatus, ErrImageNotFound))
	}
	found, err := digest.Parse(aws.ToString(out.ImageDetails[0].ImageDigest))
	if err != nil {
		return "", c.failed("DescribeImages", err)
	}
	if id.ImageDigest != nil && found.String() != *id.ImageDigest {
		err := fmt.Errorf("%w: asked for %s, got %s", ErrDigestMismatch, *id.ImageDigest, found)
		return "", c.failed("DescribeImages", err)
	}
	return found, nil
}

// pullable reports whether an image can be pulled. Of one that is archived, or on its way back,
// DescribeImages tells the digest where it is asked for by tag or digest, and only there: lists have
// active images alone. Clients cannot get it, so that it is as good as not there; a push restores it.
func pullable(d types.ImageDetail) bool {
	return d.ImageStatus == "" || d.ImageStatus == types.ImageStatusActive
}
