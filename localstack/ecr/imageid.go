package ecr

import (
	"fmt"
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
		return failure("InvalidImageTag",
			"Invalid request parameters: image tag should satisfy the regex '"+imageTag.String()+"'")
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

// one returns the image that is named, and its name with the digest.
func (repo *repository) one(id imageID) (*image, imageID, error) {
	images, err := repo.chosen([]imageID{id})
	if err != nil {
		return nil, id, err
	}
	id.Digest = images[0].digest.String()
	return images[0], id, nil
}

// chosen returns the images named, each once. One that is not there fails the call.
func (repo *repository) chosen(ids []imageID) ([]*image, error) {
	var images []*image
	for _, id := range ids {
		img, failure := repo.lookUp(id)
		switch {
		case failure == nil:
			if !slices.Contains(images, img) {
				images = append(images, img)
			}
		case failure.Code == "ImageNotFound" || failure.Code == "ImageTagDoesNotMatchDigest":
			return nil, refuse("ImageNotFoundException",
				"The image with imageId {imageDigest:%s, imageTag:%s} does not exist within the repository with name "+
					"'%s' in the registry with id '%s'",
				orNull(id.Digest), orNull(id.Tag), repo.id.Name, repo.id.Account)
		default:
			return nil, refuse("InvalidParameterException", "%s", failure.Reason)
		}
	}
	return images, nil
}

func orNull(s string) string {
	if s == "" {
		s = "null"
	}
	return fmt.Sprintf("'%s'", s)
}
