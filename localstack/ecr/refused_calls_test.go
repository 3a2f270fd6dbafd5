package ecr

import (
	"context"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

type sdkCall = func(context.Context, *awsecr.Client) error

func describe(repo string) sdkCall { return in("", repo) }

func in(registry, repo string) sdkCall {
	return func(ctx context.Context, c *awsecr.Client) error {
		input := &awsecr.DescribeImagesInput{RepositoryName: &repo}
		if registry != "" {
			input.RegistryId = &registry
		}
		_, err := c.DescribeImages(ctx, input)
		return err
	}
}

func create(input awsecr.CreateRepositoryInput) sdkCall {
	return func(ctx context.Context, c *awsecr.Client) error {
		_, err := c.CreateRepository(ctx, &input)
		return err
	}
}

func filters(filter string, setting types.ImageTagMutability) awsecr.CreateRepositoryInput {
	return awsecr.CreateRepositoryInput{
		RepositoryName: aws.String("new"), ImageTagMutability: setting,
		ImageTagMutabilityExclusionFilters: []types.ImageTagMutabilityExclusionFilter{{
			Filter: &filter, FilterType: types.ImageTagMutabilityExclusionFilterTypeWildcard,
		}},
	}
}

func make51() []types.Tag {
	tags := make([]types.Tag, 51)
	for i := range tags {
		tags[i] = types.Tag{Key: aws.String("k" + strconv.Itoa(i)), Value: aws.String("v")}
	}
	return tags
}

func deleteRepository(repo string) sdkCall {
	return func(ctx context.Context, c *awsecr.Client) error {
		_, err := c.DeleteRepository(ctx, &awsecr.DeleteRepositoryInput{RepositoryName: &repo})
		return err
	}
}

func download(d string) sdkCall {
	return func(ctx context.Context, c *awsecr.Client) error {
		_, err := c.GetDownloadUrlForLayer(ctx, &awsecr.GetDownloadUrlForLayerInput{
			RepositoryName: aws.String("app"), LayerDigest: &d,
		})
		return err
	}
}

func check(n int) sdkCall {
	return func(ctx context.Context, c *awsecr.Client) error {
		_, err := c.BatchCheckLayerAvailability(ctx, &awsecr.BatchCheckLayerAvailabilityInput{
			RepositoryName: aws.String("app"), LayerDigests: make([]string, n),
		})
		return err
	}
}

func getImages(n int) sdkCall {
	return func(ctx context.Context, c *awsecr.Client) error {
		_, err := c.BatchGetImage(ctx, &awsecr.BatchGetImageInput{
			RepositoryName: aws.String("app"), ImageIds: make([]types.ImageIdentifier, n),
		})
		return err
	}
}

func accepting(n int) sdkCall {
	return func(ctx context.Context, c *awsecr.Client) error {
		_, err := c.BatchGetImage(ctx, &awsecr.BatchGetImageInput{
			RepositoryName: aws.String("app"), ImageIds: ids("v1"), AcceptedMediaTypes: make([]string, n),
		})
		return err
	}
}

func deleteImages(n int) sdkCall {
	return func(ctx context.Context, c *awsecr.Client) error {
		_, err := c.BatchDeleteImage(ctx, &awsecr.BatchDeleteImageInput{
			RepositoryName: aws.String("app"), ImageIds: make([]types.ImageIdentifier, n),
		})
		return err
	}
}

func describeIDs(ids ...types.ImageIdentifier) sdkCall {
	return func(ctx context.Context, c *awsecr.Client) error {
		_, err := c.DescribeImages(ctx, &awsecr.DescribeImagesInput{RepositoryName: aws.String("app"), ImageIds: ids})
		return err
	}
}

func describePage(ctx context.Context, c *awsecr.Client) error {
	_, err := c.DescribeImages(ctx, &awsecr.DescribeImagesInput{
		RepositoryName: aws.String("app"), ImageIds: ids("v1"), MaxResults: aws.Int32(1),
	})
	return err
}

func listToken(token string) sdkCall {
	return func(ctx context.Context, c *awsecr.Client) error {
		_, err := c.ListImages(ctx, &awsecr.ListImagesInput{RepositoryName: aws.String("app"), NextToken: &token})
		return err
	}
}

func listMax(n int32) sdkCall {
	return func(ctx context.Context, c *awsecr.Client) error {
		_, err := c.ListImages(ctx, &awsecr.ListImagesInput{RepositoryName: aws.String("app"), MaxResults: &n})
		return err
	}
}

func completeUpload(id string, digests ...string) sdkCall {
	return func(ctx context.Context, c *awsecr.Client) error {
		_, err := c.CompleteLayerUpload(ctx, &awsecr.CompleteLayerUploadInput{
			RepositoryName: aws.String("app"), UploadId: &id, LayerDigests: append([]string{}, digests...),
		})
		return err
	}
}

func unknownOperation(ctx context.Context, c *awsecr.Client) error {
	_, err := c.DescribeRegistry(ctx, &awsecr.DescribeRegistryInput{})
	return err
}
