package controller

import (
	"sync/atomic"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/ledgertable"
	"ecrmirror/internal/schedule"
)

// lookUps asks for images. It is what the waves of a run have in common.
type lookUps struct {
	digests Digests
	hosts   *schedule.Hosts
	memory  *memory
	clock   func() time.Time
}

// A wave is a number of images that are looked up together: each name once, however many images have it.
type wave struct {
	*lookUps
	turn    schedule.Turn
	items   []*item
	names   []*imagename.Name // distinct
	indices map[key]int       // into names
	answers []answer          // by name
	waiting [][]*item         // by name
	wanted  []int             // the names that are asked for, by their indices
	known   chan *item        // gets each item as soon as all its answers are there

	records ledgertable.Records // what the ledger has of the images; empty without one
}

// An item is an image in a wave.
type item struct {
	image
	sourceAt       int           // index of the source's name; none where its digest is in the name, unless verified
	destinationsAt []int         // of the destinations' names; none where one has an error
	missing        atomic.Int32  // answers that are still to come
	result         *entry.Result // of an entry that may be marked, once decided, unless a job was to be submitted
}

// none is the index of a name that is not looked up.
const none = -1

// wave returns a wave without images, with room for those of so many entries.
func (l *lookUps) wave(turn schedule.Turn, entries int) *wave {
	return &wave{lookUps: l, turn: turn, indices: make(map[key]int, 2*entries)}
}

// verifying returns a wave of images whose sources are named by their digests, and are looked up all the same.
func (l *lookUps) verifying(turn schedule.Turn, pinned []image, records ledgertable.Records) *wave {
	w := l.wave(turn, len(pinned))
	w.records = records
	for _, i := range pinned {
		w.add(i, true)
	}
	return w
}

// add adds an image. A source that is named by its digest is looked up only if that is verified.
func (w *wave) add(i image, verify bool) {
	added := &item{image: i, sourceAt: none, destinationsAt: make([]int, len(i.destinations))}
	source := &added.source.Name
	switch {
	case source.Digest == "":
		added.sourceAt = w.index(source)
	case verify:
		pinned := *source
		pinned.Tag = "" // which may be at another digest
		added.sourceAt = w.index(&pinned)
	}
	for n := range i.destinations {
		added.destinationsAt[n] = none
		if d := &i.destinations[n]; d.Err == nil {
			added.destinationsAt[n] = w.index(&d.Name)
		}
	}
	w.items = append(w.items, added)
}

// index returns the index of a name.
func (w *wave) index(name *imagename.Name) int {
	k := keyOf(*name)
	i, known := w.indices[k]
	if !known {
		i = len(w.names)
		w.indices[k] = i
		w.names = append(w.names, name)
	}
	return i
}

// asks returns the indices of the names that the item depends on, each once.
func (i *item) asks() []int {
	asks := make([]int, 0, 1+len(i.destinationsAt))
	if i.sourceAt != none {
		asks = append(asks, i.sourceAt)
	}
	for _, at := range i.destinationsAt {
		if at != none && at != i.sourceAt {
			asks = append(asks, at)
		}
	}
	return asks
}

// found returns what is known of an item's source and destinations.
func (w *wave) found(i *item) (source answer, destinations []answer) {
	source = answer{known: true, digest: i.source.Name.Digest}
	if i.sourceAt != none {
		source = w.answers[i.sourceAt]
	}
	destinations = make([]answer, len(i.destinationsAt))
	for n, at := range i.destinationsAt {
		if at != none {
			destinations[n] = w.answers[at]
		}
	}
	return source, destinations
}

// asked returns since when what is known of an item is known: when the first of its images was asked for.
func (w *wave) asked(i *item) (first time.Time) {
	for _, at := range i.asks() {
		if asked := w.answers[at].asked; first.IsZero() || asked.Before(first) {
			first = asked
		}
	}
	return first
}

// answer takes what is known of a name, and hands on the items that waited for nothing else.
func (w *wave) answer(at int, d digest.Digest, size int64, err error) {
	a := &w.answers[at]
	if a.asked.IsZero() { // it could not even be asked
		a.asked = w.clock()
	}
	a.known, a.digest, a.size, a.err = true, d, size, err
	w.hosts.Answered(w.names[at].Host)
	w.memory.keep(*w.names[at], *a)
	for _, i := range w.waiting[at] {
		if i.missing.Add(-1) == 0 {
			w.known <- i
		}
	}
}
