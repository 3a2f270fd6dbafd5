package controller

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
)

// none is the index of a name that is not looked up.
const none = -1

// take is what is done with a decision. It may be called by several goroutines at once.
type take func(context.Context, entry.Entry, Decision)

// A wave is a number of entries that are looked at together.
type wave struct {
	run  *run
	turn turn
	take take

	items   []*item
	names   []imagename.Name // distinct
	indices map[key]int      // into names
	answers []answer         // by name
	waiting [][]*item        // by name

	mu     sync.Mutex
	pinned []*item // stale entries with a pinned source, which has to be looked for
}

// An item is an entry on its way to a decision.
type item struct {
	entry   *entry.Entry
	source  *imagename.Name // one of the wave's names, unless it is pinned
	name    int             // of the source, none if it is pinned
	targets []target
	missing atomic.Int32 // answers that are still to come
	decided *Decision    // unless a job was to be submitted
}

// judgeWave looks at these entries and hands each decision to take. What it is not told in the turn
// is put off.
func (r *run) judgeWave(ctx context.Context, entries []entry.Entry, t turn, take take) {
	began := time.Now()
	w := &wave{run: r, turn: t, take: take, indices: make(map[key]int, 2*len(entries))}
	for i := range entries {
		w.add(ctx, &entries[i])
	}
	w.indices = nil
	w.note()
	w.lookUp(ctx)
	if len(w.pinned) > 0 && ctx.Err() == nil {
		r.judgePinned(ctx, w.pinned, t, take)
	}
	r.hosts.measure(time.Since(began))
}

// add parses an entry and puts its names among those to be looked up.
func (w *wave) add(ctx context.Context, entry *entry.Entry) {
	i := &item{entry: entry, name: none}
	source, targets, err := w.parse(entry)
	if err != nil {
		w.take(ctx, *entry, Decision{Source: entry.Source, Err: err})
		return
	}
	i.targets = targets
	if source.Digest == "" {
		i.name = w.index(source)
	} else {
		i.source = &source
	}
	w.items = append(w.items, i)
}

// sourceOf returns the name of an item's source.
func (w *wave) sourceOf(i *item) imagename.Name {
	if i.source != nil {
		return *i.source
	}
	return w.names[i.name]
}

// index returns the index of a name.
func (w *wave) index(name imagename.Name) int {
	k := keyOf(name)
	i, known := w.indices[k]
	if !known {
		i = len(w.names)
		w.indices[k] = i
		w.names = append(w.names, name)
	}
	return i
}

// names returns the names that the item depends on, each once.
func (i *item) names() []int {
	var names []int
	if i.name != none {
		names = append(names, i.name)
	}
	for _, t := range i.targets {
		if t.err == nil && t.name != i.name {
			names = append(names, t.name)
		}
	}
	return names
}

// decide decides about an item of which everything is known.
func (w *wave) decide(ctx context.Context, i *item) {
	d := Decision{Source: i.entry.Source, checked: w.checked(i)}
	var has answer
	if i.name != none {
		has = w.answers[i.name]
	}
	if d.Digest, d.Size, d.Err = i.sourceDigest(has); d.Err == nil {
		for _, t := range i.targets {
			var found answer
			if t.err == nil {
				found = w.answers[t.name]
			}
			d.Destinations = append(d.Destinations, compare(d.Digest, t, found, w.run.CreatesRepositories))
		}
	}
	w.run.contest(ctx, &d)
	asked, wanted := d.Request()
	d.stale = len(asked.Destinations)
	if wanted && i.name == none {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.pinned = append(w.pinned, i)
		return
	}
	source := w.sourceOf(i)
	if until := w.run.Digests.DeferredUntil(source); wanted && !until.IsZero() {
		d.postpone(&outOfBudget{source.Host, until})
	}
	if _, wanted = d.Request(); !wanted {
		i.decided = &d
	}
	w.take(ctx, *i.entry, d)
}

// checked returns since when what is known of an item is known: when the first of its images was asked for.
// A check that began later knows better.
func (w *wave) checked(i *item) (first time.Time) {
	for _, name := range i.names() {
		if asked := w.answers[name].asked; first.IsZero() || asked.Before(first) {
			first = asked
		}
	}
	return first
}

// judgePinned decides about stale entries whose sources are named by their digests: no job is to be
// submitted, sweep after sweep, that can only fail because the source is not there.
func (r *run) judgePinned(ctx context.Context, items []*item, t turn, take take) {
	w := &wave{run: r, turn: t, take: take, indices: map[key]int{}}
	for _, old := range items {
		i := &item{entry: old.entry, source: old.source}
		source := *old.source
		source.Tag = "" // which may be at another digest
		i.name = w.index(source)
		_, i.targets, _ = w.parse(old.entry)
		w.items = append(w.items, i)
	}
	w.lookUp(ctx)
}
