package mirror

import (
	"context"
	"errors"
	"strings"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/platforms"
	"ecrmirror/internal/wanted"
)

// Platforms are what was asked for of an image's platforms, and what became of them. Lists are in one order, fit to be
// printed, and have 20 at most.
type Platforms struct {
	Wanted      []string // all that were asked for
	Kept        []string // of an index; nil of an image that is none
	MoreKept    int      // how many are kept beside
	Dropped     []string
	MoreDropped int
	Missing     []string // those that were asked for, and that the index has no instance for
}

// trim has what is left of the source's root manifest by the filter be what is copied, and settles destinations by its
// digest, which it returns. The manifest may have so many bytes, 0 for any number.
func (q *inquiry) trim(ctx context.Context, most int64) (digest.Digest, error) {
	image, err := q.wanted(ctx, most)
	switch {
	case isNone(err):
		return "", sourceError(q.report.Source, "choosing platforms", err)
	case err != nil:
		return "", err
	}
	q.origin.trimmed = image.Root
	q.report.Platforms = platformsOf(q.batch.asked.platforms, image.Trimmed)
	if missing := image.Trimmed.Missing; len(missing) > 0 {
		q.opts.Log.WarnContext(ctx, "platforms that the source does not have",
			"source", q.report.Source.String(), "platforms", strings.Join(missing, ","))
	}
	q.settle(image.Root.Digest)
	return image.Root.Digest, nil
}

// wanted reads the source's root manifest, which may have so many bytes, 0 for any number, and returns what is left of
// it by the filter.
func (q *inquiry) wanted(ctx context.Context, most int64) (image wanted.Image, err error) {
	err = q.opts.within(ctx, func(ctx context.Context) error {
		root, err := q.readSource(ctx)
		if err == nil {
			image, err = wanted.Of(ctx, root, q.batch.asked.platforms, most, q.origin)
		}
		return err
	})
	return image, err
}

// readSource reads the source's root manifest, and verifies it.
func (q *inquiry) readSource(ctx context.Context) (port.Manifest, error) {
	raw, given, err := q.origin.Manifest(ctx, q.source.String())
	if err != nil {
		return port.Manifest{}, err
	}
	m, err := wanted.Root(raw, given, q.source)
	if err == nil {
		err = is(m, q.report.Source.Digest)
	}
	return m, err
}

// judged returns the manifests that the gate judges: all that are copied, the root as the source has it. What was
// trimmed is nowhere signed yet.
func (q *inquiry) judged() []digest.Digest {
	manifests := q.graph.Digests()
	manifests[len(manifests)-1] = q.source
	return manifests
}

func platformsOf(filter platforms.Filter, t platforms.Trimmed) *Platforms {
	p := &Platforms{Wanted: filter.Texts(), Missing: t.Missing}
	p.Kept, p.MoreKept = platforms.List(t.Kept)
	p.Dropped, p.MoreDropped = platforms.List(t.Dropped)
	return p
}

// isNone reports whether an error says that an image has none of the platforms that were asked for.
func isNone(err error) bool {
	_, is := errors.AsType[*platforms.NoneError](err)
	return is
}
