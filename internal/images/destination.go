package images

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/manifest"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/manifestdigest"
	"ecrmirror/internal/manifesttype"
	"ecrmirror/internal/registryclient"
)

// registryDestination writes an image by the distribution protocol: one request for a blob that is
// there, three for one that is not, one for a manifest. Its methods are safe for concurrent use.
type registryDestination struct {
	ref        types.ImageReference
	name       imagename.Name // with a tag or a digest, not both
	repository *registryclient.Repository
}

var _ types.ImageDestination = (*registryDestination)(nil)

func (r *Client) newDestination(name imagename.Name, ref types.ImageReference) (types.ImageDestination, error) {
	host, err := r.host(name)
	if err != nil {
		return nil, err
	}
	return &registryDestination{ref: ref, name: name, repository: host.WritableRepository(name.Repository)}, nil
}

// Reference returns the reference of the image.
func (d *registryDestination) Reference() types.ImageReference { return d.ref }

// Close does nothing. Uploads that were not completed are the registry's to remove.
func (d *registryDestination) Close() error { return nil }

// SupportedManifestMIMETypes returns all types: indexes, and manifests of OCI and of Docker's both
// schemas. What a registry does not take, it refuses itself.
func (d *registryDestination) SupportedManifestMIMETypes() []string {
	return slices.Clone(manifest.DefaultRequestedManifestMIMETypes)
}

// errSignatures is why signatures are refused.
var errSignatures = errors.New("signatures are not written beside an image")

// SupportsSignatures returns an error.
func (d *registryDestination) SupportsSignatures(context.Context) error { return errSignatures }

// DesiredLayerCompression returns PreserveOriginal.
func (d *registryDestination) DesiredLayerCompression() types.LayerCompression {
	return types.PreserveOriginal
}

// AcceptsForeignLayerURLs returns true: layers that live elsewhere stay there.
func (d *registryDestination) AcceptsForeignLayerURLs() bool { return true }

// MustMatchRuntimeOS returns false.
func (d *registryDestination) MustMatchRuntimeOS() bool { return false }

// IgnoresEmbeddedDockerReference returns false: registries may look at it.
func (d *registryDestination) IgnoresEmbeddedDockerReference() bool { return false }

// HasThreadSafePutBlob returns true.
func (d *registryDestination) HasThreadSafePutBlob() bool { return true }

// errNoDigest says that a blob can't be written or asked for.
var errNoDigest = errors.New("blob without a digest")

// TryReusingBlob reports whether the repository has the blob. It asks each time.
func (d *registryDestination) TryReusingBlob(
	ctx context.Context, info types.BlobInfo, _ types.BlobInfoCache, _ bool,
) (bool, types.BlobInfo, error) {
	if info.Digest == "" {
		return false, types.BlobInfo{}, errNoDigest
	}
	has, size, err := d.repository.HasBlob(ctx, info.Digest)
	if err != nil || !has {
		return false, types.BlobInfo{}, err
	}
	if size < 0 {
		size = info.Size
	}
	return true, types.BlobInfo{Digest: info.Digest, Size: size, MediaType: info.MediaType}, nil
}

// PutBlob uploads a blob whose digest is known, without asking whether the repository has it: that is
// for TryReusingBlob. The registry holds what it got against the digest; a stream that fails leaves
// nothing there. The size that it returns is inputInfo's, -1 if it is not known.
func (d *registryDestination) PutBlob(
	ctx context.Context, stream io.Reader, inputInfo types.BlobInfo, _ types.BlobInfoCache, _ bool,
) (types.BlobInfo, error) {
	if inputInfo.Digest == "" {
		return types.BlobInfo{}, errNoDigest
	}
	if err := d.repository.PutBlob(ctx, stream, inputInfo.Digest, inputInfo.Size); err != nil {
		return types.BlobInfo{}, err
	}
	return types.BlobInfo{Digest: inputInfo.Digest, Size: inputInfo.Size, MediaType: inputInfo.MediaType}, nil
}

// PutManifest puts a manifest whose blobs and instances are there already: an instance of an index by
// its digest, the root by the name's tag, or by its digest where the name has no tag.
func (d *registryDestination) PutManifest(ctx context.Context, content []byte, instanceDigest *digest.Digest) error {
	computed, err := manifestdigest.Of(content)
	if err != nil {
		return fmt.Errorf("digest of the manifest: %w", err)
	}
	tag, want := d.name.Tag, d.name.Digest
	if instanceDigest != nil {
		tag, want = "", *instanceDigest
	}
	if want != "" {
		if err := want.Validate(); err != nil {
			return fmt.Errorf("digest %q of the manifest: %w", want, err)
		}
		if a := want.Algorithm(); a != computed.Algorithm() {
			computed = a.FromBytes(content)
		}
		if computed != want {
			return fmt.Errorf("the manifest is %s, not %s", computed, want)
		}
	}
	under := tagOrDigest(imagename.Name{Tag: tag, Digest: want})
	return d.repository.PutManifest(ctx, under, content, manifesttype.Of(content), computed)
}

// PutSignatures refuses all signatures, and accepts that there are none.
func (d *registryDestination) PutSignatures(_ context.Context, signatures [][]byte, _ *digest.Digest) error {
	if len(signatures) > 0 {
		return errSignatures
	}
	return nil
}

// Commit does nothing: the image is complete once its manifest is put.
func (d *registryDestination) Commit(context.Context, types.UnparsedImage) error { return nil }
