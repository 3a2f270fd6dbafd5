package ecr

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/chunked"
)

// PutBlob uploads a blob and returns its digest and size in bytes. The stream is checked against
// those that are known, before the blob becomes visible. A digest is uploaded once at a
// time. Where the repository has the blob already, or somebody else has put it meanwhile, the stream
// is not read. A blob over ECR's limits gives [ErrLayerTooLarge]. Digests other than sha256 are refused.
func (d *Destination) PutBlob(ctx context.Context, stream io.Reader, blob Blob) (Blob, error) {
	u, there, err := d.open(ctx, blob)
	if u == nil {
		return there, err
	}
	defer u.end()
	return u.put(ctx, newBufferedParts(stream, blob.Size, u.partSize, d.budget))
}

// PutLent uploads a blob as PutBlob does, and copies nothing of what the stream lends. The blob's digest is known, and
// the stream verifies it.
func (d *Destination) PutLent(ctx context.Context, stream chunked.Lender, blob Blob) error {
	u, _, err := d.open(ctx, blob)
	if u == nil {
		return err
	}
	defer u.end()
	_, err = u.put(ctx, u.lent(stream))
	return err
}

// open begins an upload, which the caller ends. Where the repository has the blob, it returns that, and no upload.
func (d *Destination) open(ctx context.Context, blob Blob) (u *upload, there Blob, err error) {
	if err := d.checkBlob(blob); err != nil {
		return nil, Blob{}, err
	}
	u = newUpload(d, blob)
	if blob.Digest != "" {
		if u.end, err = d.turns.Take(ctx, blob.Digest); err != nil {
			return nil, Blob{}, err
		}
		// Under copy.Image nobody has asked about configs; and one call is less than three.
		size, has, err := d.HasBlob(ctx, blob.Digest)
		switch {
		case err != nil:
			u.end()
			return nil, Blob{}, err
		case has:
			u.end()
			return nil, Blob{Digest: blob.Digest, Size: size}, nil
		}
	}
	if err := u.start(ctx); err != nil {
		u.end()
		return nil, Blob{}, err
	}
	return u, Blob{}, nil
}

// checkBlob refuses what can't be uploaded before anything is sent.
func (d *Destination) checkBlob(blob Blob) error {
	if blob.Digest != "" {
		if err := blob.Digest.Validate(); err != nil {
			return fmt.Errorf("blob digest %q: %w", blob.Digest, err)
		}
		if blob.Digest.Algorithm() != digest.SHA256 {
			return fmt.Errorf("blob %s: ECR knows sha256 only", blob.Digest)
		}
	}
	if blob.Size > d.limits.layerSize {
		return tooLarge(blob)
	}
	return nil
}

// lent returns the parts of a stream, which was told by PartSize how much is borrowed at a time.
func (u *upload) lent(stream chunked.Lender) *lentParts {
	u.partSize = min(u.partSize, u.limits.choosePartSize(usualPartSize, u.blob.Size))
	return &lentParts{stream: stream, blob: u.blob, partSize: u.partSize}
}

func newUpload(d *Destination, blob Blob) *upload {
	return &upload{calls: d.calls, limits: d.limits, stall: d.stall, blob: blob, known: &d.blobs, end: func() {}}
}

// start begins the upload and chooses the size of its parts.
func (u *upload) start(ctx context.Context) error {
	if err := u.begin(ctx); err != nil {
		return err
	}
	u.partSize = u.limits.choosePartSize(u.partSize, u.blob.Size)
	if u.partSize > u.limits.partSize {
		return tooLarge(u.blob)
	}
	return nil
}

// put uploads the parts of a source and returns what they were.
func (u *upload) put(ctx context.Context, source partSource) (Blob, error) {
	parts := newPartSender(u, source)
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
	u.known.learn(map[digest.Digest]int64{blob.Digest: blob.Size})
	return blob, nil
}

// complete makes the blob visible. If ECR forgot the upload meanwhile, either a lost reply was to
// say that it is complete, or it is made again where all of it is still in hand.
func (u *upload) complete(ctx context.Context, blob Blob, only *part) error {
	err := u.completeOnce(ctx, blob.Digest)
	if !errors.Is(err, ErrUploadNotFound) {
		return err
	}
	sizes, checkErr := u.checkAvailability(ctx, []digest.Digest{blob.Digest})
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
