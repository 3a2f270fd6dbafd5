package mirror

import (
	"sync"
	"sync/atomic"

	"github.com/opencontainers/go-digest"
)

// A depot is what images of one request have in common at one place. It is safe for concurrent use.
type depot struct {
	// slow says that the place has held up others: images that come later are brought to it apart from the beginning.
	slow atomic.Bool

	mu  sync.Mutex
	has map[digest.Digest]bool // blobs that were found there, or brought
}

// hasBlob reports whether the place is known to have a blob.
func (d *depot) hasBlob(blob digest.Digest) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.has[blob]
}

// mostRemembered is of how many blobs something is remembered, about: a hundred usual images have some thousands, and
// hostile ones can name any number.
const mostRemembered = 50_000

// addBlob notes that the place has a blob. Of too many all are forgotten: to look for one again does no harm.
func (d *depot) addBlob(blob digest.Digest) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.has == nil || len(d.has) >= mostRemembered {
		d.has = map[digest.Digest]bool{}
	}
	d.has[blob] = true
}

// forget forgets which blobs the place has, so that they are looked for again.
func (d *depot) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.has = nil
}
