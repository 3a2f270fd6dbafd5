package mirror

import (
	"context"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
)

// A Gate decides what may be copied. An error is why something may not. Its methods are safe for
// concurrent use.
type Gate interface {
	// Source and Destination judge a name, before anybody is asked for anything.
	Source(ctx context.Context, source imagename.Name) error
	Destination(destination imagename.Name) error
	// Image judges an image before anything is written anywhere. The manifests are all that it has,
	// by their digests, each after those that it refers to, so that the last is the root.
	Image(ctx context.Context, source imagename.Name, manifests []digest.Digest) error
}

// unguarded is the Gate that lets everything through.
type unguarded struct{}

func (unguarded) Source(context.Context, imagename.Name) error                 { return nil }
func (unguarded) Destination(imagename.Name) error                             { return nil }
func (unguarded) Image(context.Context, imagename.Name, []digest.Digest) error { return nil }

// admit fails the destinations whose names, or whose source's name, the gate does not let through.
// It reports whether there are others.
func (r *Report) admit(ctx context.Context, gate Gate) bool {
	if err := gate.Source(ctx, r.Source); err != nil {
		r.failPending(sourceError(r.Source, "checking", err))
		return false
	}
	admitted := false
	for i := range r.Results {
		if err := gate.Destination(r.Results[i].Name); err != nil {
			r.Results[i].fail(destinationError(r.Results[i].Name, "checking", err))
			continue
		}
		admitted = true
	}
	return admitted
}

// passes asks the gate about an image.
func (c *Copier) passes(ctx context.Context, source imagename.Name, img *image) error {
	manifests := make([]digest.Digest, len(img.manifests))
	for i, doc := range img.manifests {
		manifests[i] = doc.digest
	}
	return c.opts.Gate.Image(ctx, source, manifests)
}
