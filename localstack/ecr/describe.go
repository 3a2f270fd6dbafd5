package ecr

import (
	"context"
	"slices"
	"strings"
	"time"
)

type imageDetail struct {
	RegistryID     string   `json:"registryId"`
	RepositoryName string   `json:"repositoryName"`
	Digest         string   `json:"imageDigest"`
	Tags           []string `json:"imageTags,omitempty"`
	Size           int64    `json:"imageSizeInBytes"`
	PushedAt       epoch    `json:"imagePushedAt"`
	MediaType      string   `json:"imageManifestMediaType"`
	ArtifactType   string   `json:"artifactMediaType,omitempty"`
	*privateDetail
}

// A privateDetail is what ECR Public does not tell of an image.
type privateDetail struct {
	PulledAt    epoch  `json:"lastRecordedPullTime,omitzero"`
	Subject     string `json:"subjectManifestDigest,omitempty"`
	Status      string `json:"imageStatus"`
	ArchivedAt  epoch  `json:"lastArchivedAt,omitzero"`
	ActivatedAt epoch  `json:"lastActivatedAt,omitzero"`

	ScanStatus   *scanStatus  `json:"imageScanStatus,omitempty"`
	ScanFindings *scanSummary `json:"imageScanFindingsSummary,omitempty"`
}

func (repo *repository) imageDetail(img *image, now time.Time) imageDetail {
	detail := imageDetail{
		RegistryID: repo.id.Account, RepositoryName: repo.id.Name,
		Digest: img.digest.String(), Tags: img.sortedTags(), Size: img.size, PushedAt: epoch(img.pushedAt),
		MediaType: img.mediaType, ArtifactType: img.artifactType,
	}
	if !repo.id.public() {
		detail.privateDetail = &privateDetail{
			PulledAt: epoch(img.pulledAt), Subject: img.subject.String(),
			Status: img.storage.status(now), ArchivedAt: epoch(img.storage.archivedAt),
		}
		detail.ScanStatus, detail.ScanFindings = img.scanOf(now), img.scanSummary(now)
		if detail.Status == active {
			detail.ActivatedAt = epoch(img.storage.activatedAt)
		}
	}
	return detail
}

// An imageFilter chooses images: those that are active unless it says otherwise.
type imageFilter struct {
	TagStatus   *string `json:"tagStatus"`
	ImageStatus *string `json:"imageStatus"`
}

func (f imageFilter) check() error {
	if f.TagStatus != nil {
		if err := oneOf("filter.tagStatus", *f.TagStatus, "TAGGED", "UNTAGGED", "ANY"); err != nil {
			return err
		}
	}
	if f.ImageStatus != nil {
		return oneOf("filter.imageStatus", *f.ImageStatus, "ACTIVE", "ARCHIVED", "ACTIVATING", "ANY")
	}
	return nil
}

func (f imageFilter) passes(img *image, now time.Time) bool {
	want := active
	if f.ImageStatus != nil {
		want = *f.ImageStatus
	}
	if want != "ANY" && want != img.storage.status(now) {
		return false
	}
	return f.TagStatus == nil || *f.TagStatus == "ANY" || (*f.TagStatus == "TAGGED") == (len(img.tags) > 0)
}

// filtered returns the images that pass, in the order of their digests.
func (repo *repository) filtered(f imageFilter, now time.Time) []*image {
	var images []*image
	for _, img := range repo.images {
		if f.passes(img, now) {
			images = append(images, img)
		}
	}
	slices.SortFunc(images, func(a, b *image) int { return strings.Compare(a.digest.String(), b.digest.String()) })
	return images
}

type describeImagesInput struct {
	target
	IDs    []imageID   `json:"imageIds"`
	Filter imageFilter `json:"filter"`
	paging
}

type describeImagesOutput struct {
	Details   []imageDetail `json:"imageDetails"`
	NextToken string        `json:"nextToken,omitempty"`
}

func (r *Registry) describeImages(
	_ context.Context, c call, in describeImagesInput,
) (out describeImagesOutput, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	repo, err := in.find(r, c, in.check())
	if err != nil {
		return out, err
	}
	var images []*image
	now := r.opts.Now()
	if in.IDs != nil {
		images, err = repo.chosen(in.IDs)
	} else {
		all := repo.filtered(in.Filter, now)
		images, out.NextToken, err = page(in.paging, "DescribeImages "+repo.id.String(), pageSize, all,
			func(i *image) string { return i.digest.String() })
	}
	out.Details = make([]imageDetail, len(images))
	for i, img := range images {
		out.Details[i] = repo.imageDetail(img, now)
	}
	return out, err
}

func (in describeImagesInput) check() error {
	if err := in.paging.check(in.IDs != nil, "imageIds"); err != nil {
		return err
	}
	if in.IDs != nil {
		if err := length("imageIds", len(in.IDs), 1, maxBatch); err != nil {
			return err
		}
	}
	return in.Filter.check()
}
