package controller

import "ecrmirror/internal/entry"

// What a wave holds at most: so many images, and bytes of text; or one entry. It takes about 1 KB for each
// image beside.
const (
	waveImages = 24_000
	waveBytes  = 8 << 20
)

// A batch is entries for a wave.
type batch struct {
	entries       []entry.Entry
	n             int // entries
	images, bytes int
}

// full reports whether an entry is too much for the wave.
func (b *batch) full(e entry.Entry) bool {
	images, bytes := weight(e)
	return b.n > 0 && (b.images+images > waveImages || b.bytes+bytes > waveBytes)
}

func (b *batch) add(e entry.Entry) {
	b.entries = append(b.entries, e)
	b.count(e, 1)
}

// count counts an entry as there, or as gone if sign is -1.
func (b *batch) count(e entry.Entry, sign int) {
	images, bytes := weight(e)
	b.n, b.images, b.bytes = b.n+sign, b.images+sign*images, b.bytes+sign*bytes
}

func (b *batch) clear() {
	clear(b.entries)
	*b = batch{entries: b.entries[:0]}
}

// weight returns how many images an entry has, and how many bytes of text, those of its status among them.
func weight(e entry.Entry) (images, bytes int) {
	bytes = len(e.Source) + len(e.Status.Source) + len(e.Status.Error)
	for _, name := range e.Destinations {
		d := e.Status.Destinations[name]
		bytes += 2*len(name) + len(d.Digest) + len(d.Error) + len(d.JobID)
	}
	return 1 + len(e.Destinations), bytes
}
