package ecrtransport

import (
	"context"
	"errors"
	"io"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/ecr"
)

// imageDestination writes an image to ECR, or to ECR Public. Its methods are safe for concurrent use.
type imageDestination struct {
	ref  ecrReference
	dest *ecr.Destination
}

var _ types.ImageDestination = (*imageDestination)(nil)

func newImageDestination(ref ecrReference) (*imageDestination, error) {
	dest, err := ref.transport.client.Destination(ref.name)
	if err != nil {
		return nil, err
	}
	return &imageDestination{ref: ref, dest: dest}, nil
}

// Reference returns the reference that the destination was made by.
func (d *imageDestination) Reference() types.ImageReference { return d.ref }

// Close does nothing. What was uploaded without a manifest that names it, ECR removes by itself.
func (d *imageDestination) Close() error { return nil }

// SupportedManifestMIMETypes returns all types: indexes, and manifests of OCI and of Docker's both
// schemas.
func (d *imageDestination) SupportedManifestMIMETypes() []string { return ecr.ManifestTypes() }

// errSignatures is why signatures are refused.
var errSignatures = errors.New("ECR can't store signatures beside an image")

// SupportsSignatures returns an error: ECR does not store any of the kind meant here.
func (d *imageDestination) SupportsSignatures(context.Context) error { return errSignatures }

// DesiredLayerCompression returns PreserveOriginal.
func (d *imageDestination) DesiredLayerCompression() types.LayerCompression {
	return types.PreserveOriginal
}

// AcceptsForeignLayerURLs returns true: layers that live elsewhere stay there.
func (d *imageDestination) AcceptsForeignLayerURLs() bool { return true }

// MustMatchRuntimeOS returns false.
func (d *imageDestination) MustMatchRuntimeOS() bool { return false }

// IgnoresEmbeddedDockerReference returns false, as registries do.
func (d *imageDestination) IgnoresEmbeddedDockerReference() bool { return false }

// HasThreadSafePutBlob returns true.
func (d *imageDestination) HasThreadSafePutBlob() bool { return true }

// PartSize returns the size in bytes of the largest part that PutBlob borrows at a time of a blob of so
// many bytes, or -1. It holds on to one until that is sent.
func (d *imageDestination) PartSize(blob int64) int64 { return d.dest.PartSize(blob) }

// AvailableBlobs returns those of the blobs that the repository has, with their sizes in bytes.
func (d *imageDestination) AvailableBlobs(
	ctx context.Context, digests []digest.Digest,
) (map[digest.Digest]int64, error) {
	return d.dest.AvailableBlobs(ctx, digests)
}

// PutBlob uploads a blob and returns its digest and size in bytes. The stream is checked against
// both where inputInfo has them, before the blob becomes visible. Where the repository has the blob
// already, the stream is not read. See [ecr.Destination.PutBlob].
func (d *imageDestination) PutBlob(
	ctx context.Context, stream io.Reader, inputInfo types.BlobInfo, _ types.BlobInfoCache, _ bool,
) (types.BlobInfo, error) {
	blob, err := d.dest.PutBlob(ctx, stream, ecr.Blob{Digest: inputInfo.Digest, Size: inputInfo.Size})
	if err != nil {
		return types.BlobInfo{}, err
	}
	return types.BlobInfo{Digest: blob.Digest, Size: blob.Size}, nil
}

// TryReusingBlob reports whether the repository has the blob already. What AvailableBlobs or
// PutBlob found is not asked for again.
func (d *imageDestination) TryReusingBlob(
	ctx context.Context, info types.BlobInfo, _ types.BlobInfoCache, _ bool,
) (bool, types.BlobInfo, error) {
	if info.Digest == "" {
		return false, types.BlobInfo{}, errors.New("reusing a blob without a digest")
	}
	size, has, err := d.dest.HasBlob(ctx, info.Digest)
	if err != nil || !has {
		return false, types.BlobInfo{}, err
	}
	return true, types.BlobInfo{Digest: info.Digest, Size: size, MediaType: info.MediaType}, nil
}

// PutManifest puts a manifest whose blobs and instances are there already: an instance of an index
// by its digest alone, the root by the reference's tag, or by its digest where the reference has no
// tag. A manifest that is there already is no error, also in repositories of immutable tags, where
// another manifest under the tag gives [ecr.ErrImmutableTag].
func (d *imageDestination) PutManifest(ctx context.Context, content []byte, instanceDigest *digest.Digest) error {
	if instanceDigest != nil {
		return d.dest.PutManifest(ctx, content, "", *instanceDigest)
	}
	return d.dest.PutManifest(ctx, content, d.ref.name.Tag, d.ref.name.Digest)
}

// PutSignatures refuses all signatures, and accepts that there are none.
func (d *imageDestination) PutSignatures(_ context.Context, signatures [][]byte, _ *digest.Digest) error {
	if len(signatures) > 0 {
		return errSignatures
	}
	return nil
}

// Commit does nothing: the image is complete once its manifest is put.
func (d *imageDestination) Commit(context.Context, types.UnparsedImage) error { return nil }
