package ecr

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/listed"
)

// Tags returns all tags of the repository of a name in private ECR, with their digests; the tag and digest of the name
// do not matter. Images in the archive are none. With times, there is also when each image was pushed. It counts as no
// pull. Where there is no such repository, the error is a [*MissingRepositoryError].
//
// It takes a call of ListImages for each 1,000 tags, or, with times, of DescribeImages for each 1,000 images. A list
// that does not end, by its token or by what package listed takes, is an error.
func (c *Client) Tags(ctx context.Context, name imagename.Name, times bool) (listed.Tags, error) {
	if times {
		return c.TagsWithin(ctx, name, mostPages)
	}
	return c.tags(ctx, name, lister{"ListImages", (*Repository).listPage}, mostPages)
}

// TagsWithin is [Client.Tags] with times, of a repository with tags on at most so many thousand images. It takes the
// permission for DescribeImages, which whoever copies images has.
func (c *Client) TagsWithin(ctx context.Context, name imagename.Name, thousands int) (listed.Tags, error) {
	return c.tags(ctx, name, lister{"DescribeImages", (*Repository).describePage}, thousands)
}

// A lister lists tags by one of ECR's operations.
type lister struct {
	operation string
	page      func(r *Repository, ctx context.Context, token *string, to *listed.TagCollector) (next *string, err error)
}

func (c *Client) tags(ctx context.Context, name imagename.Name, by lister, most int) (listed.Tags, error) {
	repo, err := c.Repository(name)
	if err != nil {
		return listed.Tags{}, err
	}
	tags := c.opts.Lists.Collect()
	defer tags.Close()
	err = pages(most, func(token *string) (next *string, err error) { return by.page(repo, ctx, token, tags) })
	switch {
	case errorCode(err) == codeRepositoryNotFound:
		return listed.Tags{}, &MissingRepositoryError{name}
	case err != nil:
		return listed.Tags{}, repo.failed(by.operation, err)
	}
	return tags.Tags(), nil
}

// listPage reads one page of ListImages.
func (r *Repository) listPage(ctx context.Context, token *string, to *listed.TagCollector) (next *string, err error) {
	out, err := r.private.ListImages(ctx, &ecr.ListImagesInput{
		RegistryId: r.registryID(), RepositoryName: r.repositoryName(),
		NextToken: token, MaxResults: aws.Int32(pageSize),
		Filter: &ecrtypes.ListImagesFilter{TagStatus: ecrtypes.TagStatusTagged},
	})
	if err != nil {
		return nil, err
	}
	if out.ImageIds == nil {
		return nil, errNoList
	}
	for _, id := range out.ImageIds {
		tag := listed.Tag{Name: aws.ToString(id.ImageTag), Digest: digest.Digest(aws.ToString(id.ImageDigest))}
		if err := add(ctx, tag, to); err != nil {
			return nil, err
		}
	}
	return out.NextToken, nil
}

// describePage reads one page of DescribeImages.
func (r *Repository) describePage(
	ctx context.Context, token *string, to *listed.TagCollector,
) (next *string, err error) {
	out, err := r.private.DescribeImages(ctx, &ecr.DescribeImagesInput{
		RegistryId: r.registryID(), RepositoryName: r.repositoryName(),
		NextToken: token, MaxResults: aws.Int32(pageSize),
		Filter: &ecrtypes.DescribeImagesFilter{TagStatus: ecrtypes.TagStatusTagged},
	})
	if err != nil {
		return nil, err
	}
	if out.ImageDetails == nil {
		return nil, errNoList
	}
	for _, detail := range out.ImageDetails {
		tag := listed.Tag{
			Digest: digest.Digest(aws.ToString(detail.ImageDigest)), Uploaded: aws.ToTime(detail.ImagePushedAt).UTC(),
		}
		for _, tag.Name = range detail.ImageTags {
			if err := add(ctx, tag, to); err != nil {
				return nil, err
			}
		}
	}
	return out.NextToken, nil
}

func add(ctx context.Context, tag listed.Tag, to *listed.TagCollector) error {
	if err := tag.Digest.Validate(); err != nil {
		return err
	}
	return to.Add(ctx, tag)
}
