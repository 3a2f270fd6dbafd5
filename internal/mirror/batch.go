package mirror

import (
	"context"
	"sync"

	"golang.org/x/sync/semaphore"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror/belonging"
	"ecrmirror/internal/mirror/errands"
	"ecrmirror/internal/mirror/lanes"
	"ecrmirror/internal/mirror/port"
)

// sideBySide is how many bytes of manifests an image may have that is copied beside all others; usual ones have up to a
// third of it. Of those that have more, some of up to someBeside are copied at a time, or one that is larger.
const (
	sideBySide = 96 << 10
	someBeside = 1 << 20
	bulkyTurns = 16
)

// A batch is what the images of one request have in common. It is safe for concurrent use.
type batch struct {
	alone     bool // it is one image
	asked     asked
	bulky     *semaphore.Weighted // turns of images of large manifests
	lanes     *lanes.Lanes
	progress  *blobProgress
	beginning beginning

	mu      sync.Mutex
	lists   map[string]*belonging.Lists // of what belongs to the manifests of a place
	depots  map[string]*depot           // by place
	errands map[string]*errands.Errands // by where the blobs are brought to
}

// newBatch returns what so many images have in common, which take a slot for each blob that is copied.
func newBatch(images int, opts Options, slots lanes.Slots) *batch {
	if images == 1 {
		slots = slots.Together()
	}
	return &batch{
		alone: images == 1, bulky: semaphore.NewWeighted(bulkyTurns),
		lanes: lanes.New(opts.Budget, slots), progress: newBlobProgress(opts.Progress),
		lists:  map[string]*belonging.Lists{},
		depots: map[string]*depot{}, errands: map[string]*errands.Errands{},
	}
}

// A room is how many bytes of manifests an image may have that takes so many turns for that; 0 bytes are any number.
type room struct{ bytes, turns int64 }

// rooms returns the rooms for an image of the batch, the smallest first.
func (b *batch) rooms() []room {
	if b.alone {
		return []room{{0, 0}}
	}
	return []room{{sideBySide, 0}, {someBeside, 1}, {0, bulkyTurns}}
}

// depot returns the depot of a destination's place.
func (b *batch) depot(name imagename.Name) *depot {
	b.mu.Lock()
	defer b.mu.Unlock()
	place := name.Place()
	if b.depots[place] == nil {
		b.depots[place] = &depot{}
	}
	return b.depots[place]
}

// artifactsAt returns what lists the artifacts of the manifests of an image's repository.
func (b *batch) artifactsAt(ctx context.Context, images port.Images, name imagename.Name) (*belonging.Lists, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	place := name.Place()
	if b.lists[place] == nil {
		list, err := images.Artifacts(ctx, name)
		if err != nil {
			return nil, err
		}
		b.lists[place] = belonging.NewLists(list)
	}
	return b.lists[place], nil
}

// firstPasses are those that bring all images to all places but to those that were set aside.
const firstPasses = ""

// errandsTo returns the errands that bring blobs to some places, or those of [firstPasses].
func (b *batch) errandsTo(places string) *errands.Errands {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.errands[places] == nil {
		b.errands[places] = &errands.Errands{}
	}
	return b.errands[places]
}
