package mirror

import (
	"context"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"

	"ecrmirror/internal/imagename"
)

// stale settles those of the pending destinations that hold the source's image already, or that
// can't get it, and returns the others. An error is one of the source. All are asked at once; where one
// holds no image at all, the source's is going to be needed.
func (c *Copier) stale(ctx context.Context, report *Report, source *ahead) ([]*Result, error) {
	var checks errgroup.Group
	checks.SetLimit(targetsAtOnce)
	var want digest.Digest
	var err error
	checks.Go(func() error {
		want, err = c.digest(ctx, pin(report.Source, report.Source.Digest))
		return nil
	})
	held := make([]digest.Digest, len(report.Results))
	for i := range report.Results {
		if report.Results[i].State != pending {
			continue
		}
		checks.Go(func() error {
			var absent bool
			if held[i], absent = c.held(ctx, report.Source, report.Results[i].Name); absent {
				source.start(ctx)
			}
			return nil
		})
	}
	_ = checks.Wait()
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
	var stale []*Result
	for i := range report.Results {
		r := &report.Results[i]
		if r.State != pending {
			continue
		}
		if c.check(report, r, held[i]); r.State == pending {
			stale = append(stale, r)
		}
	}
	return stale, nil
}

// check settles one destination if it holds the image already, or can't get it.
func (c *Copier) check(report *Report, r *Result, held digest.Digest) {
	want := report.Digest
	switch {
	case r.Name.SameImage(report.Source):
		r.fail(destinationError(r.Name, "checking", ErrIsSource))
	case r.Name.Digest != "" && r.Name.Digest != want:
		r.fail(destinationError(r.Name, "checking", &DigestMismatchError{Want: r.Name.Digest, Got: want}))
	case held == want:
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

// held returns the digest of what the destination is known to hold, or that it holds nothing. A
// destination that can't be asked is written to, which shows what is wrong with it.
func (c *Copier) held(ctx context.Context, source, name imagename.Name) (got digest.Digest, absent bool) {
	if name.SameImage(source) {
		return "", false
	}
	got, err := c.digest(ctx, name)
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
