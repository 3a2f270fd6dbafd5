package controller

import (
	"context"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
)

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
	w.putOff(ctx, asked)
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

// putOff puts off the items that still wait for an answer. A host is slow that has answered for some of the names that were to
// be asked for, or was asked at least, and not for all. One that was not even asked has not had its turn.
func (w *wave) putOff(ctx context.Context, asked []int) {
	if ctx.Err() != nil {
		return
	}
	reached, behind := map[string]bool{}, map[string]bool{}
	for _, name := range asked {
		a, host := w.answers[name], w.names[name].Host
		reached[host] = reached[host] || !a.asked.IsZero()
		behind[host] = behind[host] || !a.known
	}
	for _, i := range w.items {
		if i.missing.Load() == 0 {
			continue
		}
		var slow *host
		for _, name := range i.names() {
			if host := w.names[name].Host; !w.answers[name].known {
				h := w.run.hosts.left(host, reached[host] && behind[host])
				if slow == nil || h != nil && h.slow && !slow.slow {
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
	if w.run.record == nil {
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
		w.run.record(ctx, *end.item.entry, check)
	}
}
