package ecr

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

// maxResends is how often a part, or what ECR lacks of it, is sent again beyond what the SDK's
// retries do.
const maxResends = 3

// send sends a part. Where ECR says that it has another number of bytes than expected, sending goes
// on there, provided that it lies in this part: it does when the reply to an earlier attempt was
// lost. Where ECR forgot the upload and this is its first part, it begins again. Nothing is sent
// before the turn, at which the channel is closed; nil is at once.
func (u *upload) send(ctx context.Context, p part, turn <-chan struct{}) error {
	if len(p.data) == 0 {
		return u.sendEmpty(ctx)
	}
	end := p.off + p.data.size()
	next := p.off
	for resends := 0; ; resends++ {
		has, err := u.sendOnce(ctx, next, p.data.from(next-p.off), turn)
		if has == end {
			return nil
		}
		if errors.Is(err, errBegunAgain) {
			continue // what was made ready was for another upload
		}
		forgotten := errors.Is(err, ErrUploadNotFound) && p.off == 0
		inHand := has >= p.off && has < end
		if resends == maxResends || !forgotten && !inHand {
			return err
		}
		next = p.off
		if !forgotten {
			next = has
			continue
		}
		if err := u.begin(ctx); err != nil {
			return err
		}
	}
}

// sendOnce sends bytes from off and returns how many bytes of the blob ECR has then, or -1 if that
// is not known. The error says why it is not all of them.
func (u *upload) sendOnce(ctx context.Context, off int64, data pieces, turn <-chan struct{}) (has int64, err error) {
	const operation = "UploadLayerPart"
	id := u.currentID()
	last := off + data.size() - 1
	watch := &partWatch{stall: u.stall}
	out, err := u.api.UploadLayerPart(ctx, &ecr.UploadLayerPartInput{
		RegistryId: u.registryID(), RepositoryName: u.repositoryName(), UploadId: aws.String(id),
		PartFirstByte: aws.Int64(off), PartLastByte: aws.Int64(last), LayerPartBlob: []byte{},
	}, sendingPart(data, watch.moved), inTurn(turn, func() bool { return u.currentID() == id }), watch.call)
	var invalid *ecrtypes.InvalidLayerPartException
	switch {
	case errors.Is(err, errBegunAgain):
		return -1, err
	case errors.As(err, &invalid):
		// Without a last valid byte there are none.
		has = 0
		if invalid.LastValidByteReceived != nil {
			has = *invalid.LastValidByteReceived + 1
		}
		return has, fmt.Errorf("part at bytes %d-%d, ECR has %d bytes: %w", off, last, has, u.failed(operation, err))
	case err != nil:
		return -1, u.failed(operation, err)
	case out.LastByteReceived != nil && *out.LastByteReceived != last:
		has = *out.LastByteReceived + 1
		return has, u.failed(operation, fmt.Errorf("sent bytes %d-%d, ECR has %d bytes", off, last, has))
	}
	return last + 1, nil
}

// sendEmpty sends the one part of a blob without bytes. ECR completes no upload that has no parts
// (EmptyUploadException, as in https://github.com/devcontainers/cli/issues/814), and its API model
// allows parts of 0 bytes but has no last byte for them. If ECR refuses the part, completing the
// upload shows whether it can do without.
func (u *upload) sendEmpty(ctx context.Context) error {
	_, err := u.api.UploadLayerPart(ctx, &ecr.UploadLayerPartInput{
		RegistryId: u.registryID(), RepositoryName: u.repositoryName(), UploadId: aws.String(u.currentID()),
		PartFirstByte: aws.Int64(0), PartLastByte: aws.Int64(0), LayerPartBlob: []byte{},
	})
	switch errorCode(err) {
	case "InvalidLayerPartException", "InvalidParameterException", "ValidationException":
		return nil
	}
	if err != nil {
		return u.failed("UploadLayerPart", err)
	}
	return nil
}
