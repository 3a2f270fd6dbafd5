// Package mirror is the copy engine: it copies one image, all its platforms, from a
// source to any number of destinations at once.
//
// The manifest at a destination is byte for byte that of the source; nothing is converted or recompressed. Each blob of
// the source is read once, however many destinations lack it, and not at all if none does; it is read again only for
// those where that failed for now, and for those that are so slow that they hold up others. Blobs go first, then
// instances, then the index, and the tag moves last, so that nothing half-done is ever visible. Destinations are
// independent: one that fails is reported, and the others finish.
//
// The engine declares in package port what it needs of the two ends of a copy, and knows nothing else of them. Its
// ideas are packages below it: graph reads what an image consists of, fanout hands one stream to several readers,
// convoy tells which readers hold up others, and lanes bounds what those may take.
package mirror

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/semaphore"

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
	slots  *semaphore.Weighted // for blobs
	large  largeTurns          // for manifests
}

// New returns a Copier that opens images through images.
func New(images port.Images, opts Options) *Copier {
	opts = opts.withDefaults()
	return &Copier{
		images: images, opts: opts, slots: semaphore.NewWeighted(int64(opts.Blobs)), large: newLargeTurns(),
	}
}

// Copy copies the image of a request to every destination that does not hold it already. The report says what happened
// to each, in the order of the request. Destinations that the Gate refuses by name are not asked anything, and the
// source is not where the Gate refuses that, or all destinations.
func (c *Copier) Copy(ctx context.Context, asked request.Request) *Report {
	report := newReport(asked)
	if len(report.pending()) > 0 && report.admit(ctx, c.opts.Gate) {
		if err := c.copy(ctx, report); err != nil {
			report.failPending(err)
		}
	}
	for i := range report.Results {
		r := &report.Results[i]
		r.Transient = r.Err != nil && c.opts.Transient(r.Err)
		c.opts.Progress.Done(r.Name.String(), r.Err)
	}
	report.Elapsed = time.Since(report.started)
	return report
}

// copy copies the image to the pending destinations that lack it. An error is one of the source.
func (c *Copier) copy(ctx context.Context, report *Report) error {
	q := newInquiry(c.images, c.opts, report)
	defer q.close()
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
	if err := c.opts.Gate.Image(ctx, report.Source, q.graph.Digests()); err != nil {
		return sourceError(report.Source, "checking signatures", err)
	}
	c.opts.Progress.Image(report.Source.String(), len(pending), report.Manifests, report.Blobs, report.Size)
	c.try(ctx, q, pending)
	c.tryAgain(ctx, q, pending)
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
	}
	c.try(ctx, q, again)
}

// retryable returns those of the results that failed transiently. A directory is not among them: it is erased when it
// is opened again, so that all would be copied anew. Neither is what was too slow: it had its time.
func (c *Copier) retryable(results []*Result) []*Result {
	var again []*Result
	for _, r := range results {
		var slow *chunked.RateError
		if r.State == Failed && !errors.As(r.Err, &slow) && r.Name.Kind != imagename.Directory &&
			c.opts.Transient(r.Err) {
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
		images: c.images, opts: c.opts, report: q.report, origin: q.origin, graph: q.graph,
		lanes: lanes.New(c.opts.Budget, c.slots), large: c.large, progress: newBlobProgress(c.opts.Progress),
	}
	places := newPlaces(ctx, a, results)
	a.newPass(ctx, places, nil).run(ctx)
	a.passes.Wait()
	a.manifests.Wait()
	for _, p := range places {
		p.close()
	}
	q.report.BytesRead, q.report.BytesReadAgain = q.report.reading.sums()
}
