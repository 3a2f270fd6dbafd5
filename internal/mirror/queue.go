package mirror

import "sync"

// A queue has the manifests that can be put at a place, in order. It is safe for concurrent use.
type queue struct {
	mu      sync.Mutex
	atOnce  int   // how many are put at a time
	ready   []int // by their positions in the graph
	putting int   // goroutines that put them
}

// manifestsAtOnce is how many manifests are put at a place at a time.
const manifestsAtOnce = 8

// add adds manifests, and returns how many more goroutines are to put them.
func (q *queue) add(ready []int) (more int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ready = append(q.ready, ready...)
	more = min(q.atOnce-q.putting, len(ready))
	q.putting += more
	return more
}

// next returns the next manifest to put; ok is false if there is none, and the goroutine ends.
func (q *queue) next() (i int, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.ready) == 0 {
		q.putting--
		return 0, false
	}
	i, q.ready = q.ready[0], q.ready[1:]
	return i, true
}
