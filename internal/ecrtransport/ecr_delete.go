package ecrtransport

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"go.podman.io/image/v5/types"
)

// DeleteImage removes the tag if the reference has one, and with its last tag the image; without a
// tag it removes the image of the digest with all of its tags. A reference with both removes the
// tag only while it has that digest. Where there is nothing to remove the error is
// [ErrImageNotFound].
func (ref ecrReference) DeleteImage(ctx context.Context, _ *types.SystemContext) error {
	repo, err := ref.transport.repository(ref.name)
	if err != nil {
		return err
	}
	out, err := repo.api.BatchDeleteImage(ctx, &ecr.BatchDeleteImageInput{
		RegistryId: repo.registryID(), RepositoryName: repo.repositoryName(),
		ImageIds: []ecrtypes.ImageIdentifier{imageID(ref.name.Tag, ref.name.Digest)},
	})
	if err != nil {
		return repo.failed("BatchDeleteImage", err)
	}
	if len(out.Failures) > 0 {
		return repo.imageFailed("BatchDeleteImage", out.Failures[0])
	}
	return nil
}
