// Package schedule says when a sweep looks at which entries. It bounds waves by their images, gives each wave a turn of
// the sweep's time, and orders the images at one host so that none waits for ever. It puts off entries whose images a
// slow host has not answered for, until all others have had their turn.
package schedule

import "ecrmirror/internal/entry"

// What a wave holds at most: so many images, and bytes of text; or one entry. It takes about 1 KB for each
// image beside.
const (
	waveImages = 24_000
	waveBytes  = 8 << 20
)

// A Batch is the entries of a wave. The zero Batch is empty.
type Batch struct {
	Entries []entry.Entry
	load    load
}

// Full reports whether there is no room for an entry. An empty batch has room for any entry.
func (b *Batch) Full(e entry.Entry) bool { return b.load.full(e) }

// Add adds an entry.
func (b *Batch) Add(e entry.Entry) {
	b.Entries = append(b.Entries, e)
	b.load.count(e, 1)
}

// Clear empties the batch. The next entries use its memory.
func (b *Batch) Clear() {
	clear(b.Entries)
	*b = Batch{Entries: b.Entries[:0]}
}

// A load is how much entries are.
type load struct{ entries, images, bytes int }

// full reports whether an entry is too much for the wave with this load.
func (l load) full(e entry.Entry) bool {
	images, bytes := weight(e)
	return l.entries > 0 && (l.images+images > waveImages || l.bytes+bytes > waveBytes)
}

// count counts an entry as there, or as gone if sign is -1.
func (l *load) count(e entry.Entry, sign int) {
	images, bytes := weight(e)
	l.entries, l.images, l.bytes = l.entries+sign, l.images+sign*images, l.bytes+sign*bytes
}

// weight returns how many images an entry has, and how many bytes of text, those of its status among them. Images of a
// selection share the text of their options.
func weight(e entry.Entry) (images, bytes int) {
	bytes = len(e.Source) + len(e.Status.Source) + len(e.Status.Error)
	if e.Selection == "" {
		bytes += e.OptionsSize()
	}
	for _, name := range e.Destinations {
		d := e.Status.Destinations[name]
		bytes += 2*len(name) + len(d.Digest) + len(d.Error) + len(d.JobID)
	}
	return 1 + len(e.Destinations), bytes
}
