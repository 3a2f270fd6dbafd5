package claims_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/claims"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/jobs"
	"ecrmirror/internal/ledger"
	"ecrmirror/internal/request"
)

var errCrashed = errors.New("the controller has crashed")

// An actor is a controller that sweeps again and again. It does one step at a time: each call of a port is one.
type actor struct {
	*model
	name string
	skew time.Duration

	turn, done chan struct{} // a step may be done; it was done
	ctx        context.Context
	cancel     context.CancelFunc
	running    bool
}

func newActor(m *model, name string, skew time.Duration) *actor {
	return &actor{model: m, name: name, skew: skew}
}

func (a *actor) idle() bool { return !a.running && a.ctx != nil }

// step lets the controller do one step of its sweep, or begin one.
func (a *actor) step() {
	if !a.running {
		a.running = true
		a.turn, a.done = make(chan struct{}), make(chan struct{})
		a.ctx, a.cancel = context.WithCancel(context.Background())
		go func() {
			<-a.turn
			a.sweep()
			a.running = false
			a.done <- struct{}{}
		}()
	}
	a.turn <- struct{}{}
	<-a.done
}

// pause ends a step. It returns an error once the controller has crashed, and from then on.
func (a *actor) pause() error {
	if a.ctx.Err() != nil {
		return errCrashed
	}
	a.done <- struct{}{}
	<-a.turn
	if a.ctx.Err() != nil {
		return errCrashed
	}
	return nil
}

// crash ends the sweep where it is.
func (a *actor) crash() {
	if a.running {
		a.tell("%s crashes", a.name)
		a.cancel()
		a.turn <- struct{}{}
		<-a.done
	}
	if a.cancel != nil {
		a.cancel()
	}
}

func (a *actor) clock() time.Time { return a.now.Add(a.skew) }

// sweep checks the images, and submits what is stale.
func (a *actor) sweep() {
	from, read := maps.Clone(a.source), map[string]ledger.Destination{}
	for _, destination := range destinations {
		read[destination] = a.ledger[keyOf(destination)]
	}
	if a.pause() != nil {
		return
	}
	listed, at := a.listing(), a.clock()
	if a.pause() != nil {
		return
	}
	var wishes []claims.Wish
	for _, tag := range tags {
		if w := a.wish(tag, from[tag], read); len(w.Records) > 0 {
			wishes = append(wishes, w)
		}
	}
	if len(wishes) == 0 {
		return
	}
	c := &claims.Claimer{Ledger: a, Jobs: a, Now: a.clock, AtOnce: 1, ID: func() string {
		a.ids++
		return fmt.Sprint(a.name, a.ids)
	}}
	c.Submit(a.ctx, listed, at, wishes)
}

// wish returns the wish for what is stale of an image.
func (a *actor) wish(tag string, from digest.Digest, read map[string]ledger.Destination) claims.Wish {
	source := written("ghcr.io/org/app:" + tag)
	w := claims.Wish{Together: true, Request: request.Request{Images: []request.Image{{Source: source, Digest: from}}}}
	for _, destination := range destinations {
		if tagOf(destination) != tag {
			continue
		}
		check := ledger.Check{Source: source.Text, From: from, Wanted: from, Has: a.has[destination], Now: a.clock()}
		now, err := read[destination].After(check)
		if err != nil || check.Has == from {
			if now != read[destination] {
				_, _ = a.WriteDestination(a.ctx, keyOf(destination), read[destination], now)
			}
			continue
		}
		w.Request.Destinations = append(w.Request.Destinations, written(destination))
		w.Records = append(w.Records, claims.Record{
			Key: keyOf(destination), Check: check, Read: read[destination], Now: now,
		})
	}
	return w
}

// A listing has the ids of jobs that had not ended, by their names.
type listing map[string]string

func (l listing) Has(name string) bool  { return l[name] != "" }
func (l listing) ID(name string) string { return l[name] }

