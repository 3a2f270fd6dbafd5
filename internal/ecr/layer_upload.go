package ecr

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/opencontainers/go-digest"
)

// An upload takes one blob from a stream to ECR. Parts must arrive in order, so one is sent at a
// time, while the next is read.
type upload struct {
	calls
	limits limits
	stall  time.Duration // see Options.Stall
	blob   Blob          // what is known beforehand
	known  *availability // learns that the repository has the blob
	end    func()        // lets others upload the same blob

	partSize int64

	mu sync.Mutex
	id string // changes where ECR forgot the upload and it begins again
}

// begin begins an upload, or begins it again: then the size of parts stays what it was.
func (u *upload) begin(ctx context.Context) error {
	const operation = "InitiateLayerUpload"
	out, err := calling(ctx, u.calls, operation, u.api.InitiateLayerUpload, &ecr.InitiateLayerUploadInput{
		RegistryId: u.registryID(), RepositoryName: u.repositoryName(),
	})
	switch {
	case err != nil:
		return err
	case aws.ToString(out.UploadId) == "" || aws.ToInt64(out.PartSize) <= 0:
		return u.failed(operation, errors.New("answer without an upload id or part size"))
	}
	u.mu.Lock()
	u.id = *out.UploadId
	u.mu.Unlock()
	if u.partSize == 0 {
		u.partSize = *out.PartSize
	}
	return nil
}

// currentID returns the upload's id, which parts that are made ready ahead may find changed.
func (u *upload) currentID() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.id
}

// completeOnce makes the blob visible.
func (u *upload) completeOnce(ctx context.Context, d digest.Digest) error {
	out, err := u.api.CompleteLayerUpload(ctx, &ecr.CompleteLayerUploadInput{
		RegistryId: u.registryID(), RepositoryName: u.repositoryName(),
		UploadId: aws.String(u.currentID()), LayerDigests: []string{d.String()},
	})
	if errorCode(err) == "LayerAlreadyExistsException" {
		return nil
	}
	if err != nil {
		return u.failed("CompleteLayerUpload", err)
	}
	if got := aws.ToString(out.LayerDigest); got != d.String() {
		return u.failed("CompleteLayerUpload", fmt.Errorf("%w: sent %s, ECR has %s", ErrDigestMismatch, d, got))
	}
	return nil
}

// label names the blob in errors.
func (u *upload) label() string {
	if u.blob.Digest == "" {
		return "of unknown digest"
	}
	return u.blob.Digest.String()
}
