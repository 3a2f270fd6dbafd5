package ecrtransport

import (
	"context"

	"go.podman.io/image/v5/docker/policyconfiguration"
	"go.podman.io/image/v5/docker/reference"
	"go.podman.io/image/v5/image"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/imagename"
)

// ecrReference is an ImageReference for an image in private ECR, or in ECR Public.
type ecrReference struct {
	transport *Transport
	name      imagename.Name  // with a tag, a digest or both
	named     reference.Named // the same
}

var _ types.ImageReference = ecrReference{}

// Transport returns the transport that made the reference, with its clients.
func (ref ecrReference) Transport() types.ImageTransport { return ref.transport }

// StringWithinTransport returns "//HOST/NAME[:TAG][@DIGEST]", which ParseReference gives back.
func (ref ecrReference) StringWithinTransport() string { return "//" + ref.name.String() }

// DockerReference returns the reference, with a tag, a digest or both.
func (ref ecrReference) DockerReference() reference.Named { return ref.named }

// PolicyConfigurationIdentity returns HOST/NAME and :TAG or @DIGEST; the digest where both are
// known, for it says more.
func (ref ecrReference) PolicyConfigurationIdentity() string {
	identity, err := policyconfiguration.DockerReferenceIdentity(ref.tagOrDigest())
	if err != nil {
		return "" // not reached: tagOrDigest has exactly one of them
	}
	return identity
}

// PolicyConfigurationNamespaces returns the repository's name, its parents, and the host with
// wildcards for it.
func (ref ecrReference) PolicyConfigurationNamespaces() []string {
	return policyconfiguration.DockerReferenceNamespaces(ref.tagOrDigest())
}

// tagOrDigest returns the reference with its digest only, if it has one, for policies know no names
// with both.
func (ref ecrReference) tagOrDigest() reference.Named {
	if ref.name.Tag == "" || ref.name.Digest == "" {
		return ref.named
	}
	canonical, err := reference.WithDigest(reference.TrimNamed(ref.named), ref.name.Digest)
	if err != nil {
		return ref.named // not reached: the digest was parsed as part of named
	}
	return canonical
}

// NewImage returns the image, or the one of an index that suits this machine; the caller closes it.
// See image.FromSource.
func (ref ecrReference) NewImage(ctx context.Context, sys *types.SystemContext) (types.ImageCloser, error) {
	src, err := ref.NewImageSource(ctx, sys)
	if err != nil {
		return nil, err
	}
	return image.FromSource(ctx, sys, src)
}

// NewImageSource returns a source for the image. It makes no call: that the image does not exist
// shows when it is read. For an image in ECR Public it returns an error.
func (ref ecrReference) NewImageSource(context.Context, *types.SystemContext) (types.ImageSource, error) {
	return newImageSource(ref)
}

// NewImageDestination returns a destination for the image. It makes no call.
func (ref ecrReference) NewImageDestination(context.Context, *types.SystemContext) (types.ImageDestination, error) {
	return newImageDestination(ref)
}

// DeleteImage removes the tag if the reference has one, and with its last tag the image; without a
// tag it removes the image of the digest with all of its tags. A reference with both removes the
// tag only while it has that digest. Where there is nothing to remove the error is
// [ecr.ErrImageNotFound].
func (ref ecrReference) DeleteImage(ctx context.Context, _ *types.SystemContext) error {
	repository, err := ref.transport.client.Repository(ref.name)
	if err != nil {
		return err
	}
	return repository.DeleteImage(ctx, ref.name.Tag, ref.name.Digest)
}
