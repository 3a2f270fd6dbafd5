package ecr

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
)

const (
	// describable is how many images DescribeImages takes by name in a call.
	describable = 100
	// pageSize is the most that ECR lists in an answer.
	pageSize = 1000
	// few is up to how many images are asked for in halves where one of them is missing: in fewer
	// calls than a repository may have pages.
	few = 8
)

// An ImageDigest is what a tag or a digest stands for.
type ImageDigest struct {
	Digest digest.Digest // "" if there is no such image
	Size   int64         // in bytes, of all blobs, of an index that of its largest image; 0 if it was not told
}

// Digests looks up images by tags and digests in the repository of a name in private ECR; the tag
// and digest of the name do not matter. It does not count as pulls. What is not there comes without
// a digest, and so does what is archived. There is an answer for each reference, or an error: a
// [*MissingRepositoryError] where there is no such repository.
//
// As long as all images exist, it takes a call for each 100 of them. DescribeImages says of images
// of which one is missing only that, so that then the repository's images are listed, 1,000 a call;
// a few are asked for in halves instead, and so are all where ecr:ListImages is denied, which
// [Options].Log is told.
func (c *Client) Digests(
	ctx context.Context, name imagename.Name, references []string,
) (map[string]ImageDigest, error) {
	repo, err := c.Repository(name)
	if err != nil {
		return nil, err
	}
	s := search{repo: repo, log: c.opts.Log, found: make(map[string]ImageDigest, len(references))}
	for _, reference := range references {
		s.found[reference] = ImageDigest{}
	}
	err = s.lookUp(ctx, slices.Collect(maps.Keys(s.found))) // each once
	switch {
	case errors.Is(err, ErrRepositoryNotFound):
		return nil, &MissingRepositoryError{name}
	case err != nil:
		return nil, err
	}
	return s.found, nil
}

// A search is one look-up of many images in a repository.
type search struct {
	repo   *Repository
	log    *slog.Logger
	found  map[string]ImageDigest // by reference; all that are asked for have a place
	denied bool                   // the repository's images may not be listed
}

// lookUp asks for all references.
func (s *search) lookUp(ctx context.Context, references []string) error {
	if len(references) > pageSize/2 {
		// Lists may be shorter. They may be longer, too, which shows as they go.
		complete, err := s.list(ctx, len(references)/describable)
		if complete || err != nil {
			return err
		}
		references = s.missing(references)
	}
	for len(references) > 0 {
		n := min(len(references), describable)
		if err := s.describe(ctx, references[:n]); err != nil {
			return err
		}
		references = references[n:]
	}
	return nil
}

func (s *search) missing(references []string) (missing []string) {
	for _, reference := range references {
		if s.found[reference].Digest == "" {
			missing = append(missing, reference)
		}
	}
	return missing
}

// describe asks for some references by name, 100 at most.
func (s *search) describe(ctx context.Context, references []string) error {
	ids := make([]ecrtypes.ImageIdentifier, len(references))
	for i, reference := range references {
		ids[i] = identifier(reference)
	}
	out, err := s.repo.private.DescribeImages(ctx, &ecr.DescribeImagesInput{
		RegistryId: s.repo.registryID(), RepositoryName: s.repo.repositoryName(), ImageIds: ids,
	})
	if err == nil {
		for _, detail := range out.ImageDetails {
			image := ImageDigest{digest.Digest(aws.ToString(detail.ImageDigest)), aws.ToInt64(detail.ImageSizeInBytes)}
			if err := image.Digest.Validate(); err != nil {
				return s.repo.failed("DescribeImages", err)
			}
			if pullable(detail) {
				s.note(image, detail.ImageTags...)
			}
		}
		return nil
	}
	if err = s.repo.failed("DescribeImages", err); !errors.Is(err, ErrImageNotFound) {
		return err
	}
	n := len(references)
	if n == 1 {
		return nil
	}
	if n > few && !s.denied {
		if complete, err := s.list(ctx, 0); complete || err != nil {
			return err
		}
	}
	return errors.Join(s.describe(ctx, references[:n/2]), s.describe(ctx, references[n/2:]))
}

// list goes through the images of the repository, up to so many pages, 0 meaning all; complete says
// whether there are no more. Where listing is denied it is not, and that is no error.
func (s *search) list(ctx context.Context, most int) (complete bool, err error) {
	pages := ecr.NewListImagesPaginator(s.repo.private, &ecr.ListImagesInput{
		RegistryId: s.repo.registryID(), RepositoryName: s.repo.repositoryName(),
		Filter: &ecrtypes.ListImagesFilter{TagStatus: s.tagStatus()}, MaxResults: aws.Int32(pageSize),
	})
	for n := 0; pages.HasMorePages(); n++ {
		if most > 0 && n == most {
			return false, nil
		}
		page, err := pages.NextPage(ctx)
		if errorCode(err) == codeAccessDenied {
			s.deny(ctx, s.repo.failed("ListImages", err))
			return false, nil
		}
		if err != nil {
			return false, s.repo.failed("ListImages", err)
		}
		for _, id := range page.ImageIds {
			image := ImageDigest{Digest: digest.Digest(aws.ToString(id.ImageDigest))}
			if err := image.Digest.Validate(); err != nil {
				return false, s.repo.failed("ListImages", err)
			}
			s.note(image, aws.ToString(id.ImageTag))
		}
	}
	return true, nil
}

// deny says which permission is missing: without it a look-up takes up to two calls for each image.
func (s *search) deny(ctx context.Context, err error) {
	s.denied = true
	s.log.LogAttrs(ctx, slog.LevelWarn, "images can't be listed, so that they are asked for one by one",
		slog.String("repository", repositoryName(s.repo.name)), slog.String("missing", "ecr:ListImages"),
		slog.String("reason", err.Error()))
}

// tagStatus says which images may be among those asked for.
func (s *search) tagStatus() ecrtypes.TagStatus {
	for reference := range s.found {
		if digest.Digest(reference).Validate() == nil {
			return ecrtypes.TagStatusAny
		}
	}
	return ecrtypes.TagStatusTagged
}

// note keeps what is said about an image under each reference that is asked for. No reference is "".
func (s *search) note(image ImageDigest, tags ...string) {
	for _, reference := range append(tags, image.Digest.String()) {
		if known, asked := s.found[reference]; asked && (known.Digest == "" || image.Size > 0) {
			s.found[reference] = image
		}
	}
}

// identifier identifies an image by its tag or digest.
func identifier(reference string) ecrtypes.ImageIdentifier {
	if d := digest.Digest(reference); d.Validate() == nil {
		return imageID("", d)
	}
	return imageID(reference, "")
}
