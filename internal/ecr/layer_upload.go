package ecr

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/opencontainers/go-digest"
)

// An upload takes one blob from a stream to ECR. Parts must arrive in order, so one is sent at a
// time, while the next is read.
type upload struct {
	dest *Destination
	blob Blob // what is known beforehand

	partSize int64

	mu sync.Mutex
	id string // changes where ECR forgot the upload and it begins again
}

func newUpload(dest *Destination, blob Blob) *upload { return &upload{dest: dest, blob: blob} }

// run uploads parts and returns what they were.
func (u *upload) run(ctx context.Context, from func(*upload) partSource) (Blob, error) {
	if err := u.begin(ctx); err != nil {
		return Blob{}, err
	}
	u.partSize = u.dest.limits.choosePartSize(u.partSize, u.blob.Size)
	if u.partSize > u.dest.limits.partSize {
		return Blob{}, tooLarge(u.blob)
	}
	parts := newPartSender(u, from(u))
	defer parts.close()
	size, err := parts.sendAll(ctx)
	if err != nil {
		return Blob{}, fmt.Errorf("uploading blob %s: %w", u.label(), err)
	}
	blob := Blob{Digest: parts.source.digest(), Size: size}
	if u.blob.Digest != "" && u.blob.Digest != blob.Digest {
		return Blob{}, fmt.Errorf("uploading blob %s: %w: the stream has %s",
			u.blob.Digest, ErrDigestMismatch, blob.Digest)
	}
	if err := u.complete(ctx, blob, parts.only()); err != nil {
		return Blob{}, fmt.Errorf("uploading blob %s: %w", blob.Digest, err)
	}
	return blob, nil
}

// begin begins an upload, or begins it again: then the size of parts stays what it was.
func (u *upload) begin(ctx context.Context) error {
	const operation = "InitiateLayerUpload"
	out, err := calling(ctx, u.dest.calls, operation, u.dest.api.InitiateLayerUpload, &ecr.InitiateLayerUploadInput{
		RegistryId: u.dest.registryID(), RepositoryName: u.dest.repositoryName(),
	})
	switch {
	case err != nil:
		return err
	case aws.ToString(out.UploadId) == "" || aws.ToInt64(out.PartSize) <= 0:
		return u.dest.failed(operation, errors.New("answer without an upload id or part size"))
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

// complete makes the blob visible. If ECR forgot the upload meanwhile, either a lost reply was to
// say that it is complete, or it is made again where all of it is still in hand.
func (u *upload) complete(ctx context.Context, blob Blob, only *part) error {
	err := u.completeOnce(ctx, blob.Digest)
	if !errors.Is(err, ErrUploadNotFound) {
		return err
	}
	sizes, checkErr := u.dest.checkAvailability(ctx, []digest.Digest{blob.Digest})
	if checkErr != nil {
		return errors.Join(err, checkErr)
	}
	if sizes[blob.Digest] != unavailable {
		return nil
	}
	if only == nil {
		return err
	}
	if err := u.begin(ctx); err != nil {
		return err
	}
	if err := u.send(ctx, *only, nil); err != nil {
		return err
	}
	return u.completeOnce(ctx, blob.Digest)
}

func (u *upload) completeOnce(ctx context.Context, d digest.Digest) error {
	out, err := u.dest.api.CompleteLayerUpload(ctx, &ecr.CompleteLayerUploadInput{
		RegistryId: u.dest.registryID(), RepositoryName: u.dest.repositoryName(),
		UploadId: aws.String(u.currentID()), LayerDigests: []string{d.String()},
	})
	if errorCode(err) == "LayerAlreadyExistsException" {
		return nil
	}
	if err != nil {
		return u.dest.failed("CompleteLayerUpload", err)
	}
	if got := aws.ToString(out.LayerDigest); got != d.String() {
		return u.dest.failed("CompleteLayerUpload", fmt.Errorf("%w: sent %s, ECR has %s", ErrDigestMismatch, d, got))
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
