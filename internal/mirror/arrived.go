package mirror

import (
	"context"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/pkg/blobinfocache/none"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/chunked"
)

// expect says what is going to be copied to the target.
func (t *target) expect(img *image, least chunked.LeastRate) {
	t.arrived, t.all, t.least = map[digest.Digest]bool{}, len(img.blobs), chunked.NewRateWatch(least)
}

// arrive notes that the target has a blob. It is false if that was known.
func (t *target) arrive(d digest.Digest) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.arrived[d] {
		return false
	}
	t.arrived[d] = true
	return true
}

func (t *target) hasArrived(d digest.Digest) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.arrived[d]
}

// lacksBlobs reports whether the target is not known to have all blobs.
func (t *target) lacksBlobs() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.arrived) < t.all
}

// has reports whether the target has the blob.
func (t *target) has(ctx context.Context, blob types.BlobInfo, opts Options) (ok bool, err error) {
	if t.available != nil {
		size, ok := t.available[blob.Digest]
		return ok && mayHave(blob, size), nil
	}
	var found types.BlobInfo
	err = opts.within(ctx, func(ctx context.Context) error {
		ok, found, err = t.dest.TryReusingBlob(ctx, blob, none.NoCache, false)
		return err
	})
	return ok && mayHave(blob, found.Size), err
}

// mayHave reports whether what a target has in the place of a blob, of so many bytes, may be the blob. A
// size below 0 is not known. Stores lose bytes and keep the name; to send the blob again does no harm.
func mayHave(blob types.BlobInfo, size int64) bool {
	switch {
	case size < 0:
		return true
	case blob.Size < 0:
		return size > 0 || blob.Digest == blob.Digest.Algorithm().FromBytes(nil)
	}
	return size == blob.Size
}
