package ecr

import (
	"context"
	"maps"
	"slices"
)

type imageTagsInput struct {
	target
	paging
}

type imageTagsOutput struct {
	Details   []imageTagDetail `json:"imageTagDetails"`
	NextToken string           `json:"nextToken,omitempty"`
}

type imageTagDetail struct {
	Tag       string          `json:"imageTag"`
	CreatedAt epoch           `json:"createdAt"`
	Image     referencedImage `json:"imageDetail"`
}

// A referencedImage is the image to which a tag points.
type referencedImage struct {
	Digest       string `json:"imageDigest"`
	Size         int64  `json:"imageSizeInBytes"`
	PushedAt     epoch  `json:"imagePushedAt"`
	MediaType    string `json:"imageManifestMediaType"`
	ArtifactType string `json:"artifactMediaType,omitempty"`
}

// describeImageTags lists the tags of a repository in their order.
func (r *Registry) describeImageTags(_ context.Context, c call, in imageTagsInput) (out imageTagsOutput, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	repo, err := in.find(r, c, in.check(false, ""))
	if err != nil {
		return out, err
	}
	all := slices.Sorted(maps.Keys(repo.tags))
	tags, next, err := page(in.paging, "DescribeImageTags "+repo.id.String(), pageSize, all,
		func(tag string) string { return tag })
	out = imageTagsOutput{Details: make([]imageTagDetail, len(tags)), NextToken: next}
	for i, tag := range tags {
		out.Details[i] = repo.imageTagDetail(tag)
	}
	return out, err
}

func (repo *repository) imageTagDetail(tag string) imageTagDetail {
	img := repo.tags[tag]
	return imageTagDetail{
		Tag: tag, CreatedAt: epoch(img.tags[tag]),
		Image: referencedImage{
			Digest: img.digest.String(), Size: img.size, PushedAt: epoch(img.pushedAt),
			MediaType: img.mediaType, ArtifactType: img.artifactType,
		},
	}
}
