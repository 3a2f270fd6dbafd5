package mirror

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"

	"ecrmirror/internal/imagename"
)

// stale settles those of the pending destinations that hold the source's image already, or that
// can't get it, and reports whether there are others. An error is one of the source. All are asked at
// once; where one holds no image at all, the source's is going to be needed. Of a destination that answers
// long after others, it is not known what it holds.
func (c *Copier) stale(ctx context.Context, report *Report, source *ahead) (bool, error) {
	var checks errgroup.Group
	checks.SetLimit(targetsAtOnce)
	var want digest.Digest
	var err error
	asking, stop := context.WithCancel(ctx)
	defer stop()
	answers := &answers{stop: stop}
	checks.Go(func() error {
		want, err = c.digest(ctx, pin(report.Source, report.Source.Digest))
		answers.bySource()
		return nil
	})
	for _, r := range report.pending() {
		checks.Go(func() error {
			var absent bool
			if r.held, absent = c.held(asking, report.Source, r.Name); absent {
				source.start(ctx)
			}
			answers.byDestination()
			return nil
		})
	}
	_ = checks.Wait()
	if (err != nil || want == "") && !isPutOff(err) {
		want, err = readInstead(ctx, source, want, err)
	}
	if err == nil {
		err = want.Validate()
	}
	if err != nil {
		return false, sourceError(report.Source, "reading digest", err)
	}
	c.settle(report, want)
	return len(report.pending()) > 0, nil
}

// readInstead returns the source's digest where asking for it gave none, which may be for the way it is
// asked for, or for want of time. To read it is what counts: some sources fetch the image first.
func readInstead(ctx context.Context, source *ahead, none digest.Digest, why error) (digest.Digest, error) {
	kind := source.source.Kind
	switch {
	case ctx.Err() != nil:
		return none, why
	case why == nil && kind != imagename.Registry && kind != imagename.ECRPublic: // who says so knows it
		return none, ErrAbsent
	}
	want, err := source.digest(ctx)
	if err != nil && why == nil { // it was said not to be there
		return none, fmt.Errorf("%w: %w", ErrAbsent, err)
	}
	return want, err
}

// isPutOff reports whether the source's registry is not to be asked for now, by its own word.
func isPutOff(err error) bool {
	var put interface{ DeferredUntil() time.Time }
	return errors.As(err, &put)
}

// settle notes the source's digest and settles the pending destinations by it.
func (c *Copier) settle(report *Report, want digest.Digest) {
	report.Digest = want
	for _, r := range report.pending() {
		c.check(report, r)
	}
}

// check settles one destination if it holds the image already, or can't get it.
func (c *Copier) check(report *Report, r *Result) {
	want := report.Digest
	switch {
	case r.Name.SameImage(report.Source):
		r.fail(destinationError(r.Name, "checking", ErrIsSource))
	case sameAlgorithm(r.Name.Digest, want) && r.Name.Digest != want:
		r.fail(destinationError(r.Name, "checking", &DigestMismatchError{Want: r.Name.Digest, Got: want}))
	case r.held == want:
		r.State, r.Digest = Current, want
	}
}

// sameAlgorithm reports whether two digests would be the same if their contents were.
func sameAlgorithm(a, b digest.Digest) bool {
	return a != "" && b != "" && a.Algorithm() == b.Algorithm()
}

// pin returns the name of the image with that digest, which does not change when its tag
// moves. Images in files have no such name.
func pin(name imagename.Name, d digest.Digest) imagename.Name {
	if name.Tag != "" && d != "" {
		name.Tag, name.Digest = "", d
	}
	return name
}

// held returns the digest of what the destination is known to hold, or that it holds nothing. A
// destination that can't be asked is written to, which shows what is wrong with it.
func (c *Copier) held(ctx context.Context, source, name imagename.Name) (got digest.Digest, absent bool) {
	if name.SameImage(source) {
		return "", false
	}
	got, err := c.digest(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return "", true
	}
	if err != nil {
		c.opts.Log.DebugContext(ctx, "destination's digest unknown", "error", destinationError(name, "reading digest", err))
		return "", false
	}
	return got, got == ""
}

func (c *Copier) digest(ctx context.Context, name imagename.Name) (d digest.Digest, err error) {
	err = c.opts.within(ctx, func(ctx context.Context) error {
		d, err = c.images.Digest(ctx, name)
		return err
	})
	return d, err
}
