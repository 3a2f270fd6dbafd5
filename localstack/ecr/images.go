package ecr

import (
	"context"
	"slices"
)

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

type batchGetImageInput struct {
	target
	IDs      []imageID `json:"imageIds"`
	Accepted []string  `json:"acceptedMediaTypes"`
}

type batchGetImageOutput struct {
	Images   []imageOutput  `json:"images"`
	Failures []imageFailure `json:"failures"`
}

func (r *Registry) batchGetImage(
	_ context.Context, c call, in batchGetImageInput,
) (out batchGetImageOutput, err error) {
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
		Reason: "Requested image is stored as " + img.mediaType +
			", which is not accepted, and manifests are not converted",
	}
}
