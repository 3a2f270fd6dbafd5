package mirror

import (
	"sync"
	"sync/atomic"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror/stock"
)

// A depot is what images that are copied side by side have in common at one place.
type depot struct {
	stock stock.Stock
	// slow says that the place has held up others: images that come later are brought to it apart from the beginning.
	slow atomic.Bool
}

// depots are those of all places of a request. The zero value has none yet; it is safe for concurrent use.
type depots struct {
	mu sync.Mutex
	by map[string]*depot // by the name's place
}

// at returns the depot of a destination's place.
func (d *depots) at(name imagename.Name) *depot {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.by == nil {
		d.by = map[string]*depot{}
	}
	place := name.Place()
	if d.by[place] == nil {
		d.by[place] = &depot{}
	}
	return d.by[place]
}
