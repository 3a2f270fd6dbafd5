package ecrtransport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/types"
)

// ecrImageDestination writes an image to ECR, or to ECR Public. Its methods are safe for concurrent use.
type ecrImageDestination struct {
	ref   ecrReference
	repo  repository
	blobs availability
	turns turns[digest.Digest] // at uploading
}

var _ types.ImageDestination = (*ecrImageDestination)(nil)

func newImageDestination(ref ecrReference) (*ecrImageDestination, error) {
	repo, err := ref.transport.destination(ref.name)
	if err != nil {
		return nil, err
	}
	return &ecrImageDestination{ref: ref, repo: repo}, nil
}

// Reference returns the reference that the destination was made by.
func (d *ecrImageDestination) Reference() types.ImageReference { return d.ref }

// Close does nothing. What was uploaded without a manifest that names it, ECR removes by itself.
func (d *ecrImageDestination) Close() error { return nil }

// SupportedManifestMIMETypes returns all types: indexes, and manifests of OCI and of Docker's both
// schemas.
func (d *ecrImageDestination) SupportedManifestMIMETypes() []string {
	return slices.Clone(manifestTypes)
}

// errSignatures is why signatures are refused.
var errSignatures = errors.New("ECR can't store signatures beside an image")

// SupportsSignatures returns an error: ECR does not store any of the kind meant here.
func (d *ecrImageDestination) SupportsSignatures(context.Context) error { return errSignatures }

// DesiredLayerCompression returns PreserveOriginal.
func (d *ecrImageDestination) DesiredLayerCompression() types.LayerCompression {
	return types.PreserveOriginal
}

// AcceptsForeignLayerURLs returns true: layers that live elsewhere stay there.
func (d *ecrImageDestination) AcceptsForeignLayerURLs() bool { return true }

// MustMatchRuntimeOS returns false.
func (d *ecrImageDestination) MustMatchRuntimeOS() bool { return false }

// IgnoresEmbeddedDockerReference returns false, as registries do.
func (d *ecrImageDestination) IgnoresEmbeddedDockerReference() bool { return false }

// HasThreadSafePutBlob returns true.
func (d *ecrImageDestination) HasThreadSafePutBlob() bool { return true }

// PartSize returns the size in bytes of the largest part that PutBlob borrows at a time of a blob of so
// many bytes, or -1. It holds on to one until that is sent.
func (d *ecrImageDestination) PartSize(blob int64) int64 {
	return min(d.repo.limits.choosePartSize(usualPartSize, blob), d.repo.limits.partSize)
}

// PutBlob uploads a blob and returns its digest and size in bytes. The stream is checked against
// both where inputInfo has them, before the blob becomes visible. A digest is uploaded once at a
// time. Where the repository has the blob already, or someone else has put it meanwhile, the stream
// is not read. Blobs over ECR's limits give [ErrLayerTooLarge], other digests than sha256 are
// refused.
func (d *ecrImageDestination) PutBlob(
	ctx context.Context, stream io.Reader, inputInfo types.BlobInfo, _ types.BlobInfoCache, _ bool,
) (types.BlobInfo, error) {
	if err := d.checkBlob(inputInfo); err != nil {
		return types.BlobInfo{}, err
	}
	if inputInfo.Digest != "" {
		done, err := d.turns.take(ctx, inputInfo.Digest)
		if err != nil {
			return types.BlobInfo{}, err
		}
		defer done()
		// The library asks TryReusingBlob about layers, not about configs; and one call is less
		// than three.
		size, err := d.blobSize(ctx, inputInfo.Digest)
		if err != nil {
			return types.BlobInfo{}, err
		}
		if size != unavailable {
			return types.BlobInfo{Digest: inputInfo.Digest, Size: size}, nil
		}
	}
	u := newUpload(d.repo, d.ref.transport.opts.Budget, inputInfo)
	blob, err := u.run(ctx, stream)
	if err != nil {
		return types.BlobInfo{}, err
	}
	d.blobs.learn(map[digest.Digest]int64{blob.Digest: blob.Size})
	return blob, nil
}

// checkBlob refuses what can't be uploaded before anything is sent.
func (d *ecrImageDestination) checkBlob(info types.BlobInfo) error {
	if info.Digest != "" {
		if err := info.Digest.Validate(); err != nil {
			return fmt.Errorf("blob digest %q: %w", info.Digest, err)
		}
		if info.Digest.Algorithm() != digest.SHA256 {
			return fmt.Errorf("blob %s: ECR knows sha256 only", info.Digest)
		}
	}
	if info.Size > d.repo.limits.layerSize {
		return tooLarge(info)
	}
	return nil
}

// TryReusingBlob reports whether the repository has the blob already. What AvailableBlobs or
// PutBlob found is not asked for again.
func (d *ecrImageDestination) TryReusingBlob(
	ctx context.Context, info types.BlobInfo, _ types.BlobInfoCache, _ bool,
) (bool, types.BlobInfo, error) {
	if info.Digest == "" {
		return false, types.BlobInfo{}, errors.New("reusing a blob without a digest")
	}
	size, err := d.blobSize(ctx, info.Digest)
	if err != nil {
		return false, types.BlobInfo{}, err
	}
	if size == unavailable {
		return false, types.BlobInfo{}, nil
	}
	return true, types.BlobInfo{Digest: info.Digest, Size: size, MediaType: info.MediaType}, nil
}

// blobSize returns the size in bytes of a blob in the repository, or unavailable. It asks only
// about what is not known yet.
func (d *ecrImageDestination) blobSize(ctx context.Context, blob digest.Digest) (int64, error) {
	if size, known := d.blobs.size(blob); known {
		return size, nil
	}
	found, err := d.AvailableBlobs(ctx, []digest.Digest{blob})
	if err != nil {
		return 0, err
	}
	if size, available := found[blob]; available {
		return size, nil
	}
	return unavailable, nil
}

// PutSignatures refuses all signatures, and accepts that there are none.
func (d *ecrImageDestination) PutSignatures(_ context.Context, signatures [][]byte, _ *digest.Digest) error {
	if len(signatures) > 0 {
		return errSignatures
	}
	return nil
}

// Commit does nothing: the image is complete once its manifest is put.
func (d *ecrImageDestination) Commit(context.Context, types.UnparsedImage) error { return nil }
