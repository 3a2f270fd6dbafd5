package mirror

import (
	"context"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"

	"ecrmirror/internal/imagename"
)

// stale settles the destinations that hold the source's image already, or that can't
// get it, and returns the others. An error is one of the source.
func (c *Copier) stale(ctx context.Context, report *Report) ([]*Result, error) {
	want, err := c.digest(ctx, pin(report.Source, report.Source.Digest))
	if err == nil && want == "" {
		err = ErrAbsent
	}
	if err == nil {
		err = want.Validate()
	}
	if err != nil {
		return nil, sourceError(report.Source, "reading digest", err)
	}
	report.Digest = want
	var checks errgroup.Group
	checks.SetLimit(targetsAtOnce)
	for i := range report.Results {
		r := &report.Results[i]
		checks.Go(func() error {
			c.check(ctx, report, r)
			return nil
		})
	}
	_ = checks.Wait() // the results keep their errors
	var stale []*Result
	for i := range report.Results {
		if r := &report.Results[i]; r.State == pending {
			stale = append(stale, r)
		}
	}
	return stale, nil
}

// check settles one destination if it holds the image already, or can't get it.
func (c *Copier) check(ctx context.Context, report *Report, r *Result) {
	want := report.Digest
	switch {
	case r.Name.SameImage(report.Source):
		r.fail(destinationError(r.Name, "checking", ErrIsSource))
	case r.Name.Digest != "" && r.Name.Digest != want:
		r.fail(destinationError(r.Name, "checking", &DigestMismatchError{Want: r.Name.Digest, Got: want}))
	case c.holds(ctx, r.Name, want):
		r.State, r.Digest = Current, want
	}
}

// pin returns the name of the image with that digest, which does not change when its tag
// moves. Images in files have no such name.
func pin(name imagename.Name, d digest.Digest) imagename.Name {
	if name.Tag != "" && d != "" {
		name.Tag, name.Digest = "", d
	}
	return name
}

// holds reports whether the destination is known to hold the image. A destination
// that can't be asked is written to, which shows what is wrong with it.
func (c *Copier) holds(ctx context.Context, name imagename.Name, want digest.Digest) bool {
	got, err := c.digest(ctx, name)
	if err != nil {
		c.opts.Log.DebugContext(ctx, "destination's digest unknown", "error", destinationError(name, "reading digest", err))
	}
	return err == nil && got == want
}

func (c *Copier) digest(ctx context.Context, name imagename.Name) (d digest.Digest, err error) {
	err = c.opts.within(ctx, func(ctx context.Context) error {
		d, err = c.images.Digest(ctx, name)
		return err
	})
	return d, err
}
