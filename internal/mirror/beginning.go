package mirror

import (
	"context"
	"sync"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/request"
)

// A beginning is what destinations had when the copy of a request began, of images whose turn comes later: what
// somebody writes there meanwhile is left. It is safe for concurrent use.
type beginning struct {
	mu  sync.Mutex
	had map[imagename.Name]digest.Digest // "" = nothing; those that did not tell are not in it
}

// note notes what a destination had.
func (b *beginning) note(name imagename.Name, d digest.Digest) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.had == nil {
		b.had = map[imagename.Name]digest.Digest{}
	}
	b.had[name] = d
}

// of returns what a destination had, if it has told.
func (b *beginning) of(name imagename.Name) (d digest.Digest, known bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	d, known = b.had[name]
	return d, known
}

// lookFirst begins to ask the destinations of those images of a request whose turn does not come at once what they
// have, if there is a guard. The first ones are copied meanwhile. The returned function ends it.
func (c *Copier) lookFirst(ctx context.Context, b *batch, asked request.Request) (end func()) {
	first := c.sideBySide(asked)
	if c.opts.Guard == nil || len(asked.Images) <= first {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var looking sync.WaitGroup
	looking.Go(func() {
		var asks errgroup.Group
		asks.SetLimit(placesAtOnce)
		for _, image := range asked.Images[first:] {
			for _, name := range c.admitted(ctx, image, asked) {
				asks.Go(func() error {
					d, err := digestOf(ctx, c.images, c.opts, name)
					if err == nil || isAbsent(err) {
						b.beginning.note(name, d)
					}
					return nil
				})
			}
		}
		_ = asks.Wait()
	})
	return func() {
		cancel()
		looking.Wait()
	}
}

// admitted returns the destinations of an image that may be asked, none if the context has ended.
func (c *Copier) admitted(ctx context.Context, image request.Image, asked request.Request) (names []imagename.Name) {
	if ctx.Err() != nil || c.opts.Gate.Source(ctx, image.Source.Name) != nil {
		return nil
	}
	for _, name := range asked.DestinationsOf(image) {
		if !name.IsOnDisk() && c.opts.Gate.Destination(name) == nil {
			names = append(names, name)
		}
	}
	return names
}

// leaveChanged fails the pending destinations that have something else by now than at the beginning.
func (r *Report) leaveChanged(b *beginning) {
	for _, result := range r.pending() {
		if had, is := b.of(result.Name); is && result.known && had != result.held {
			result.fail(destinationError(result.Name, "checking", &ChangedError{Had: had, Has: result.held}))
		}
	}
}
