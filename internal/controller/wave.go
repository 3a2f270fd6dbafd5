package controller

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/table"
)

// none is the index of a name that is not looked up.
const none = -1

// take is what is done with a decision. It may be called by several goroutines at once.
type take func(context.Context, table.Entry, Decision)

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
	entry   *table.Entry
	source  *imagename.Name // one of the wave's names, unless it is pinned
	name    int             // of the source, none if it is pinned
	targets []target
	missing atomic.Int32 // answers that are still to come
	decided *Decision    // unless a job was to be submitted
}

// judgeWave looks at these entries and hands each decision to take. What it is not told in the turn
// is put off.
func (r *run) judgeWave(ctx context.Context, entries []table.Entry, t turn, take take) {
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
func (w *wave) add(ctx context.Context, entry *table.Entry) {
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

// note notes when the entries were last looked at, before any is again.
func (w *wave) note() {
	if w.turn.again { // they are known
		return
	}
	for _, i := range w.items {
		for _, name := range i.names() {
			w.run.hosts.note(w.names[name].Host, i.entry)
		}
	}
}

// lookUp asks for what is not known yet, and decides about each item when all is.
func (w *wave) lookUp(ctx context.Context) {
	w.answers, w.waiting = make([]answer, len(w.names)), make([][]*item, len(w.names))
	for i, name := range w.names {
		w.answers[i] = w.run.recall(name)
	}
	asked := w.unknown()
	for _, i := range w.items {
		if i.missing.Load() == 0 {
			w.decide(ctx, i)
		}
	}
	names := make([]imagename.Name, len(asked))
	for n, i := range asked {
		names[n] = w.names[i]
	}
	within, cancel := w.turn.within(ctx)
	defer cancel()
	w.run.Digests.LookUp(within, names, func(n int) bool {
		if w.turn.over() {
			return false
		}
		w.answers[asked[n]].asked = w.run.clock()
		return true
	}, func(n int, d digest.Digest, size int64, err error) {
		if ctx.Err() != nil || err != nil && within.Err() != nil {
			return // what was being looked up then did not fail by itself
		}
		w.answer(ctx, asked[n], d, size, err)
	})
	w.putOff(ctx)
}

// unknown returns the indices of the names that are to be asked for, those first that were not for the longest
// time, and has their items wait for them.
func (w *wave) unknown() []int {
	var asked []int
	queued, places := make([]bool, len(w.names)), make([]place, len(w.names))
	for _, i := range w.items {
		names := slices.DeleteFunc(i.names(), func(name int) bool { return w.answers[name].known })
		slow := !w.turn.again && slices.ContainsFunc(names, func(name int) bool { return w.run.hosts.slow(w.names[name].Host) })
		for _, name := range names {
			w.waiting[name] = append(w.waiting[name], i)
			i.missing.Add(1)
			if slow {
				continue // it is put off anyway
			}
			p := w.run.hosts.place(w.names[name].Host, i.entry)
			if !queued[name] {
				asked = append(asked, name)
			}
			if !queued[name] || p.compare(places[name]) < 0 {
				queued[name], places[name] = true, p
			}
		}
	}
	slices.SortStableFunc(asked, func(a, b int) int { return places[a].compare(places[b]) })
	return asked
}

// answer takes what is known of a name, and decides about the items that waited for nothing else.
func (w *wave) answer(ctx context.Context, name int, d digest.Digest, size int64, err error) {
	a := &w.answers[name]
	if a.asked.IsZero() { // it could not even be asked
		a.asked = w.run.clock()
	}
	a.known, a.digest, a.size, a.err = true, d, size, err
	w.run.hosts.answer(w.names[name].Host)
	w.run.memory.keep(w.names[name], *a)
	for _, waiting := range w.waiting[name] {
		if waiting.missing.Add(-1) == 0 {
			w.decide(ctx, waiting)
		}
	}
}

// putOff puts off the items that still wait for an answer.
func (w *wave) putOff(ctx context.Context) {
	if ctx.Err() != nil {
		return
	}
	for _, i := range w.items {
		if i.missing.Load() == 0 {
			continue
		}
		var slow *host
		for _, name := range i.names() {
			if a := w.answers[name]; !a.known {
				if h := w.run.hosts.left(w.names[name].Host, !a.asked.IsZero()); slow == nil {
					slow = h
				}
			}
		}
		w.run.putOff(i.entry, slow)
	}
	if w.run.over() {
		w.mark(ctx)
	}
}

// mark has the statuses written by which the next sweep sees how far this one has got: at each host that has not answered for
// all of its images, that of the last entry that was looked at.
func (w *wave) mark(ctx context.Context) {
	if w.run.recorder == nil {
		return
	}
	type end struct {
		item  *item
		asked time.Time
	}
	ends := map[string]end{}
	for _, i := range w.items {
		for _, name := range i.names() {
			host, asked := w.names[name].Host, w.answers[name].asked
			if i.decided != nil && w.run.hosts.slow(host) && asked.After(ends[host].asked) {
				ends[host] = end{i, asked}
			}
		}
	}
	for _, end := range ends {
		check := end.item.decided.check(w.run.clock())
		check.Written = true
		w.run.recorder.Record(ctx, *end.item.entry, check)
	}
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
	job, wanted := d.Job()
	d.stale = len(job.Destinations)
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
	if _, wanted = d.Job(); !wanted {
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
