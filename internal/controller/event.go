package controller

import (
	"context"
	"iter"

	"ecrmirror/internal/entry"
)

// Event does for these entries, those that an event names, what a sweep does for all. Errors of the
// iteration are taken as in [Controller.Sweep]. What the source is now is looked up: an event may
// come late, or again, when its tag has moved on.
func (c *Controller) Event(ctx context.Context, entries iter.Seq2[entry.Entry, error]) (Report, error) {
	r := c.start()
	r.lazy = true
	return r.submitting(ctx, func(context.Context) iter.Seq2[entry.Entry, error] { return entries })
}