func (a *actor) listing() listing {
	l := listing{}
	for _, j := range a.jobs {
		if !j.ended {
			l[j.name] = j.id
		}
	}
	return l
}

var errOvertaken = errors.New("overtaken")

// ReadDestination implements [claims.Ledger].
func (a *actor) ReadDestination(_ context.Context, k ledger.Key) (ledger.Destination, error) {
	return a.ledger[k], a.pause()
}

// WriteDestination implements [claims.Ledger].
func (a *actor) WriteDestination(
	_ context.Context, k ledger.Key, read, now ledger.Destination,
) (ledger.Destination, error) {
	if err := a.pause(); err != nil {
		return read, err
	}
	there := a.ledger[k]
	if there.Revision != read.Revision {
		return there, errOvertaken
	}
	now.Outcome, now.Revision = there.Outcome, read.Revision+1
	if f := now.Failure; f.Because != "" && f.Job != there.Failure.Job && f.Job == there.Outcome.Job {
		a.fail("%s counts as dead, and has said what came of it", f.Job)
	}
	a.ledger[k] = now
	a.tell("%s writes %s: claim %s %q", a.name, k.Repository, now.Claim.ID, now.Claim.Job)
	return now, nil
}

// Overtaken implements [claims.Ledger].
func (*actor) Overtaken(err error) bool { return errors.Is(err, errOvertaken) }

// Pieces implements [claims.Jobs]: each destination has a job of its own, half of the times.
func (a *actor) Pieces(r request.Request) (pieces []request.Request, err error) {
	if len(r.Destinations) == 0 {
		return nil, nil
	}
	if a.random.IntN(2) == 0 {
		return []request.Request{r}, nil
	}
	for _, destination := range r.Destinations {
		pieces = append(pieces, request.Request{Images: r.Images, Destinations: []imagename.Written{destination}})
	}
	return pieces, nil
}

// Put implements [claims.Jobs]. Its reply is lost now and then, with the job submitted or not.
func (a *actor) Put(ctx context.Context, name string, piece request.Request) (jobs.Placed, error) {
	deadline, _ := ctx.Deadline()
	within := a.now.Add(time.Until(deadline))
	if err := a.pause(); err != nil {
		return jobs.Placed{}, &jobs.Error{Err: err, Unknown: true}
	}
	lost := &jobs.Error{Err: errors.New("the reply was lost"), Unknown: true}
	if a.now.After(within) {
		return jobs.Placed{}, lost
	}
	switch n := a.random.IntN(8); {
	case a.well:
	case n == 0:
		a.tell("%s: a submission that is lost", a.name)
		return jobs.Placed{}, lost
	case n == 1:
		a.tell("%s: %s, whose reply is lost", a.name, a.submitted(name, piece).id)
		return jobs.Placed{}, lost
	case n == 2:
		return jobs.Placed{}, &jobs.Error{Err: errors.New("the queue is disabled")}
	}
	j := a.submitted(name, piece)
	a.tell("%s: %s for %s, %s", a.name, j.id, j.destinations, short(piece.Images[0].Digest))
	return jobs.Placed{ID: j.id}, nil
}

// Ends implements [claims.Jobs].
func (a *actor) Ends(_ context.Context, ids []string) (map[string]jobs.End, error) {
	if err := a.pause(); err != nil {
		return nil, err
	}
	ends := map[string]jobs.End{}
	for _, id := range ids {
		for _, j := range a.jobs {
			if j.id == id {
				ends[id] = jobs.End{Ended: j.ended, Succeeded: j.succeeded, Because: "out of memory"}
			}
		}
	}
	return ends, nil
}

// Together implements [claims.Jobs].
func (*actor) Together(requests []request.Request) []request.Group {
	return request.Together(requests, 50, 1000)
}

// written returns an image name as an entry has it.
func written(text string) imagename.Written {
	name, err := imagename.ParseWritten(text)
	if err != nil {
		panic(err)
	}
	return name
}
