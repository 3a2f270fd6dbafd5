package mirror

import (
	"cmp"
	"sync"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/types"
)

// A blobProgress tells of a blob that several passes move at the same time as of one that moves.
type blobProgress struct {
	to Progress

	mu   sync.Mutex
	told map[digest.Digest]*toldBlob
}

// A toldBlob is a blob of which something was told.
type toldBlob struct {
	moving int   // passes that move it
	err    error // of one of those that have ended since none did
}

func newBlobProgress(to Progress) *blobProgress {
	return &blobProgress{to: to, told: map[digest.Digest]*toldBlob{}}
}

// started says that a pass begins to move the blob to so many targets.
func (p *blobProgress) started(blob types.BlobInfo, targets int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := p.told[blob.Digest]
	if b == nil {
		b = &toldBlob{}
		p.told[blob.Digest] = b
	}
	if b.moving++; b.moving == 1 {
		b.err = nil
		p.to.BlobStarted(blob.Digest, blob.Size, targets)
	}
}

// done says that a pass has done with the blob, which it has moved or not.
func (p *blobProgress) done(blob types.BlobInfo, moved bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := p.told[blob.Digest]
	switch {
	case b == nil:
		p.told[blob.Digest] = &toldBlob{}
	case !moved: // another pass has told of it, or will
		return
	default:
		b.err = cmp.Or(b.err, err)
		if b.moving--; b.moving > 0 {
			return
		}
		err = b.err
	}
	p.to.BlobDone(blob.Digest, blob.Size, err)
}
