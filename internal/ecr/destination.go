package ecr

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/imagename"
)

// A Destination is a repository of private ECR or of ECR Public, for writing. It remembers which blobs the
// repository has. Its methods are safe for concurrent use.
type Destination struct {
	calls
	limits limits
	stall  time.Duration // see Options.Stall
	budget *chunked.Budget
	puts   *putPace
	blobs  availability
	turns  turns[digest.Digest] // at uploading
}

// Destination returns the repository of a name, for writing. The tag and digest of the name do not matter. It
// makes no call. The repository is created where a call finds it missing, if [Options].CreateRepositories says so.
func (c *Client) Destination(name imagename.Name) (*Destination, error) {
	d := &Destination{stall: c.opts.Stall, budget: c.opts.Budget, puts: c.puts}
	var create func(context.Context, *RepositoryTemplate) error
	if name.Kind == imagename.ECRPublic {
		if c.opts.Public == nil {
			return nil, fmt.Errorf("client for %s: Options.Public is missing", name.Host)
		}
		d.limits = publicLimits
		d.calls = calls{api: publicDestination{c.opts.Public}, name: name}
		create = func(ctx context.Context, template *RepositoryTemplate) error {
			return d.createPublic(ctx, c.opts.Public, template)
		}
	} else {
		private, err := c.Repository(name)
		if err != nil {
			return nil, err
		}
		d.limits, d.calls, create = privateLimits, private.calls, private.create
	}
	d.writes, d.hint = true, c.opts.CreateHint
	if template := c.opts.CreateRepositories; template != nil {
		d.creation = c.creations.of(name, func(ctx context.Context) error { return create(ctx, template) })
	}
	return d, nil
}

// PartSize returns the size in bytes of the largest part that PutLent borrows at a time of a blob of so many bytes, or
// of unknown size, which is -1. It holds on to one until that is sent.
func (d *Destination) PartSize(blob int64) int64 {
	return min(d.limits.choosePartSize(usualPartSize, blob), d.limits.partSize)
}

// PutBlob uploads a blob and returns its digest and size in bytes. The stream is checked against
// those that are known, before the blob becomes visible. A digest is uploaded once at a
// time. Where the repository has the blob already, or somebody else has put it meanwhile, the stream
// is not read. A blob over ECR's limits gives [ErrLayerTooLarge]. Digests other than sha256 are refused.
func (d *Destination) PutBlob(ctx context.Context, stream io.Reader, blob Blob) (Blob, error) {
	return d.put(ctx, blob, func(u *upload) partSource { return newBufferedParts(u, stream) })
}

// PutLent uploads a blob as PutBlob does, and copies nothing of what the stream lends. The blob's digest is known, and
// the stream verifies it.
func (d *Destination) PutLent(ctx context.Context, stream chunked.Lender, blob Blob) error {
	_, err := d.put(ctx, blob, func(u *upload) partSource { return newLentParts(u, stream) })
	return err
}

func (d *Destination) put(ctx context.Context, blob Blob, from func(*upload) partSource) (Blob, error) {
	if err := d.checkBlob(blob); err != nil {
		return Blob{}, err
	}
	if blob.Digest != "" {
		done, err := d.turns.take(ctx, blob.Digest)
		if err != nil {
			return Blob{}, err
		}
		defer done()
		// Under copy.Image nobody has asked about configs; and one call is less than three.
		size, has, err := d.HasBlob(ctx, blob.Digest)
		if err != nil {
			return Blob{}, err
		}
		if has {
			return Blob{Digest: blob.Digest, Size: size}, nil
		}
	}
	put, err := newUpload(d, blob).run(ctx, from)
	if err != nil {
		return Blob{}, err
	}
	d.blobs.learn(map[digest.Digest]int64{put.Digest: put.Size})
	return put, nil
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
