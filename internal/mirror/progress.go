package mirror

import (
	"cmp"
	"maps"
	"sync"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/mirror/content"
)

// Progress is told how a copy goes. Its methods are called concurrently and must return quickly.
// Sizes are in bytes.
type Progress interface {
	// Image says what is to be copied: of an image how many manifests, and how many blobs of what size that no other
	// image of the request has that was told of.
	Image(source string, destinations, manifests, blobs int, size int64)
	// BlobStarted says that a blob begins to move to so many destinations. A size of -1 is unknown.
	BlobStarted(d digest.Digest, size int64, destinations int)
	// BlobRead says that n more bytes of the blob were read from the source.
	BlobRead(d digest.Digest, n int64)
	// BlobDone says that the blob is where it should be, or failed. Where nothing had to move there
	// was no BlobStarted. The size is the one that it has in Image's.
	BlobDone(d digest.Digest, size int64, err error)
	// SetAside says that a destination held up faster ones, and gets its blobs apart from them from now on: what it
	// lacks is read once more.
	SetAside(destination string)
	// Manifest says that a manifest arrived at a destination.
	Manifest(destination string, d digest.Digest)
	// Done says that a destination is complete, or failed.
	Done(destination string, err error)
}

// unwatched is the Progress that nobody watches.
type unwatched struct{}

func (unwatched) Image(string, int, int, int, int64)    {}
func (unwatched) BlobStarted(digest.Digest, int64, int) {}
func (unwatched) BlobRead(digest.Digest, int64)         {}
func (unwatched) BlobDone(digest.Digest, int64, error)  {}
func (unwatched) SetAside(string)                       {}
func (unwatched) Manifest(string, digest.Digest)        {}
func (unwatched) Done(string, error)                    {}

// A blobProgress tells of a blob that several passes and images move at the same time as of one that moves.
type blobProgress struct {
	to Progress

	mu   sync.Mutex
	told map[digest.Digest]*toldBlob
}

// A toldBlob is a blob of which something was told.
type toldBlob struct {
	moving int   // passes that move it
	ended  bool  // it was told how it ended
	err    error // of one of those that have ended since none did
}

func newBlobProgress(to Progress) *blobProgress {
	return &blobProgress{to: to, told: map[digest.Digest]*toldBlob{}}
}

// image says that an image is to be copied to so many destinations.
func (p *blobProgress) image(r *Report, destinations int, blobs []content.Blob) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.told) > mostRemembered { // what an earlier image had counts as new
		maps.DeleteFunc(p.told, func(_ digest.Digest, b *toldBlob) bool { return b.moving == 0 })
	}
	n, size := 0, int64(0)
	for _, blob := range blobs {
		if p.told[blob.Digest] == nil {
			p.told[blob.Digest] = &toldBlob{}
			n++
			size += max(blob.Size, 0)
		}
	}
	p.to.Image(r.Source.String(), destinations, r.Manifests, n, size)
}

// of returns what was told of a blob. p.mu is held.
func (p *blobProgress) of(blob content.Blob) *toldBlob {
	if p.told[blob.Digest] == nil {
		p.told[blob.Digest] = &toldBlob{}
	}
	return p.told[blob.Digest]
}

// started says that a pass begins to move the blob to so many places.
func (p *blobProgress) started(blob content.Blob, places int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := p.of(blob)
	if b.moving++; b.moving == 1 {
		b.err = nil
		p.to.BlobStarted(blob.Digest, blob.Size, places)
	}
}

// done says that a pass has done with the blob, which it has moved or not.
func (p *blobProgress) done(blob content.Blob, moved bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := p.of(blob)
	switch {
	case moved:
		b.err = cmp.Or(b.err, err)
		b.moving--
	case b.moving > 0, b.ended && (b.err == nil || err != nil):
		return // others have told of it, or will
	default:
		b.err = err
	}
	if b.moving == 0 {
		b.ended = true
		p.to.BlobDone(blob.Digest, blob.Size, b.err)
	}
}
