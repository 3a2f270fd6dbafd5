package controller

import (
	"cmp"
	"context"
	"errors"
	"sync"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/schedule"
	"ecrmirror/internal/staleness"
)

// looksAtOnce is how many images are looked at at a time for what belongs to them.
const looksAtOnce = 16

// errLooksOver is why an image is not looked at: the next sweep does it.
var errLooksOver = errors.New("the time for that in this sweep is up")

// looks is the stage at which the artifacts of images are looked at that destinations hold: it tells which of them lack
// some that came later. It needs the ledger, which has when that was done last.
type looks struct {
	looker  *staleness.Looker
	setting artifacts.Filter // what comes with images of entries that don't say it
	limit   schedule.Limit
	tally   *tally
}

// A dueLook is an image that is to be looked at for some of its destinations, by their positions.
type dueLook struct {
	decision
	at     []int
	filter artifacts.Filter
}

// due returns the look at an image that is due now, if its job has nothing else to do.
func (l *looks) due(d decision) (due dueLook, is bool) {
	if l == nil || d.known == nil || d.result.Err != nil || d.result.Stale() {
		return due, false
	}
	due.decision = d
	now, every := l.tally.clock(), d.image.options().ArtifactsEvery
	for n, found := range d.result.Destinations {
		r := d.known.destinations[n]
		if found.State != entry.Current || r.Key.Repository == "" || r.Now.Later {
			continue
		}
		next := r.Now.Artifacts.NextLook(r.Key, found.Wanted, d.known.source.Since, every, now)
		if !next.After(now) {
			due.at = append(due.at, n)
		}
	}
	if len(due.at) == 0 {
		return due, false
	}
	due.filter = l.filter(d.image)
	return due, !due.filter.IsNone()
}

// filter returns which artifacts come with an image.
func (l *looks) filter(i image) artifacts.Filter {
	if filter, given := i.options().ArtifactFilter(); given {
		return filter
	}
	return l.setting
}

// look looks at images, some at a time, and hands each on, with what its destinations lack. Where that can't be had for
// now, or the time for it is up, nothing changes: the next sweep tries again.
func (l *looks) look(ctx context.Context, images []dueLook, take func(context.Context, decision)) {
	if len(images) == 0 {
		return
	}
	turn := l.limit.Later()
	within, stop := turn.Within(ctx)
	defer stop()
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
				err := errLooksOver
				if !turn.Over() {
					err = l.at(within, &d)
				}
				if err != nil {
					l.tally.unlooked(d.result.Source, cmp.Or(over(within), err))
				}
				looked <- d.decision
			})
		}
	}()
	for d := range looked {
		if ctx.Err() == nil {
			take(ctx, d)
		}
	}
}

// over returns [errLooksOver] once the time is up.
func over(ctx context.Context) error {
	if ctx.Err() != nil {
		return errLooksOver
	}
	return nil
}

// at looks at one image, and notes what its destinations lack.
func (l *looks) at(ctx context.Context, d *dueLook) error {
	wanted := d.result.Destinations[d.at[0]].Wanted
	q := staleness.Question{Source: d.image.artifacts, Digest: wanted, Filter: d.filter}
	for _, n := range d.at {
		q.Destinations = append(q.Destinations, d.image.destinations[n].Name)
		q.Known = append(q.Known, d.known.destinations[n].Now.Artifacts.Has(wanted))
	}
	found, err := l.looker.Look(ctx, q)
	if err != nil {
		return err
	}
	l.tally.looked()
	for i, n := range d.at {
		r := &d.known.destinations[n].Now
		lacks := found.Lacks[i]
		if why := found.Unlisted[i]; why != nil {
			l.tally.unlisted(d.result.Destinations[n].Name, why)
			lacks = lacks && !r.Artifacts.WasAsked(wanted, found.Found)
		}
		r.Artifacts = r.Artifacts.AfterLook(wanted, found.Found, lacks, l.tally.clock())
		if lacks {
			d.lacks = append(d.lacks, n)
		}
	}
	return nil
}
