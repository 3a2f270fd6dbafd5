package ecr

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/opencontainers/go-digest"
)

// maxDigests is the number of digests that BatchCheckLayerAvailability takes.
const maxDigests = 100

// unavailable is what availability remembers of a blob that has to be uploaded.
const unavailable int64 = -1

// availability remembers which blobs a repository has. The zero value knows nothing.
type availability struct {
	mu    sync.Mutex
	sizes map[digest.Digest]int64 // in bytes, or unavailable
}

// size returns what is known of a blob.
func (a *availability) size(d digest.Digest) (size int64, known bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	size, known = a.sizes[d]
	return size, known
}

// learn adds to what is known.
func (a *availability) learn(sizes map[digest.Digest]int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.sizes == nil {
		a.sizes = map[digest.Digest]int64{}
	}
	maps.Copy(a.sizes, sizes)
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

// checkAvailability asks about at most maxDigests blobs and answers for each one. Only what is
// plainly available counts: an archived layer, one that ECR has no word on, or one it can't make
// sense of has to be uploaded.
func (c calls) checkAvailability(ctx context.Context, digests []digest.Digest) (map[digest.Digest]int64, error) {
	in := &ecr.BatchCheckLayerAvailabilityInput{RegistryId: c.registryID(), RepositoryName: c.repositoryName()}
	sizes := map[digest.Digest]int64{}
	for _, d := range digests {
		in.LayerDigests = append(in.LayerDigests, d.String())
		sizes[d] = unavailable
	}
	out, err := calling(ctx, c, "BatchCheckLayerAvailability", c.api.BatchCheckLayerAvailability, in)
	if err != nil {
		return nil, err
	}
	for _, layer := range out.Layers {
		d := digest.Digest(aws.ToString(layer.LayerDigest))
		_, asked := sizes[d]
		if asked && layer.LayerAvailability == ecrtypes.LayerAvailabilityAvailable && layer.LayerSize != nil {
			sizes[d] = *layer.LayerSize
		}
	}
	return sizes, nil
}
