package mirror

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/convoy"
	"ecrmirror/internal/mirror/fanout"
	"ecrmirror/internal/mirror/lanes"
	"ecrmirror/internal/mirror/stall"
)

// A transfer brings one blob from the source to the members of a convoy that lack it. The source is opened while they
// get ready to write.
type transfer struct {
	attempt *attempt
	convoy  *convoy.Convoy[*place]
	lane    *lanes.Lane
	blob    content.Blob
	members []*member
	part    int64           // size of the largest parts that members send; 0 if none sends parts
	try     int             // which try at this blob it is, from 1
	ctx     context.Context // ends the reading
	cancel  context.CancelCauseFunc
	fanout  *fanout.Fanout
	bytes   atomic.Int64 // read of the blob

	mu    sync.Mutex
	have  map[*member]bool // those that need the blob no more
	again []*member        // those that failed for now, and are worth another try
	why   error            // of one of them
}

// move returns when the members have the blob, have failed or have left; moved is false if nothing was begun. It waits
// for its turn at memory before that: registries don't wait for long between the head of a request and its body.
func (x *transfer) move() (moved bool) {
	defer x.cancel(nil)
	var share *chunked.Share
	var leave func()
	var err error
	x.convoy.Waiting(func() { share, leave, err = x.lane.Reserve(x.ctx, needed(x.blob.Size, x.part)) })
	if err != nil {
		x.fail(err)
		return false
	}
	defer leave()
	var deliveries []*delivery
	for _, m := range x.members { // all sinks before the first is read
		if m.Begin() {
			deliveries = append(deliveries, newDelivery(m, x.fanout, x.blob, x.attempt.opts.StallTimeout))
		}
	}
	if len(deliveries) == 0 {
		return false
	}
	x.attempt.batch.progress.started(x.blob, len(deliveries))
	defer func() { x.attempt.report.reading.add(x.blob.Digest, x.bytes.Load()) }()
	var work sync.WaitGroup
	work.Go(func() { x.read(share) })
	for _, d := range deliveries {
		work.Go(func() { x.deliver(d) })
	}
	work.Wait()
	return true
}

// deliver writes the blob to a member.
func (x *transfer) deliver(d *delivery) {
	defer d.end()
	// One who waits for the stream may not look at the context.
	defer context.AfterFunc(d.ctx, d.sink.Close)()
	place := d.member.Place
	err := place.dest.PutBlob(d.ctx, d.blob, d.sink)
	if err != nil {
		err = stall.CauseOf(d.ctx, err)
	}
	switch {
	case err == nil:
		x.served(d.member)
		if d.sink.WasRead() {
			place.count(x.bytes.Load())
		}
		place.got(x.blob)
	case errors.Is(err, convoy.ErrSetAside): // it goes on elsewhere
	case !x.fanout.Broken(): // else it is the source's, whatever the destination made of it
		x.failedAt(d.member, place.errorIn("writing blob "+x.blob.Digest.String(), err))
	}
}

// read reads the blob for all members.
func (x *transfer) read(share *chunked.Share) {
	err := x.readInto(share)
	if err == nil || errors.Is(err, fanout.ErrNoSinks) {
		return
	}
	// Those who got the error may all have gone meanwhile, which says nothing about it.
	if cause := stall.CauseOf(x.ctx, err); !errors.Is(cause, fanout.ErrNoSinks) {
		err = cause
	}
	x.fail(err)
}

func (x *transfer) readInto(share *chunked.Share) error {
	// The context of the opening is that of the blob, too: it must not end with the call.
	watch := time.AfterFunc(x.attempt.opts.StallTimeout, func() { x.cancel(stall.ErrStalled) })
	body, err := x.open()
	watch.Stop()
	if err != nil {
		return x.fanout.End(err)
	}
	defer body.Close()
	body.Adopt(share, x.convoy.Blocked())
	want := x.blob
	if want.Size < 0 { // Docker's schema 1 does not say
		want.Size = body.Size()
	}
	return x.fanout.Run(fanout.Verify(body, want, func(n int64) {
		x.bytes.Add(n)
		x.attempt.opts.Progress.BlobRead(want.Digest, n)
	}))
}

// open opens the blob where it is: in a manifest, or in the source.
func (x *transfer) open() (chunked.Blob, error) {
	inline, ok := x.attempt.graph.Inline[x.blob.Digest]
	if !ok {
		return x.attempt.sourceOf(x.blob).Blob(x.ctx, x.blob)
	}
	return chunked.OpenSequential(x.ctx, chunked.Stall{}, func(context.Context) (io.ReadCloser, int64, error) {
		return io.NopCloser(inline.Open()), inline.Size(), nil
	})
}

// fail gives up the members that still need the blob, for the source's error.
func (x *transfer) fail(err error) {
	err = sourceError(x.attempt.report.Source, "reading blob "+x.blob.Digest.String(), &unreadError{x.blob.Digest, err})
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, m := range x.members {
		if x.have[m] || slices.Contains(x.again, m) || m.HasLeft() {
			continue
		}
		if x.try == 1 && isWrongContent(err) { // it may have changed on the way
			x.lose(m, err)
		} else {
			x.giveUp(m, err)
		}
	}
}

// failedAt gives up a member that could not be written to, or notes it for another try. One that sends parts has tried
// each again by itself, and one that took too long has had its time.
func (x *transfer) failedAt(m *member, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if m.Place.dest.PartSize(x.blob.Size) > 0 || isLate(err) || !x.attempt.opts.Transient(err) {
		x.giveUp(m, err)
		return
	}
	x.lose(m, err)
}

// giveUp gives up a member for an error in bringing the blob.
func (x *transfer) giveUp(m *member, err error) {
	m.Place.depot.addLate(x.blob.Digest, err)
	m.Place.fail(err)
}

// blobTries is how often a blob is written to a place at most before the place is given up.
const blobTries = 4

// lose notes a member for another try, unless this was the last. x.mu is held.
func (x *transfer) lose(m *member, err error) {
	if x.try == blobTries || m.Place.ctx.Err() != nil {
		x.giveUp(m, err)
		return
	}
	x.again, x.why = append(x.again, m), err
}

// served notes that a member has the blob.
func (x *transfer) served(m *member) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.have[m] = true
}
