package images

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/ecr"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images/digesttags"
	"ecrmirror/internal/listed"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/registryclient"
)

// tagPages is how many pages of tags are read for those that are named after digests. Where a repository has more, its
// digest tags are asked for by name.
const tagPages = 30

// Artifacts opens a repository for the listing of artifacts; the tag and digest of its name do not matter. Nothing is
// asked for yet. A repository that does not exist has none, nor have files.
//
// A registry is asked for its list of tags once, and for each subject by its referrers API; where it has none, for the
// index at the fallback tag, and the manifest of each referrer there. Amazon ECR is asked by DescribeImages, once, and
// by ListImageReferrers for each subject. Where tags can't be listed, or take more than 30 pages, each subject takes
// three HEADs more, at Amazon ECR one call of BatchGetImage.
func (r *Client) Artifacts(_ context.Context, repository imagename.Name) (port.Artifacts, error) {
	switch repository.Kind {
	case imagename.ECR:
		return r.ecrArtifacts(repository)
	case imagename.Registry, imagename.ECRPublic:
		in, err := r.repository(repository)
		if err != nil {
			return nil, err
		}
		return registryArtifacts{in, digesttags.New(digesttags.Repository{
			List: func(ctx context.Context) (listed.Tags, error) { return in.TagsWithin(ctx, tagPages) },
			Ask: func(ctx context.Context, tags []string) (map[string]digest.Digest, error) {
				return tagDigests(ctx, in, tags)
			},
		})}, nil
	}
	return noArtifacts{}, nil
}

// noArtifacts are those of files, which have none.
type noArtifacts struct{}

// Of implements [port.Artifacts].
func (noArtifacts) Of(context.Context, digest.Digest) ([]artifacts.Artifact, error) { return nil, nil }

// registryArtifacts are those of a repository that is reached by the distribution protocol.
type registryArtifacts struct {
	repository *registryclient.Repository
	tags       *digesttags.Tags
}

var _ port.Artifacts = registryArtifacts{}

// Of implements [port.Artifacts].
func (a registryArtifacts) Of(ctx context.Context, subject digest.Digest) ([]artifacts.Artifact, error) {
	if err := checkSubject(subject); err != nil {
		return nil, err
	}
	tagged, err := a.tags.Of(ctx, subject)
	if err != nil {
		return nil, err
	}
	referrers, err := a.repository.Referrers(ctx, subject)
	if errors.Is(err, registryclient.ErrNoReferrers) {
		referrers, err = a.fallback(ctx, subject)
	}
	if err != nil {
		return nil, err
	}
	return inOrder(append(referrers, tagged...)), nil
}

// fallback returns the referrers in the index at the fallback tag, if there may be one.
func (a registryArtifacts) fallback(ctx context.Context, subject digest.Digest) ([]artifacts.Artifact, error) {
	if may, err := a.tags.MayHaveFallback(ctx, subject); err != nil || !may {
		return nil, err
	}
	return a.repository.FallbackReferrers(ctx, subject)
}

// tagDigests asks for tags one by one.
func tagDigests(
	ctx context.Context, in *registryclient.Repository, tags []string,
) (map[string]digest.Digest, error) {
	found := map[string]digest.Digest{}
	for _, tag := range tags {
		d, err := in.Digest(ctx, tag)
		var refused *registryclient.StatusError
		switch {
		case err == nil:
			found[tag] = d
		case errors.Is(err, registryclient.ErrNotFound):
		case errors.As(err, &refused) && refused.IsDenied():
			return nil, fmt.Errorf("%w: digest tag %s: %w", artifacts.ErrNoList, tag, err)
		default:
			return nil, fmt.Errorf("digest tag %s: %w", tag, err)
		}
	}
	return found, nil
}

// ecrArtifacts are those of a repository in private ECR.
type ecrArtifacts struct {
	repository *ecr.Repository
	tags       *digesttags.Tags
}

var _ port.Artifacts = ecrArtifacts{}

func (r *Client) ecrArtifacts(name imagename.Name) (port.Artifacts, error) {
	in, err := r.ecr.Repository(name)
	if err != nil {
		return nil, err
	}
	return ecrArtifacts{in, digesttags.New(digesttags.Repository{
		List: func(ctx context.Context) (listed.Tags, error) { return r.ecr.TagsWithin(ctx, name, tagPages) },
		Ask:  in.TagDigests,
	})}, nil
}

// Of implements [port.Artifacts].
func (a ecrArtifacts) Of(ctx context.Context, subject digest.Digest) ([]artifacts.Artifact, error) {
	if err := checkSubject(subject); err != nil {
		return nil, err
	}
	referrers, err := a.repository.Referrers(ctx, subject)
	var tagged []artifacts.Artifact
	if err == nil {
		tagged, err = a.tags.Of(ctx, subject)
	}
	switch {
	case errors.Is(err, ecr.ErrRepositoryNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return inOrder(append(referrers, tagged...)), nil
}

func checkSubject(subject digest.Digest) error {
	if err := subject.Validate(); err != nil {
		return fmt.Errorf("artifacts of %q: %w", subject, err)
	}
	return nil
}

// inOrder sorts artifacts.
func inOrder(all []artifacts.Artifact) []artifacts.Artifact {
	slices.SortFunc(all, func(a, b artifacts.Artifact) int {
		return cmp.Or(cmp.Compare(a.Digest, b.Digest), cmp.Compare(a.Tag, b.Tag))
	})
	return all
}
