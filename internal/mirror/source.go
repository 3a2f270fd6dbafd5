package mirror

import (
	"context"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/manifestdigest"
)

// moves is how often a source's tag may move between being asked for and being read.
const moves = 2

// read opens the source and reads its manifests, those of the digest that the report has. Where that fails
// and the tag points elsewhere by now, the image is the one that it points at: some registries drop an
// image when its tag moves, and some tell of one that is gone already.
func (c *Copier) read(ctx context.Context, report *Report, source *ahead) (src types.ImageSource, img *image, err error) {
	for moved := 0; ; moved++ {
		src, img, err = c.readAt(ctx, report, source)
		if err == nil || ctx.Err() != nil || moved == moves || report.Source.Digest != "" {
			return src, img, err
		}
		source = &ahead{Copier: c, source: report.Source}
		defer source.close()
		now, gone := source.digest(ctx)
		if gone != nil || now == report.Digest {
			return nil, nil, err
		}
		c.opts.Log.WarnContext(ctx, "the source's tag has moved", "source", report.Source.String(), "digest", now.String(), "error", err)
		report.unsettle()
		c.settle(report, now)
	}
}

func (c *Copier) readAt(ctx context.Context, report *Report, source *ahead) (types.ImageSource, *image, error) {
	src, err := c.open(ctx, report, source)
	if err != nil {
		return nil, nil, sourceError(report.Source, "opening", err)
	}
	img, err := readImage(ctx, src, report.Digest, c.opts)
	if err == nil {
		err = img.root.is(report.Source.Digest)
	}
	if err != nil {
		src.Close()
		return nil, nil, sourceError(report.Source, "reading manifest", err)
	}
	return src, img, nil
}

// is holds a document against a digest of any algorithm; "" is one that all have.
func (d document) is(want digest.Digest) error {
	if want == "" || want == d.digest {
		return nil
	}
	got, err := manifestdigest.By(want.Algorithm(), d.raw)
	if err == nil && got != want {
		err = &DigestMismatchError{Want: want, Got: got}
	}
	return err
}

// settleBy settles those of the pending destinations whose digests can be held against the source's
// manifest only, since they are of another algorithm.
func (r *Report) settleBy(root document) {
	for _, result := range r.pending() {
		if err := root.is(result.Name.Digest); err != nil {
			result.fail(destinationError(result.Name, "checking", err))
		} else if result.held != "" && root.is(result.held) == nil {
			result.State, result.Digest = Current, root.digest
		}
	}
}
