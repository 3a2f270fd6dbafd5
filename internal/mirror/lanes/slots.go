package lanes

import "golang.org/x/sync/semaphore"

const (
	// smallBlob is up to how many bytes a blob takes round trips and nothing else to speak of.
	smallBlob = 64 << 10
	// smallEach is how many small blobs are copied at a time for each other one.
	smallEach = 2
)

// Slots are for blobs that are copied at a time. Small ones have slots of their own: configurations need not wait for
// layers, and what limits them is how many are on their way.
type Slots struct{ usual, small *semaphore.Weighted }

// NewSlots returns slots for so many blobs, and for twice as many small ones.
func NewSlots(blobs int) Slots {
	return Slots{semaphore.NewWeighted(int64(blobs)), semaphore.NewWeighted(int64(blobs) * smallEach)}
}

// Together returns the same slots for blobs of any size alone: an image by itself takes no more connections than its
// large blobs do.
func (s Slots) Together() Slots { return Slots{s.usual, s.usual} }

// of returns the slots for blobs of a size, -1 if it is not known.
func (s Slots) of(size int64) *semaphore.Weighted {
	if size >= 0 && size <= smallBlob {
		return s.small
	}
	return s.usual
}
