package ecrtransport

import (
	"context"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
)

// pageSize is the most that ECR lists in an answer.
const pageSize = 1000

// A ListedImage is an image as [Transport.Images] lists it.
type ListedImage struct {
	Digest    digest.Digest
	Tags      []string // in no order; none for an instance of an index, usually
	MediaType string   // of the manifest
	Size      int64    // in bytes, of all blobs; of an index, that of its largest image
	PushedAt  time.Time
}

// Tags lists the tags in the repository of a name in private ECR, in no order, 1,000 a call. The
// tag and digest of the name do not matter. An error ends the list; it wraps
// [ErrRepositoryNotFound] where there is no such repository.
func (t *Transport) Tags(ctx context.Context, name imagename.Name) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		repo, err := t.repository(name)
		if err != nil {
			yield("", err)
			return
		}
		pages := ecr.NewListImagesPaginator(repo.api, &ecr.ListImagesInput{
			RegistryId: repo.registryID(), RepositoryName: repo.repositoryName(),
			Filter: &ecrtypes.ListImagesFilter{TagStatus: ecrtypes.TagStatusTagged}, MaxResults: aws.Int32(pageSize),
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield("", repo.failed("ListImages", err))
				return
			}
			for _, id := range page.ImageIds {
				if tag := aws.ToString(id.ImageTag); tag != "" && !yield(tag, nil) {
					return
				}
			}
		}
	}
}

// Images lists the images, tagged or not, in the repository of a name in private ECR, in no order,
// 1,000 a call. The tag and digest of the name do not matter. An error ends the list; it wraps
// [ErrRepositoryNotFound] where there is no such repository.
func (t *Transport) Images(ctx context.Context, name imagename.Name) iter.Seq2[ListedImage, error] {
	return func(yield func(ListedImage, error) bool) {
		repo, err := t.repository(name)
		if err != nil {
			yield(ListedImage{}, err)
			return
		}
		pages := ecr.NewDescribeImagesPaginator(repo.api, &ecr.DescribeImagesInput{
			RegistryId: repo.registryID(), RepositoryName: repo.repositoryName(), MaxResults: aws.Int32(pageSize),
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(ListedImage{}, repo.failed("DescribeImages", err))
				return
			}
			for _, detail := range page.ImageDetails {
				if !yield(listed(detail), nil) {
					return
				}
			}
		}
	}
}

func listed(d ecrtypes.ImageDetail) ListedImage {
	return ListedImage{
		Digest: digest.Digest(aws.ToString(d.ImageDigest)), Tags: d.ImageTags,
		MediaType: aws.ToString(d.ImageManifestMediaType), Size: aws.ToInt64(d.ImageSizeInBytes),
		PushedAt: aws.ToTime(d.ImagePushedAt),
	}
}
