package controller

import (
	"context"
	"log/slog"
	"sync"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/staleness"
)

// looksAtOnce is how many images are looked at at a time for what belongs to them.
const looksAtOnce = 16

// looks is the stage at which the artifacts of images are looked at that destinations hold: it tells which of them lack
// some that came later. It needs the ledger, which has when that was done last.
type looks struct {
	looker  *staleness.Looker // nil = nothing is looked at
	setting artifacts.Filter  // what comes with images of entries that don't say it
	tally   *tally
}

// due reports whether the artifacts of an image are to be looked at now, for some of its destinations, if its job has
// nothing else to do.
func (l *looks) due(d decision) bool {
	return l != nil && l.looker != nil && !d.result.Stale() && len(l.dueAt(d)) > 0
}

// dueAt returns the destinations of an image for which it is to be looked at, by their positions.
func (l *looks) dueAt(d decision) (due []int) {
	if d.known == nil || d.result.Err != nil || l.filter(d.image).IsNone() {
		return nil
	}
	now, every := l.tally.clock(), d.image.options().ArtifactsEvery
	for n, found := range d.result.Destinations {
		r := d.known.destinations[n]
		if found.State != entry.Current || r.Key.Repository == "" || r.Now.Later {
			continue
		}
		next := r.Now.Artifacts.NextLook(r.Key, found.Wanted, d.known.source.Since, every, now)
		if !next.After(now) {
			due = append(due, n)
		}
	}
	return due
}

// filter returns which artifacts come with an image.
func (l *looks) filter(i image) artifacts.Filter {
	if filter, given := i.options().ArtifactFilter(); given {
		return filter
	}
	return l.setting
}

// look looks at images, some at a time, and hands each on, with what its destinations lack. Where that can't be had for
// now, nothing changes: it is tried again by the next sweep.
func (l *looks) look(ctx context.Context, images []decision, take func(context.Context, decision)) {
	if len(images) == 0 {
		return
	}
	looked := make(chan decision)
	slots := make(chan struct{}, looksAtOnce)
	go func() {
		defer close(looked)
		var looking sync.WaitGroup
		defer looking.Wait()
		for _, d := range images {
			slots <- struct{}{}
			looking.Go(func() {
				defer func() { <-slots }()
				looked <- l.at(ctx, d)
			})
		}
	}()
	for d := range looked {
		if ctx.Err() == nil {
			take(ctx, d)
		}
	}
}

// at looks at one image.
func (l *looks) at(ctx context.Context, d decision) decision {
	due := l.dueAt(d)
	wanted := d.result.Destinations[due[0]].Wanted
	q := staleness.Question{Source: d.image.artifactsFrom(), Digest: wanted, Filter: l.filter(d.image)}
	for _, n := range due {
		a := d.known.destinations[n].Now.Artifacts
		known := a.Found
		if a.Of != wanted || a.Lacks {
			known = ""
		}
		q.Destinations, q.Known = append(q.Destinations, d.image.destinations[n].Name), append(q.Known, known)
	}
	found, err := l.looker.Look(ctx, q)
	if err != nil {
		if ctx.Err() == nil {
			l.tally.log.Warn("artifacts not looked at", slog.String("source", d.result.Source), slog.Any("reason", err))
		}
		return d
	}
	l.tally.looked()
	for i, n := range due {
		r := &d.known.destinations[n].Now
		r.Artifacts = r.Artifacts.AfterLook(wanted, found.Found, found.Lacks[i], l.tally.clock())
		if found.Lacks[i] {
			d.lacks = append(d.lacks, n)
		}
	}
	return d
}

// artifactsFrom returns the repository that has the artifacts of an image.
func (i image) artifactsFrom() imagename.Name {
	if i.artifacts.Repository != "" {
		return i.artifacts
	}
	return i.source.Name
}
