package ecr

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/turns"
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
	turns  turns.Turns[digest.Digest] // at uploading
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

// HasBlob reports whether the repository has the blob, and its size in bytes. It asks only about what
// AvailableBlobs or PutBlob has not found.
func (d *Destination) HasBlob(ctx context.Context, blob digest.Digest) (size int64, has bool, err error) {
	if size, known := d.blobs.size(blob); known {
		return size, size != unavailable, nil
	}
	found, err := d.AvailableBlobs(ctx, []digest.Digest{blob})
	if err != nil {
		return 0, false, err
	}
	size, has = found[blob]
	return size, has, nil
}

// AvailableBlobs returns those of the blobs that the repository has, with their sizes in bytes, in
// one call for each 100. HasBlob and PutBlob answer from what this found, so that a whole image costs
// no more calls.
func (d *Destination) AvailableBlobs(
	ctx context.Context, digests []digest.Digest,
) (map[digest.Digest]int64, error) {
	distinct := slices.Compact(slices.Sorted(slices.Values(digests)))
	available := map[digest.Digest]int64{}
	for batch := range slices.Chunk(distinct, maxDigests) {
		sizes, err := d.checkAvailability(ctx, batch)
		if err != nil {
			return nil, err
		}
		d.blobs.learn(sizes)
		for blob, size := range sizes {
			if size != unavailable {
				available[blob] = size
			}
		}
	}
	return available, nil
}
