package ecr

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/manifestdigest"
	"ecrmirror/internal/manifesttype"
)

// A Manifest is a manifest as ECR stores it.
type Manifest struct {
	Content   []byte
	MediaType string
}

// Manifest reads a manifest by tag, digest or both, whichever is not "". Its bytes have been checked against the
// digest: both that asked for and that which ECR claims. Given both, ECR makes sure that they belong
// together. Where there is no such manifest, the error wraps [ErrImageNotFound] or [ErrRepositoryNotFound].
func (r *Repository) Manifest(ctx context.Context, tag string, want digest.Digest) (Manifest, error) {
	const operation = "BatchGetImage"
	inTurn, end := r.client.large.begin()
	defer end()
	out, err := r.private.BatchGetImage(ctx, &ecr.BatchGetImageInput{
		RegistryId: r.registryID(), RepositoryName: r.repositoryName(),
		ImageIds:           []ecrtypes.ImageIdentifier{imageID(tag, want)},
		AcceptedMediaTypes: manifestTypes,
	}, inTurn)
	if err != nil {
		return Manifest{}, r.failed(operation, err)
	}
	// An image with several tags can come once for each, with the same content.
	if len(out.Images) == 0 || aws.ToString(out.Images[0].ImageManifest) == "" {
		if len(out.Failures) > 0 {
			return Manifest{}, fmt.Errorf("manifest %s: %w", label(tag, want),
				r.imageFailed(operation, out.Failures[0]))
		}
		err := fmt.Errorf("empty answer for %s: %w", label(tag, want), ErrImageNotFound)
		return Manifest{}, r.failed(operation, err)
	}
	m := Manifest{
		Content:   []byte(*out.Images[0].ImageManifest),
		MediaType: aws.ToString(out.Images[0].ImageManifestMediaType),
	}
	if m.MediaType == "" {
		m.MediaType = manifesttype.Of(m.Content)
	}
	if err := verify(m.Content, want, out.Images[0].ImageId); err != nil {
		return Manifest{}, r.failed(operation, err)
	}
	return m, nil
}

// verify checks a manifest against the digest asked for, if any, and that which ECR names.
func verify(content []byte, want digest.Digest, id *ecrtypes.ImageIdentifier) error {
	digests := []digest.Digest{want}
	if id != nil {
		digests = append(digests, digest.Digest(aws.ToString(id.ImageDigest)))
	}
	for _, d := range digests {
		if d == "" {
			continue
		}
		if err := d.Validate(); err != nil {
			return fmt.Errorf("digest %q: %w", d, err)
		}
		// Of a signed v2s1 manifest the digest leaves out the signatures.
		if got, err := manifestdigest.By(d.Algorithm(), content); err != nil || got != d {
			return fmt.Errorf("%w: the manifest of %d bytes does not have the digest %s", ErrDigestMismatch,
				len(content), d)
		}
	}
	return nil
}

// label names an image within its repository.
func label(tag string, d digest.Digest) string {
	switch {
	case tag == "":
		return d.String()
	case d == "":
		return tag
	}
	return tag + "@" + d.String()
}
