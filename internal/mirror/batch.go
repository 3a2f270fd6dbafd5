package mirror

import (
	"golang.org/x/sync/semaphore"
)

// sideBySide is how many bytes of manifests an image may have that is copied beside others; usual ones have up to a
// tenth of it. Those that have more take turns.
const sideBySide = 256 << 10

// A batch is what the images of one request have in common.
type batch struct {
	depots depots
	alone  bool                // it is one image
	bulky  *semaphore.Weighted // the turn of an image of large manifests

	progress *blobProgress
}

func newBatch(images int, to Progress) *batch {
	return &batch{alone: images == 1, bulky: semaphore.NewWeighted(1), progress: newBlobProgress(to)}
}

// mostManifests returns how many bytes of manifests an image may have without a turn; 0 = any number.
func (b *batch) mostManifests() int64 {
	if b.alone {
		return 0
	}
	return sideBySide
}
