package mirror

import (
	"context"
	"time"

	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/convoy"
	"ecrmirror/internal/mirror/fanout"
	"ecrmirror/internal/mirror/stall"
)

// A member is a place in a convoy.
type member = convoy.Member[*place]

// A delivery writes one blob to one member.
type delivery struct {
	member *member
	blob   content.Blob
	sink   *fanout.Sink
	ctx    context.Context
	drop   context.CancelCauseFunc
}

// newDelivery returns the delivery of the blob that a fanout reads, to a member that has begun. A member that makes no
// progress for the time-out is dropped. The caller ends the delivery.
func newDelivery(m *member, f *fanout.Fanout, blob content.Blob, timeout time.Duration) *delivery {
	d := &delivery{member: m, blob: blob}
	d.ctx, d.drop = context.WithCancelCause(m.Context())
	d.sink = f.Add(fanout.Reader{
		Load: &m.Place.speed.Load, Part: m.Place.dest.PartSize(blob.Size),
		Timeout: timeout, Stalled: func() { d.drop(stall.ErrStalled) },
	})
	return d
}

// end gives back what the delivery has.
func (d *delivery) end() {
	d.sink.Close()
	d.drop(nil)
	d.member.Done()
}
