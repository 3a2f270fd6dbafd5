package mirror

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror/graph"
	"ecrmirror/internal/mirror/port"
)

// placesAtOnce bounds how many destinations are opened or asked at a time.
const placesAtOnce = 16

// An inquiry finds out what is to be copied, and where to.
type inquiry struct {
	images port.Images
	opts   Options
	batch  *batch
	report *Report
	origin *origin
	source digest.Digest      // that the source has, "" until it was asked for
	graph  *graph.Graph       // nil until it was read
	holds  map[string]holding // which artifacts places have, if that was asked
	turns  int64              // of the batch's for images of large manifests that it has
}

func newInquiry(images port.Images, opts Options, b *batch, report *Report) *inquiry {
	q := &inquiry{images: images, opts: opts, batch: b, report: report}
	q.origin = newOrigin(images, opts, report.Source, q.batch.rooms()[0].bytes)
	return q
}

// close closes the source, once the image is copied.
func (q *inquiry) close() {
	q.origin.close()
	q.batch.bulky.Release(q.turns)
}

// compare asks for the digests of the source and of the pending destinations. It settles the destinations that hold the
// source's image already, that can't get it, or that somebody has written to since the copy began. Where platforms are
// left out, that is done when the source's root manifest is read. An error is one of the source.
func (q *inquiry) compare(ctx context.Context) error {
	want, err := q.digests(ctx)
	if err != nil {
		return err
	}
	q.found(want)
	return nil
}

// digests returns the source's digest, and has the reports of the pending destinations say what these hold. An error is
// one of the source.
func (q *inquiry) digests(ctx context.Context) (source digest.Digest, err error) {
	source, err = q.ask(ctx)
	if (err != nil || source == "") && !port.IsDeferred(err) {
		source, err = q.readInstead(ctx, err)
	}
	if err == nil {
		err = source.Validate()
	}
	if err != nil {
		return "", sourceError(q.report.Source, "reading digest", err)
	}
	return source, nil
}

// found notes the digest that the source has, which is that of the image unless platforms are left out of it.
func (q *inquiry) found(source digest.Digest) {
	q.source, q.report.SourceDigest = source, source
	if q.batch.asked.platforms.IsZero() {
		q.settle(source)
	}
}

// settle settles destinations by the digest that they should have.
func (q *inquiry) settle(want digest.Digest) {
	q.report.settle(want)
	q.report.leaveChanged(&q.batch.beginning)
}

// ask asks for the source's digest, which it returns, and for those that the pending destinations hold, all at once.
// Where a destination holds no image at all, the source begins to be read. Of one that answers long after others, it is
// not known what it holds. Among several images, what counts is how many requests they take, and not how soon each is
// answered: the source is asked after the first destination, and not at all where it begins to be read.
func (q *inquiry) ask(ctx context.Context) (want digest.Digest, err error) {
	var checks errgroup.Group
	checks.SetLimit(placesAtOnce)
	asking, stop := context.WithCancel(ctx)
	defer stop()
	answers := &answers{stop: stop, first: make(chan struct{})}
	checks.Go(func() error {
		want, err = q.sourceDigest(ctx, answers.first)
		answers.bySource()
		return nil
	})
	for _, r := range q.report.pending() {
		checks.Go(func() error {
			var absent bool
			if r.held, absent = q.held(asking, r.Name); absent {
				q.origin.start(ctx)
			}
			r.known = absent || r.held != ""
			answers.byDestination()
			return nil
		})
	}
	_ = checks.Wait()
	return want, err
}

// sourceDigest returns the source's digest. First is closed when a destination has answered.
func (q *inquiry) sourceDigest(ctx context.Context, first <-chan struct{}) (digest.Digest, error) {
	kind := q.report.Source.Kind
	if !q.batch.alone && (kind == imagename.Registry || kind == imagename.ECRPublic) {
		select {
		case <-first:
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
		if q.origin.isStarted() {
			if d, err := q.origin.rootDigest(ctx); err == nil {
				return d, nil
			}
		}
	}
	return q.digest(ctx, pin(q.report.Source, q.report.Source.Digest))
}

// readInstead returns the source's digest where asking for it gave none, which may be for the way it is
// asked for, or for want of time. To read it is what counts: some sources fetch the image first.
func (q *inquiry) readInstead(ctx context.Context, why error) (digest.Digest, error) {
	kind := q.report.Source.Kind
	switch {
	case ctx.Err() != nil:
		return "", why
	case why == nil && kind != imagename.Registry && kind != imagename.ECRPublic: // whose word counts
		return "", ErrAbsent
	}
	want, err := q.origin.rootDigest(ctx)
	if err != nil && why == nil { // it was said not to be there
		return "", fmt.Errorf("%w: %w", ErrAbsent, err)
	}
	return want, err
}

// held returns the digest of what the destination is known to hold, or that it holds nothing. A
// destination that can't be asked is written to, which shows what is wrong with it.
func (q *inquiry) held(ctx context.Context, name imagename.Name) (got digest.Digest, absent bool) {
	if name.SameImage(q.report.Source) {
		return "", false
	}
	got, err := q.digest(ctx, name)
	if isAbsent(err) {
		return "", true
	}
	if err != nil {
		q.opts.Log.DebugContext(ctx, "destination's digest unknown", "error",
			destinationError(name, "reading digest", err))
		return "", false
	}
	return got, got == ""
}

// isAbsent reports whether a look-up of a digest says that there is no image.
func isAbsent(err error) bool { return errors.Is(err, fs.ErrNotExist) }

func (q *inquiry) digest(ctx context.Context, name imagename.Name) (digest.Digest, error) {
	return digestOf(ctx, q.images, q.opts, name)
}

// digestOf asks what an image is.
func digestOf(ctx context.Context, images port.Images, opts Options, name imagename.Name) (d digest.Digest, err error) {
	err = opts.within(ctx, func(ctx context.Context) error {
		d, err = images.Digest(ctx, name)
		return err
	})
	return d, err
}

// lateAnswer is how long the answers of destinations are waited for once the source has answered, counted from the
// last one that came. What a destination holds saves work at most, so those that have answered need not wait for it.
const lateAnswer = 5 * time.Second

// answers stops the asking when those that are left are late.
type answers struct {
	stop  context.CancelFunc
	once  sync.Once
	first chan struct{} // closed when a destination has answered

	mu     sync.Mutex
	source bool        // has answered
	some   bool        // of the destinations have
	late   *time.Timer // nil before both
}

func (a *answers) bySource() { a.came(&a.source) }

func (a *answers) byDestination() {
	a.came(&a.some)
	a.once.Do(func() { close(a.first) })
}

func (a *answers) came(from *bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	*from = true
	switch {
	case !a.source || !a.some:
	case a.late == nil:
		a.late = time.AfterFunc(lateAnswer, a.stop)
	default:
		a.late.Reset(lateAnswer)
	}
}
