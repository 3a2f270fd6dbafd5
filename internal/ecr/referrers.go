package ecr

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/listed"
)

const (
	// referrersPage is the most that ListImageReferrers lists in an answer.
	referrersPage = 50
	// mostReferrerPages leaves room for pages that are not full.
	mostReferrerPages = 100
)

// Referrers returns the referrers of a manifest, which need not be there itself, each once. Those in the archive are
// none. It takes a call for each 50 of them. The repository must exist.
//
// More of them than are listed are [artifacts.ErrMany]. Where the caller may not list them, the error is an
// [artifacts.ErrNoList], which names the permission.
func (r *Repository) Referrers(ctx context.Context, subject digest.Digest) ([]artifacts.Artifact, error) {
	var all []artifacts.Artifact
	seen := map[digest.Digest]bool{}
	err := pages(mostReferrerPages, func(token *string) (next *string, err error) {
		out, err := r.private.ListImageReferrers(ctx, &ecr.ListImageReferrersInput{
			RegistryId: r.registryID(), RepositoryName: r.repositoryName(), NextToken: token,
			SubjectId:  &ecrtypes.SubjectIdentifier{ImageDigest: aws.String(subject.String())},
			MaxResults: aws.Int32(referrersPage),
		})
		if err != nil {
			return nil, err
		}
		for _, referrer := range out.Referrers {
			a, err := artifactOf(referrer)
			switch {
			case err != nil:
				return nil, fmt.Errorf("%w: %w", artifacts.ErrNoList, err)
			case seen[a.Digest]:
				continue
			case len(all) == artifacts.MaxReferrers:
				return nil, fmt.Errorf("%w: there are more than %d", artifacts.ErrMany, artifacts.MaxReferrers)
			}
			seen[a.Digest] = true
			all = append(all, a)
		}
		return out.NextToken, nil
	})
	if err != nil {
		return nil, fmt.Errorf("referrers of %s: %w", subject, r.referrersFailed(err))
	}
	return all, nil
}

// referrersFailed says what the error of a list means. By the API reference the permission for ListImageReferrers is
// ecr:BatchGetImage; refusals name ecr:ListImageReferrers.
func (r *Repository) referrersFailed(err error) error {
	failed := r.failed("ListImageReferrers", err)
	switch {
	case errorCode(err) == codeAccessDenied:
		return fmt.Errorf("%w without the permissions ecr:ListImageReferrers and ecr:BatchGetImage: %w",
			artifacts.ErrNoList, failed)
	case errors.Is(err, errLoop):
		return fmt.Errorf("%w: %w", artifacts.ErrNoList, failed)
	case errors.Is(err, listed.ErrTooMany):
		return fmt.Errorf("%w: %w", artifacts.ErrMany, failed)
	}
	return failed
}

// artifactOf is what ECR tells of a referrer.
func artifactOf(referrer ecrtypes.ImageReferrer) (artifacts.Artifact, error) {
	a := artifacts.Artifact{
		Digest: digest.Digest(aws.ToString(referrer.Digest)), Size: -1, Type: aws.ToString(referrer.ArtifactType),
	}
	if referrer.Size != nil {
		a.Size = *referrer.Size
	}
	if err := a.Digest.Validate(); err != nil {
		return artifacts.Artifact{}, fmt.Errorf("digest %q: %w", a.Digest, err)
	}
	return a, nil
}

// TagDigests returns which of some tags there are, with their digests, in a call for each 100. Those of images in the
// archive are not there. It takes the permission to pull, and is recorded as a pull of each image that it finds
// (docs/registries.md). The repository must exist.
func (r *Repository) TagDigests(ctx context.Context, tags []string) (map[string]digest.Digest, error) {
	found := map[string]digest.Digest{}
	for batch := range slices.Chunk(tags, describable) {
		if err := r.findTags(ctx, batch, found); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (r *Repository) findTags(ctx context.Context, tags []string, found map[string]digest.Digest) error {
	const operation = "BatchGetImage"
	inTurn, end := r.client.large.begin()
	defer end()
	ids := make([]ecrtypes.ImageIdentifier, len(tags))
	for i, tag := range tags {
		ids[i] = imageID(tag, "")
	}
	out, err := r.private.BatchGetImage(ctx, &ecr.BatchGetImageInput{
		RegistryId: r.registryID(), RepositoryName: r.repositoryName(),
		ImageIds: ids, AcceptedMediaTypes: manifestTypes,
	}, inTurn)
	if err != nil {
		return r.failed(operation, err)
	}
	for _, failure := range out.Failures {
		switch failure.FailureCode {
		case ecrtypes.ImageFailureCodeImageNotFound, ecrtypes.ImageFailureCodeImageInaccessible:
		default:
			return r.imageFailed(operation, failure)
		}
	}
	for _, image := range out.Images {
		if image.ImageId == nil {
			continue
		}
		d := digest.Digest(aws.ToString(image.ImageId.ImageDigest))
		if err := d.Validate(); err != nil {
			return r.failed(operation, err)
		}
		if tag := aws.ToString(image.ImageId.ImageTag); slices.Contains(tags, tag) {
			found[tag] = d
		}
	}
	return nil
}
