package ecr

import (
	"context"
	"maps"
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
