package ecr

import "fmt"

// limits are those on a layer.
type limits struct {
	layerSize int64 // in bytes
	parts     int64
	partSize  int64 // in bytes
}

// Both are from the services' quotas. Private ECR's largest layer needs parts of more than the 10
// MiB that its quotas name; its API model allows 20.
var (
	privateLimits = limits{layerSize: 52_000 << 20, parts: 4_200, partSize: 20 << 20}
	publicLimits  = limits{layerSize: 10_000 << 20, parts: 1_000, partSize: 10 << 20}
)

// usualPartSize is what InitiateLayerUpload asks for in the examples of ECR's API reference, and the
// quota on a part's size.
const usualPartSize = 10 << 20

// choosePartSize returns the size in bytes that ECR asks for, or the next MiB of which no more
// parts than allowed hold the blob. Blobs of -1 bytes are of unknown size.
func (l limits) choosePartSize(asked, blob int64) int64 {
	asked = min(asked, l.partSize)
	if blob <= asked*l.parts {
		return asked
	}
	const mib = 1 << 20
	least := (blob-1)/l.parts + 1
	return (least + mib - 1) / mib * mib
}

func tooLarge(blob Blob) error {
	return fmt.Errorf("blob %s of %d bytes: %w", blob.Digest, blob.Size, ErrLayerTooLarge)
}
