// Package mirror is the copy engine: it copies one image, all its platforms, from a
// source to any number of destinations at once.
//
// The manifest at a destination is byte for byte that of the source; nothing is
// converted or recompressed. Each blob of the source is read once, however many
// destinations lack it, and not at all where every destination has it; again only for
// those where that failed for now, and for those that are so slow that they hold up others. Blobs go first, then instances, then the index, and
// the tag moves last, so that nothing half-done is ever visible. Destinations are
// independent: one that fails is reported and the others finish.
//
// The engine knows images only through [Images] and the public interfaces of
// go.podman.io/image; the transports are theirs.
package mirror

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/types"
	"golang.org/x/sync/semaphore"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/imagename"
)

// Images opens images by name. The contexts are for the calls alone: they may end when
// the call returns.
type Images interface {
	// Source opens an image for reading; the engine closes it.
	Source(context.Context, imagename.Name) (types.ImageSource, error)
	// Destination opens an image for writing; the engine closes it.
	Destination(context.Context, imagename.Name) (types.ImageDestination, error)
	// Digest returns the digest of an image's root manifest, or "" if the image or
	// its repository does not exist. An error that wraps fs.ErrNotExist says so, too, and more.
	Digest(context.Context, imagename.Name) (digest.Digest, error)
}

// Options of a [Copier]. The zero value of a field is the stated default.
type Options struct {
	// Blobs is how many blobs are copied at a time, by all calls of Copy together. Default 48.
	Blobs int
	// Budget bounds the bytes of blobs in memory; it should be the one that the sources and
	// destinations use. Default 64 MiB.
	Budget *chunked.Budget
	// StallTimeout is how long a source or a destination may make no progress on a
	// blob, or take for any smaller request, before it is given up. Default 3 minutes.
	StallTimeout time.Duration
	// ReadOnce keeps destinations together however much slower than others some are. Default: those that hold up
	// faster ones get what they lack apart from them, which reads it from the source once more.
	ReadOnce bool
	// LeastRate is how fast a destination must take bytes that are there for it to take, or it is given up
	// with a *[chunked.RateError].
	LeastRate chunked.LeastRate
	// RetryDelay is the wait before destinations that failed transiently are tried
	// once more. Default 2 seconds.
	RetryDelay time.Duration
	// Transient reports whether an error may be gone on another try. Default: none is.
	Transient func(error) bool
	// Log gets a line for each step. Default: nothing is logged.
	Log *slog.Logger
	// Progress is told how a copy goes. Default: nobody is.
	Progress Progress
	// Gate decides what may be copied. Default: everything may.
	Gate Gate
}

// A Copier copies images. It is safe for concurrent use.
type Copier struct {
	images Images
	opts   Options
	slots  *semaphore.Weighted // for blobs
	large  largeTurns          // for manifests
}

// New returns a Copier that opens images through images.
func New(images Images, opts Options) *Copier {
	if opts.Blobs <= 0 {
		opts.Blobs = 48
	}
	if opts.Budget == nil {
		opts.Budget = chunked.NewBudget(64 << 20)
	}
	if opts.Progress == nil {
		opts.Progress = unwatched{}
	}
	if opts.Gate == nil {
		opts.Gate = unguarded{}
	}
	if opts.StallTimeout <= 0 {
		opts.StallTimeout = 3 * time.Minute
	}
	if opts.RetryDelay <= 0 {
		opts.RetryDelay = 2 * time.Second
	}
	if opts.Transient == nil {
		opts.Transient = func(error) bool { return false }
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	return &Copier{images: images, opts: opts, slots: semaphore.NewWeighted(int64(opts.Blobs)), large: newLargeTurns()}
}

// Copy copies the source to every destination that does not hold it already. What
// happened to each is in the report, in the order of destinations. Of those that the Gate refuses
// by name nobody is asked, not even the source where it refuses that, or all destinations.
func (c *Copier) Copy(ctx context.Context, source imagename.Name, destinations []imagename.Name) *Report {
	report := newReport(source, destinations)
	ahead := &ahead{Copier: c, source: source}
	defer ahead.close()
	if report.admit(ctx, c.opts.Gate) {
		stale, err := c.stale(ctx, report, ahead)
		if err == nil && stale {
			err = c.copyTo(ctx, report, ahead)
		}
		if err != nil {
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

// copyTo reads the source's manifests and copies the image to the pending
// destinations; those that fail transiently get a second try by themselves.
func (c *Copier) copyTo(ctx context.Context, report *Report, ahead *ahead) error {
	src, img, err := c.read(ctx, report, ahead)
	if err != nil {
		return err
	}
	defer src.Close()
	report.describe(img)
	report.settleBy(img.root)
	pending := report.pending()
	if len(pending) == 0 {
		return nil
	}
	if err := c.passes(ctx, report.Source, img); err != nil {
		return sourceError(report.Source, "checking signatures", err)
	}
	c.opts.Progress.Image(report.Source.String(), len(pending), report.Manifests, report.Blobs, report.Size)
	c.copyOnce(ctx, report, src, img, pending)
	again := c.retryable(pending)
	if len(again) == 0 {
		return nil
	}
	for _, r := range again {
		c.opts.Log.WarnContext(ctx, "trying again", "destination", r.Name.String(), "error", r.Err)
	}
	if chunked.Sleep(ctx, c.opts.RetryDelay) != nil {
		return nil // they failed, and keep their errors
	}
	for _, r := range again {
		r.retry()
	}
	c.copyOnce(ctx, report, src, img, again)
	return nil
}

// open opens the source at the digest that the report has.
func (c *Copier) open(ctx context.Context, report *Report, ahead *ahead) (src types.ImageSource, err error) {
	if src = ahead.take(ctx, report.Digest); src != nil {
		return src, nil
	}
	err = c.opts.within(ctx, func(ctx context.Context) (err error) {
		src, err = c.images.Source(ctx, pin(report.Source, report.Digest))
		return err
	})
	return src, err
}

// retryable returns those of the results that failed transiently. A directory is not among
// them: it is erased when it is opened again, so that all would be copied anew. Neither is what was too slow: it had its time.
func (c *Copier) retryable(results []*Result) []*Result {
	var again []*Result
	for _, r := range results {
		var slow *chunked.RateError
		if r.State == Failed && !errors.As(r.Err, &slow) && r.Name.Kind != imagename.Directory && c.opts.Transient(r.Err) {
			again = append(again, r)
		}
	}
	return again
}

// within does something that must end within the stall time-out.
func (o Options) within(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, o.StallTimeout, ErrStalled)
	defer cancel()
	if err := do(ctx); err != nil {
		return causeOf(ctx, err)
	}
	return nil
}

// causeOf returns why ctx ended, if it has, else err.
func causeOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// ErrAbsent says that the source image does not exist.
var ErrAbsent = errors.New("image does not exist")

// ErrIsSource says that a destination is the source itself.
var ErrIsSource = errors.New("destination is the source itself")
