package controller

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/platforms"
	"ecrmirror/internal/schedule"
)

// lookUp asks for what is not known yet. The channel gives each item as soon as all its answers are there. It is to be
// read to its end.
func (w *wave) lookUp(ctx context.Context) <-chan *item {
	w.indices = nil
	w.note()
	w.answers, w.waiting = make([]answer, len(w.names)), make([][]*item, len(w.names))
	for at, name := range w.names {
		had, is := w.had[at]
		if w.answers[at] = had; !is {
			w.answers[at] = w.memory.recall(*name, w.filters[at])
		}
	}
	w.wanted = w.unknown()
	w.known = make(chan *item, len(w.items)) // none waits for those that decide: what the ledger has may come later
	go func() {
		defer close(w.known)
		for _, i := range w.items {
			if i.missing.Load() == 0 {
				w.known <- i
			}
		}
		w.ask(ctx)
	}()
	return w.known
}

// ask asks for the names that are wanted, within the turn: for images, and for what is left of some.
func (w *wave) ask(ctx context.Context) {
	within, cancel := w.turn.Within(ctx)
	defer cancel()
	begin := func(at int) bool {
		if w.turn.Over() {
			return false
		}
		w.answers[at].asked = w.clock()
		return true
	}
	found := func(at int, d digest.Digest, size int64, err error) {
		if ctx.Err() == nil && (err == nil || within.Err() == nil) { // what was interrupted did not fail by itself
			w.answer(at, d, size, err)
		}
	}
	var images, left []int
	var imageNames, leftNames []imagename.Name
	var filters []platforms.Filter
	for _, at := range w.wanted {
		if filter, is := w.filters[at]; is {
			left, leftNames, filters = append(left, at), append(leftNames, *w.names[at]), append(filters, filter)
		} else {
			images, imageNames = append(images, at), append(imageNames, *w.names[at])
		}
	}
	var asking sync.WaitGroup
	defer asking.Wait()
	if len(left) > 0 {
		asking.Go(func() {
			w.digests.LookUpWanted(within, leftNames, filters, func(n int) bool { return begin(left[n]) },
				func(n int, d digest.Digest, err error) { found(left[n], d, 0, err) })
		})
	}
	w.digests.LookUp(within, imageNames, func(n int) bool { return begin(images[n]) },
		func(n int, d digest.Digest, size int64, err error) { found(images[n], d, size, err) })
}

// note notes when the entries were last looked at, before any is again.
func (w *wave) note() {
	if w.turn.Again { // they are known
		return
	}
	for _, i := range w.items {
		for _, at := range i.asks() {
			w.hosts.Note(w.names[at].Host, i.entry)
		}
	}
}

// unknown returns the indices of the names that are to be asked for, those first that were not for the longest
// time, and has their items wait for them.
func (w *wave) unknown() []int {
	var wanted []int
	queued, places := make([]bool, len(w.names)), make([]schedule.Place, len(w.names))
	for _, i := range w.items {
		asks := slices.DeleteFunc(i.asks(), func(at int) bool { return w.answers[at].known })
		slow := !w.turn.Again && slices.ContainsFunc(asks, func(at int) bool { return w.hosts.Slow(w.names[at].Host) })
		for _, at := range asks {
			w.waiting[at] = append(w.waiting[at], i)
			i.missing.Add(1)
			if slow {
				continue // it is put off anyway
			}
			p := w.hosts.Place(w.names[at].Host, i.entry)
			if !queued[at] {
				wanted = append(wanted, at)
			}
			if !queued[at] || p.Compare(places[at]) < 0 {
				queued[at], places[at] = true, p
			}
		}
	}
	slices.SortStableFunc(wanted, func(a, b int) int { return places[a].Compare(places[b]) })
	return wanted
}

// late calls putOff for each item that still waits for an answer, with the host that it waits for. A host is slow that
// has answered for some of the names that were to be asked for, or was asked at least, and not for all. One that was
// not even asked has not had its turn.
func (w *wave) late(putOff func(*item, *schedule.Host)) {
	reached, behind := map[string]bool{}, map[string]bool{}
	for _, at := range w.wanted {
		a, host := w.answers[at], w.names[at].Host
		reached[host] = reached[host] || !a.asked.IsZero()
		behind[host] = behind[host] || !a.known
	}
	for _, i := range w.items {
		if i.missing.Load() == 0 {
			continue
		}
		var waitsFor *schedule.Host
		for _, at := range i.asks() {
			if host := w.names[at].Host; !w.answers[at].known {
				waitsFor = schedule.Slower(waitsFor, w.hosts.Left(host, reached[host] && behind[host]))
			}
		}
		putOff(i, waitsFor)
	}
}

// lastAsked returns, for each slow host, the item among those with a result for which its images were asked for last.
func (w *wave) lastAsked() map[string]*item {
	last, times := map[string]*item{}, map[string]time.Time{}
	for _, i := range w.items {
		for _, at := range i.asks() {
			host, asked := w.names[at].Host, w.answers[at].asked
			if i.result != nil && w.hosts.Slow(host) && asked.After(times[host]) {
				last[host], times[host] = i, asked
			}
		}
	}
	return last
}
