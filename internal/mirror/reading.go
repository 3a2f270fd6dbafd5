package mirror

import (
	"sync"

	"github.com/opencontainers/go-digest"
)

// A reading counts the bytes of blobs that were read. The zero value has counted none.
type reading struct {
	mu   sync.Mutex
	sum  int64
	most map[digest.Digest]int64 // by a single transfer of each blob
}

// add notes that a transfer has read so many bytes of a blob.
func (r *reading) add(d digest.Digest, n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.most == nil {
		r.most = map[digest.Digest]int64{}
	}
	r.sum += n
	r.most[d] = max(r.most[d], n)
}

// sums returns how many bytes were read, and how many of these more than once.
func (r *reading) sums() (all, again int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	again = r.sum
	for _, n := range r.most {
		again -= n
	}
	return r.sum, again
}
