package conformance

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// has returns the digests of all tags that a way's destinations have, by HOST/REPOSITORY:TAG. Registries other than ECR
// are taken for one.
func (w *agreeWorld) has(ctx context.Context, way int, prefix string) (map[string]string, error) {
	tags := map[string]string{}
	if err := w.ways[way].inRegistries(ctx, tags); err != nil {
		return nil, err
	}
	return tags, w.ways[way].inECR(ctx, prefix, tags)
}

func (way *agreeWay) inRegistries(ctx context.Context, tags map[string]string) error {
	opts := []remote.Option{remote.WithContext(ctx), remote.WithTransport(inProcess{way.to})}
	host, err := name.NewRegistry(targetHost)
	if err != nil {
		return err
	}
	repositories, err := remote.Catalog(ctx, host, opts...)
	if err != nil {
		return err
	}
	for _, repository := range repositories {
		names, err := remote.List(host.Repo(repository), opts...)
		if err != nil {
			return err
		}
		for _, tag := range names {
			desc, err := remote.Head(host.Repo(repository).Tag(tag), opts...)
			if err != nil {
				return err
			}
			tags[targetHost+"/"+repository+":"+tag] = desc.Digest.String()
		}
	}
	return nil
}

// inECR reads the repositories of ECR whose names begin with a prefix, but for the one that is a source.
func (way *agreeWay) inECR(ctx context.Context, prefix string, tags map[string]string) error {
	api := way.client(mustParse(homeECR + "/any:v1"))
	repositories := ecr.NewDescribeRepositoriesPaginator(api, &ecr.DescribeRepositoriesInput{})
	for repositories.HasMorePages() {
		page, err := repositories.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, r := range page.Repositories {
			repository := aws.ToString(r.RepositoryName)
			if !strings.HasPrefix(repository, prefix+"/") || repository == prefix+"/base" {
				continue
			}
			if err := tagsInECR(ctx, api, repository, tags); err != nil {
				return err
			}
		}
	}
	return nil
}

func tagsInECR(ctx context.Context, api *ecr.Client, repository string, tags map[string]string) error {
	images := ecr.NewDescribeImagesPaginator(api, &ecr.DescribeImagesInput{RepositoryName: &repository})
	for images.HasMorePages() {
		page, err := images.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, image := range page.ImageDetails {
			for _, tag := range image.ImageTags {
				tags[homeECR+"/"+repository+":"+tag] = aws.ToString(image.ImageDigest)
			}
		}
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
