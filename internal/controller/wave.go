package controller

import (
	"sync/atomic"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/ledgertable"
	"ecrmirror/internal/platforms"
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
	names   []*imagename.Name        // distinct, but for filters
	filters map[int]platforms.Filter // of the names of images of which it is asked what is left of them, by index
	indices map[key]int              // into names
	answers []answer                 // by name
	had     map[int]answer           // those that an earlier round has found, by index
	waiting [][]*item                // by name
	wanted  []int                    // the names that are asked for, by their indices
	known   chan *item               // gets each item as soon as all its answers are there

	records ledgertable.Records // what the ledger has of the images; empty without one
}

// An item is an image in a wave.
type item struct {
	image
	sourceAt       int           // index of the source's name; none where that is given
	given          answer        // what is known of the source: its digest is in the name, or an earlier round found it
	leftAt         int           // index of what is left of the source; none where that is not asked for
	destinationsAt []int         // of the destinations' names; none where one has an error
	missing        atomic.Int32  // answers that are still to come
	result         *entry.Result // of an entry that may be marked, once decided, unless a job was to be submitted
}

// none is the index of a name that is not looked up.
const none = -1

// wave returns a wave without images, with room for those of so many entries.
func (l *lookUps) wave(turn schedule.Turn, entries int) *wave {
	return &wave{
		lookUps: l, turn: turn, indices: make(map[key]int, 2*entries),
		filters: map[int]platforms.Filter{}, had: map[int]answer{},
	}
}

// add adds an image. A source that is named by its digest is looked up only if that is verified.
func (w *wave) add(i image, verify bool) {
	added := w.addItem(i)
	source := &added.source.Name
	switch {
	case source.Digest == "":
		added.sourceAt = w.index(source)
	case verify:
		pinned := *source
		pinned.Tag = "" // which may be at another digest
		added.sourceAt = w.index(&pinned)
	default:
		added.given = answer{known: true, digest: source.Digest}
	}
}

// addItem adds an image, of which the destinations are looked up.
func (w *wave) addItem(i image) *item {
	added := &item{image: i, sourceAt: none, leftAt: none, destinationsAt: make([]int, len(i.destinations))}
	for n := range i.destinations {
		added.destinationsAt[n] = none
		if d := &i.destinations[n]; d.Err == nil {
			added.destinationsAt[n] = w.index(&d.Name)
		}
	}
	w.items = append(w.items, added)
	return added
}

// index returns the index of a name.
func (w *wave) index(name *imagename.Name) int { return w.indexOf(name, platforms.Filter{}) }

// indexOf returns the index of what is left of an image; by the zero filter that of the image.
func (w *wave) indexOf(name *imagename.Name, filter platforms.Filter) int {
	k := keyOf(*name, filter)
	i, known := w.indices[k]
	if !known {
		i = len(w.names)
		w.indices[k] = i
		w.names = append(w.names, name)
		if !filter.IsZero() {
			w.filters[i] = filter
		}
	}
	return i
}

// asks returns the indices of the names that the item depends on, each once.
func (i *item) asks() []int {
	asks := make([]int, 0, 2+len(i.destinationsAt))
	for _, at := range []int{i.sourceAt, i.leftAt} {
		if at != none {
			asks = append(asks, at)
		}
	}
	for _, at := range i.destinationsAt {
		if at != none && at != i.sourceAt {
			asks = append(asks, at)
		}
	}
	return asks
}

// facts are what is known of an item.
type facts struct {
	source, left answer // what is left of the source may not be known yet
	destinations []answer
}

// found returns what is known of an item.
func (w *wave) found(i *item) (known facts) {
	if known.source = i.given; i.sourceAt != none {
		known.source = w.answers[i.sourceAt]
	}
	switch source := known.source; {
	case source.err != nil || source.digest == "" || i.filter.IsZero():
		known.left = source
	case i.leftAt != none:
		known.left = w.answers[i.leftAt]
	default:
		known.left.digest = i.remembered(w.records, source.digest)
		known.left.known = known.left.digest != ""
	}
	known.destinations = make([]answer, len(i.destinationsAt))
	for n, at := range i.destinationsAt {
		if at != none {
			known.destinations[n] = w.answers[at]
		}
	}
	return known
}

// asked returns since when what is known of an item is known: when the first of its images was asked for.
func (w *wave) asked(i *item) time.Time {
	first := i.given.asked
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
	w.memory.keep(*w.names[at], w.filters[at], *a)
	for _, i := range w.waiting[at] {
		if i.missing.Add(-1) == 0 {
			w.known <- i
		}
	}
}
