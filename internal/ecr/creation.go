package ecr

import (
	"context"
	"sync"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/turns"
)

// creations lets a client create each missing repository once at a time. The zero value is
// ready.
type creations struct {
	turns turns.Turns[string] // by place

	mu   sync.Mutex
	done map[string]int // by place: how often it was created
}

// A creation creates one repository where it turns out to be missing.
type creation struct {
	all    *creations
	place  string
	create func(context.Context) error
}

func (c *creations) of(name imagename.Name, create func(context.Context) error) *creation {
	return &creation{all: c, place: name.Place(), create: create}
}

// seen returns how often the repository has been created so far. It is asked before the call that
// may find it missing.
func (c *creation) seen() int {
	if c == nil {
		return 0
	}
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	return c.all.done[c.place]
}

// after creates the repository, unless that was done since it had been done seen times: then what
// the caller found is out of date.
func (c *creation) after(ctx context.Context, seen int) error {
	end, err := c.all.turns.Take(ctx, c.place)
	if err != nil {
		return err
	}
	defer end()
	if c.seen() != seen {
		return nil
	}
	if err := c.create(ctx); err != nil {
		return err
	}
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	if c.all.done == nil {
		c.all.done = map[string]int{}
	}
	c.all.done[c.place]++
	return nil
}
