package controller_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync"
	"time"

	"ecrmirror/internal/controller"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/expansion"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/listed"
	"ecrmirror/internal/selection"
)

// registries are what registries list in these tests: tags by repository, with its host.
type registries struct {
	tags   map[string][]string
	broken map[string]error // by repository
	silent map[string]bool  // they never answer

	mu     sync.Mutex
	listed map[string]int
}

func (r *registries) Tags(ctx context.Context, of imagename.Name, _ bool) (listed.Tags, error) {
	r.mu.Lock()
	if r.listed == nil {
		r.listed = map[string]int{}
	}
	r.listed[of.String()]++
	err, silent, tags := r.broken[of.String()], r.silent[of.String()], r.tags[of.String()]
	r.mu.Unlock()
	if silent {
		<-ctx.Done()
		return listed.Tags{}, ctx.Err()
	}
	var all listed.Tags
	for _, tag := range tags {
		all.Tags = append(all.Tags, listed.Tag{Name: tag})
	}
	return all, err
}

func (r *registries) Repositories(
	_ context.Context, registry imagename.Name, path string,
) (all listed.Repositories, err error) {
	below := imagename.Namespace{Registry: registry, Path: path}
	for text := range r.tags {
		if name, err := imagename.Parse(text); err == nil && below.Contains(name) {
			all.Names = append(all.Names, name.Repository)
		}
	}
	return all, nil
}

// choose returns a selection with rules of versions from 1 on.
func choose(source string, to ...string) entry.Entry {
	return entry.Entry{
		Source: source, Destinations: to, Tags: []entry.Rule{{Rule: selection.Rule{Version: ">=1", Newest: selection.All}}},
	}
}

// both are the entries of a world and selections.
type both struct {
	*world
	selections []entry.Entry
}

func (b both) All(ctx context.Context, now time.Time) iter.Seq2[entry.Entry, error] {
	return func(yield func(entry.Entry, error) bool) {
		for e, err := range b.world.All(ctx, now) {
			if !yield(e, err) {
				return
			}
		}
		for _, e := range b.selections {
			if !yield(e, ctx.Err()) {
				return
			}
		}
	}
}

// selecting returns a controller of a world with selections.
func selecting(w *world, r *registries, selections ...entry.Entry) *controller.Controller {
	c := w.controller()
	c.Entries = both{w, selections}
	c.Selections = func() controller.Selections { return &expansion.Expander{Lists: r, Now: time.Now} }
	return c
}

// status returns the status that the results of a world come to for a selection, in a line for each destination.
func status(w *world, e entry.Entry) (lines []string) {
	r, ok := w.status.results[e.Source]
	if !ok {
		return nil
	}
	if r.Err != nil {
		return []string{string(r.State()) + ": " + r.Err.Error()}
	}
	for _, d := range r.Destinations {
		line := d.Name + ": " + string(d.State)
		if d.Err != nil {
			line += ": " + d.Err.Error()
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

var errCut = errors.New("the list was cut off")
