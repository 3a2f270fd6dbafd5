package ecr

import (
	"context"
	"slices"

	"github.com/opencontainers/go-digest"
)

// An imageID names an image by digest, by tag, or by both.
type imageID struct {
	Digest string `json:"imageDigest,omitempty"`
	Tag    string `json:"imageTag,omitempty"`
}

// An imageFailure says why one image of a batch was not served.
type imageFailure struct {
	ID     imageID `json:"imageId"`
	Code   string  `json:"failureCode"`
	Reason string  `json:"failureReason"`
}

type imageOutput struct {
	RegistryID     string  `json:"registryId"`
	RepositoryName string  `json:"repositoryName"`
	ID             imageID `json:"imageId"`
	Manifest       string  `json:"imageManifest"`
	MediaType      string  `json:"imageManifestMediaType"`
}

func output(id repositoryID, m manifest, image imageID) imageOutput {
	return imageOutput{
		RegistryID: id.Account, RepositoryName: id.Name, ID: image, Manifest: string(m.raw), MediaType: m.mediaType,
	}
}

// lookUp finds an image, or says why it cannot.
func (repo *repository) lookUp(id imageID) (*image, *imageFailure) {
	failure := func(code, reason string) (*image, *imageFailure) {
		return nil, &imageFailure{ID: id, Code: code, Reason: reason}
	}
	switch {
	case id == imageID{}:
		return failure("MissingDigestAndTag", "Invalid request parameters: both tag and digest cannot be null")
	case id.Digest != "" && !contentDigest.MatchString(id.Digest):
		return failure("InvalidImageDigest",
			"Invalid request parameters: image digest should satisfy the regex '"+contentDigest.String()+"'")
	case id.Tag != "" && !imageTag.MatchString(id.Tag):
		return failure("InvalidImageTag", "Invalid request parameters: image tag should satisfy the regex '"+imageTag.String()+"'")
	}
	img := repo.tags[id.Tag]
	if id.Tag == "" {
		img = repo.images[digest.Digest(id.Digest)]
	}
	switch {
	case img == nil:
		return failure("ImageNotFound", "Requested image not found")
	case id.Digest != "" && img.digest.String() != id.Digest:
		return failure("ImageTagDoesNotMatchDigest", "Requested image tag does not match the requested image digest")
	}
	return img, nil
}

type batchGetImageInput struct {
	target
	IDs      []imageID `json:"imageIds"`
	Accepted []string  `json:"acceptedMediaTypes"`
}

type batchGetImageOutput struct {
	Images   []imageOutput  `json:"images"`
	Failures []imageFailure `json:"failures"`
}

func (r *Registry) batchGetImage(_ context.Context, c call, in batchGetImageInput) (out batchGetImageOutput, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	repo, err := in.find(r, c, in.check())
	if err != nil {
		return out, err
	}
	out = batchGetImageOutput{Images: []imageOutput{}, Failures: []imageFailure{}}
	for _, want := range in.IDs {
		img, failure := repo.lookUp(want)
		if failure == nil && img.storage.status(r.opts.Now()) != active {
			failure = &imageFailure{ID: want, Code: "ImageInaccessible", Reason: "Requested image is archived"}
		}
		if failure == nil {
			failure = refuseConversion(img, want, in.Accepted)
		}
		if failure != nil {
			out.Failures = append(out.Failures, *failure)
			continue
		}
		img.pulledAt = r.opts.Now()
		want.Digest = img.digest.String()
		out.Images = append(out.Images, output(repo.id, img.manifest, want))
	}
	return out, nil
}

func (in batchGetImageInput) check() error {
	if err := length("imageIds", len(in.IDs), 1, maxBatch); err != nil || in.Accepted == nil {
		return err
	}
	return length("acceptedMediaTypes", len(in.Accepted), 1, maxBatch)
}

// refuseConversion fails an image that is asked for by tag and of a type that the
// client does not accept. AWS would convert some of those, to other bytes with
// another digest; the stored bytes would be a lie and converted ones are not to be
// had here, so that the client learns that it forgot a type. By digest AWS never converts.
func refuseConversion(img *image, want imageID, accepted []string) *imageFailure {
	if want.Digest != "" || accepted == nil || slices.Contains(accepted, img.mediaType) {
		return nil
	}
	return &imageFailure{
		ID: want, Code: "ImageNotFound",
		Reason: "Requested image is stored as " + img.mediaType + ", which is not accepted, and manifests are not converted",
	}
}
