package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/distribution/distribution/v3"
	"github.com/distribution/distribution/v3/manifest/manifestlist"
	// teaches distribution to read OCI manifests and indexes
	_ "github.com/distribution/distribution/v3/manifest/ocischema"
	"github.com/distribution/distribution/v3/manifest/schema2"
	"github.com/distribution/distribution/v3/registry/storage"
	"github.com/distribution/distribution/v3/registry/storage/driver"
	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
)

// Keeps reports whether manifests of this type can be kept: Docker image manifests
// and lists, OCI image manifests and indexes. Docker's first schema cannot.
func Keeps(mediaType string) bool {
	switch mediaType {
	case schema2.MediaTypeManifest, manifestlist.MediaTypeManifestList, v1.MediaTypeImageManifest,
		v1.MediaTypeImageIndex:
		return true
	}
	return false
}

// PutManifest keeps a manifest in a repository, byte for byte, and returns its
// digest. It does not look whether what the manifest refers to is there. Content
// that is not a manifest of the given type, or a type that is not kept, is [ErrManifest].
func (s *Store) PutManifest(ctx context.Context, repository, mediaType string, content []byte) (digest.Digest, error) {
	if !Keeps(mediaType) {
		return "", fmt.Errorf("%w: type %q is not kept", ErrManifest, mediaType)
	}
	m, _, err := distribution.UnmarshalManifest(mediaType, content)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrManifest, err)
	}
	manifests, err := s.manifests(ctx, repository, storage.SkipLayerVerification())
	if err != nil {
		return "", err
	}
	d, err := manifests.Put(quiet(ctx), m)
	if err != nil {
		return "", fmt.Errorf("keeping manifest: %w", err)
	}
	return d, nil
}

// DeleteManifest forgets a manifest, which need not exist. Tags that point to it
// are not touched.
func (s *Store) DeleteManifest(ctx context.Context, repository string, d digest.Digest) error {
	manifests, err := s.manifests(ctx, repository)
	if err != nil {
		return err
	}
	err = manifests.Delete(quiet(ctx), d)
	if err != nil && !errors.Is(err, distribution.ErrBlobUnknown) {
		return fmt.Errorf("deleting manifest %s: %w", d, err)
	}
	return nil
}

// Tag points a tag to a manifest of the repository.
func (s *Store) Tag(ctx context.Context, repository, tag string, d digest.Digest) error {
	repo, err := s.repository(ctx, repository)
	if err != nil {
		return err
	}
	if err := repo.Tags(quiet(ctx)).Tag(quiet(ctx), tag, v1.Descriptor{Digest: d}); err != nil {
		return fmt.Errorf("tagging %s: %w", tag, err)
	}
	return nil
}

// Untag forgets a tag, which need not exist.
func (s *Store) Untag(ctx context.Context, repository, tag string) error {
	repo, err := s.repository(ctx, repository)
	if err != nil {
		return err
	}
	err = repo.Tags(quiet(ctx)).Untag(quiet(ctx), tag)
	if _, missing := errors.AsType[driver.PathNotFoundError](err); err != nil && !missing {
		return fmt.Errorf("untagging %s: %w", tag, err)
	}
	return nil
}

func (s *Store) manifests(
	ctx context.Context, repository string, options ...distribution.ManifestServiceOption,
) (distribution.ManifestService, error) {
	repo, err := s.repository(ctx, repository)
	if err != nil {
		return nil, err
	}
	return repo.Manifests(quiet(ctx), options...)
}
