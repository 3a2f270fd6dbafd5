// Package mirror is the copy engine: it copies images of one source repository, all their platforms or some, to any
// number of destinations at once.
//
// The manifest at a destination is byte for byte that of the source; nothing is converted or recompressed. Where some
// platforms are asked for, an index is what package platforms leaves of the source's, and what it drops is not read.
// Each blob of the source is read once, however many destinations lack it, and not at all if none does; it is read
// again only for those where that failed for now, and for those that are so slow that they hold up others. Blobs go
// first, then instances, then the index, then what belongs to these, such as signatures, and the tag moves last, so
// that nothing half-done is ever visible. Destinations are independent: one that fails is reported, and the others
// finish.
//
// The engine declares in package port what it needs of the two ends of a copy, and knows nothing else of them. Its
// ideas are packages below it: graph reads what an image consists of, belonging finds what belongs to it, fanout hands
// one stream to several readers, convoy tells which readers hold up others, lanes bounds what those may take, and
// errands has one image of several bring what they share.
package mirror

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror/lanes"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/request"
	"ecrmirror/internal/sleep"
)

// A Copier copies images. It is safe for concurrent use.
type Copier struct {
	images port.Images
	opts   Options
	slots  lanes.Slots // for blobs
	large  largeTurns  // for manifests
}

// New returns a Copier that opens images through images.
func New(images port.Images, opts Options) *Copier {
	opts = opts.withDefaults()
	return &Copier{
		images: images, opts: opts, slots: lanes.NewSlots(opts.Blobs), large: newLargeTurns(),
	}
}

// Copy copies the images of a request, each to every destination that does not hold it already. Several are copied side
// by side, and none is waited for: each is there as soon as it is whole, and one that fails fails alone. A blob that
// several have is read once, and written once to each place. Done gets the report of the nth image when that has
// ended, by one goroutine at a time, in no particular order. A report says what happened to each destination, in the
// order of the request.
//
// Destinations that the Gate refuses by name are not asked anything, and the source is not where the Gate refuses that,
// or all destinations.
func (c *Copier) Copy(ctx context.Context, asked request.Request, done func(n int, report *Report)) {
	b := newBatch(len(asked.Images), c.opts, c.slots)
	var wrong error
	b.asked, wrong = c.asked(asked.Options)
	defer c.lookFirst(ctx, b, asked)()
	var side errgroup.Group
	side.SetLimit(c.sideBySide(asked))
	began := time.Now()
	var reporting sync.Mutex
	for n, image := range asked.Images {
		side.Go(func() error {
			report := newReport(image.Source.Name, asked.DestinationsOf(image))
			report.Kind = asked.Options.Kind
			if limit := c.opts.BeginWithin; limit > 0 && time.Since(began) > limit {
				report.failPending(sourceError(report.Source, "beginning", ErrLeft))
			}
			if wrong != nil {
				report.failPending(sourceError(report.Source, "reading options", wrong))
			}
			c.copyImage(ctx, b, report)
			reporting.Lock()
			defer reporting.Unlock()
			done(n, report)
			return nil
		})
	}
	_ = side.Wait() // each report has its errors
}

// CopyImage copies one image, as Copy does, and returns its report.
func (c *Copier) CopyImage(ctx context.Context, source imagename.Name, to ...imagename.Name) *Report {
	report := newReport(source, to)
	b := newBatch(1, c.opts, c.slots)
	b.asked.artifacts, b.asked.verify = c.opts.Artifacts, c.opts.Verify
	c.copyImage(ctx, b, report)
	return report
}

// sideBySide returns how many images of a request are copied at a time. A place on disk takes one at a time.
func (c *Copier) sideBySide(asked request.Request) int {
	if slices.ContainsFunc(asked.DestinationNames(), imagename.Name.IsOnDisk) {
		return 1
	}
	return c.opts.Images
}

// copyImage copies one image of a batch to the destinations of its report that are pending.
func (c *Copier) copyImage(ctx context.Context, b *batch, report *Report) {
	from := b.asked.artifacts.listedAt(report.Source)
	if len(report.pending()) > 0 && report.admit(ctx, c.opts.Gate, from) {
		if err := c.copy(ctx, b, report); err != nil {
			report.failPending(err)
		}
	}
	c.certify(ctx, report)
	for i := range report.Results {
		r := &report.Results[i]
		r.Transient = r.Failure() != nil && c.opts.Transient(r.Failure())
		c.opts.Progress.Done(r.Name.String(), r.Err)
	}
	report.Elapsed = time.Since(report.started)
}

// copy copies the image to the pending destinations that lack it. An error is one of the source.
func (c *Copier) copy(ctx context.Context, b *batch, report *Report) error {
	q := newInquiry(c.images, c.opts, b, report)
	defer q.close()
	if b.asked.kind == request.Artifacts {
		return c.bring(ctx, q)
	}
	if err := q.compare(ctx); err != nil || len(report.pending()) == 0 {
		return err
	}
	if err := q.read(ctx); err != nil {
		return err
	}
	pending := report.pending()
	if len(pending) == 0 {
		return nil
	}
	if err := c.opts.Gate.Image(ctx, report.Source, q.judged()); err != nil {
		return sourceError(report.Source, "checking signatures", err)
	}
	if err := q.verify(ctx); err != nil {
		return err
	}
	b.progress.image(report, len(pending), q.graph.Blobs)
	c.try(ctx, q, pending)
	c.tryAgain(ctx, q, pending)
	c.tryWithout(ctx, q, pending)
	return nil
}

// tryAgain tries once more to copy the image to those of the destinations that failed transiently.
func (c *Copier) tryAgain(ctx context.Context, q *inquiry, tried []*Result) {
	again := c.retryable(tried)
	if len(again) == 0 {
		return
	}
	for _, r := range again {
		c.opts.Log.WarnContext(ctx, "trying again", "destination", r.Name.String(), "error", r.Err)
	}
	if sleep.For(ctx, c.opts.RetryDelay) != nil {
		return // they failed, and keep their errors
	}
	for _, r := range again {
		r.retry()
		q.batch.depot(r.Name).forget()
	}
	c.try(ctx, q, again)
}

// retryable returns those of the results that failed transiently, or since they lack what another image has brought:
// the registry has lost it. A directory is not among them: it is erased when it is opened again, so that all would be
// copied anew. Neither is what was too slow: it had its time.
func (c *Copier) retryable(results []*Result) []*Result {
	var again []*Result
	for _, r := range results {
		var slow *chunked.RateError
		if r.State == Failed && !errors.As(r.Err, &slow) && r.Name.Kind != imagename.Directory &&
			(c.opts.Transient(r.Err) || r.granted && port.IsLacking(r.Err)) {
			again = append(again, r)
		}
	}
	return again
}

// try tries once to copy the image to some destinations, and gives each an outcome.
func (c *Copier) try(ctx context.Context, q *inquiry, results []*Result) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a := &attempt{
		images: c.images, opts: c.opts, report: q.report, origin: q.origin, graph: q.graph, batch: q.batch,
		holds: q.holds, large: c.large,
	}
	places := newPlaces(ctx, a, results)
	a.run(ctx, places)
	a.passes.Wait()
	a.manifests.Wait()
	for _, p := range places {
		p.close()
	}
	q.report.BytesRead, q.report.BytesReadAgain = q.report.reading.sums()
}
