package mirror

import (
	"errors"
	"sync"
	"sync/atomic"

	"github.com/opencontainers/go-digest"
)

// A depot is what images of one request have in common at one place. It is safe for concurrent use.
type depot struct {
	// slow says that the place has held up others: images that come later are brought to it apart from the beginning.
	slow atomic.Bool

	mu   sync.Mutex
	has  map[digest.Digest]bool   // blobs that were found there, or brought
	late map[digest.Digest]*Error // blobs that did not come there in time, and why
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
	delete(d.late, blob)
}

// addLate notes that a blob did not come to the place in time, if that is what an error of its copy says.
func (d *depot) addLate(blob digest.Digest, err error) {
	var why *Error
	if !isLate(err) || !errors.As(err, &why) {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.late == nil {
		d.late = map[digest.Digest]*Error{}
	}
	d.late[blob] = why
}

// whyLate returns why a blob did not come to the place in time, nil if there is no such thing. Images that waited for
// the one that brought it would wait as long again, one after the other.
func (d *depot) whyLate(blob digest.Digest) *Error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.late[blob]
}

// forget forgets which blobs the place has, or could not get in time, so that they are looked for and brought again.
func (d *depot) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.has, d.late = nil, nil
}
