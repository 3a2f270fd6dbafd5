package ecr

import (
	"context"
	"fmt"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/manifestdigest"
	"ecrmirror/internal/manifesttype"
)

// maxManifestSize is the size of ImageManifest in ECR's API model.
const maxManifestSize = 4 << 20

// PutManifest puts a manifest whose blobs and instances are there already, under a tag, or by its digest alone
// where tag is "". It is held against the wanted digest, unless that is "". A manifest that is there already is no
// error, also in repositories of immutable tags, where another manifest under the tag gives [ErrImmutableTag].
func (d *Destination) PutManifest(ctx context.Context, content []byte, tag string, want digest.Digest) error {
	computed, err := puttable(content, want)
	if err != nil {
		return err
	}
	in := &ecr.PutImageInput{
		RegistryId: d.registryID(), RepositoryName: d.repositoryName(),
		ImageManifest: aws.String(string(content)), ImageDigest: aws.String(computed.String()),
	}
	if t := manifesttype.Of(content); t != "" {
		in.ImageManifestMediaType = aws.String(t)
	}
	if tag != "" {
		in.ImageTag = aws.String(tag)
	}
	if err := d.puts.wait(ctx, d.name); err != nil {
		return fmt.Errorf("waiting to put manifest %s: %w", computed, err)
	}
	out, err := calling(ctx, d.calls, "PutImage", d.api.PutImage, in)
	switch errorCode(err) {
	case "ImageAlreadyExistsException":
		return nil
	case "ImageTagAlreadyExistsException":
		return d.sameTag(ctx, tag, computed, err)
	}
	if err != nil {
		return fmt.Errorf("manifest %s: %w%s", label(tag, computed), err, d.untagged(tag, err))
	}
	if out.Image == nil || out.Image.ImageId == nil {
		return d.failed("PutImage", fmt.Errorf("empty answer for %s", label(tag, computed)))
	}
	if got := aws.ToString(out.Image.ImageId.ImageDigest); got != computed.String() {
		return d.failed("PutImage", fmt.Errorf("%w: put %s, ECR stored %s", ErrDigestMismatch, computed, got))
	}
	return nil
}

// puttable returns the digest of a manifest that ECR's API takes, and that is the wanted one unless that is "".
func puttable(content []byte, want digest.Digest) (digest.Digest, error) {
	if len(content) > maxManifestSize {
		return "", &unfitError{fmt.Sprintf("manifest of %d bytes: ECR takes at most %d", len(content), maxManifestSize)}
	}
	if !utf8.Valid(content) {
		return "", &unfitError{"the manifest is not UTF-8, which ECR's API takes alone"}
	}
	computed, err := manifestdigest.Of(content)
	if err != nil {
		return "", fmt.Errorf("digest of the manifest: %w", err)
	}
	if want != "" && want != computed {
		return "", fmt.Errorf("%w: the manifest is %s, not %s", ErrDigestMismatch, computed, want)
	}
	return computed, nil
}

// An unfitError says that a manifest can't be put by ECR's API at all.
type unfitError struct{ why string }

func (e *unfitError) Error() string { return e.why }

// RefusesManifest returns true.
func (e *unfitError) RefusesManifest() bool { return true }

// sameTag tells a tag that has the digest already from one that would have to move. ECR gives the
// same exception for both.
func (d *Destination) sameTag(ctx context.Context, tag string, computed digest.Digest, refusal error) error {
	found, err := d.digestOf(ctx, imageID(tag, ""))
	if err != nil {
		return fmt.Errorf("%w; looking up what the tag has: %w", refusal, err)
	}
	if found == computed {
		return nil
	}
	err = fmt.Errorf("%w: %s has %s and can't move to %s", ErrImmutableTag, tag, found, computed)
	return d.failed("PutImage", err)
}

// untagged explains a refusal that may be for want of a tag. ECR Public's API reference asks for one
// with every manifest of OCI's and of Docker's schema 2, but an instance of an index has none to give.
func (d *Destination) untagged(tag string, refusal error) string {
	if tag != "" || d.name.Kind != imagename.ECRPublic || errorCode(refusal) != "InvalidParameterException" {
		return ""
	}
	return "; ECR Public may not take an image without a tag, such as one of an index's instances, by its API"
}
