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
	// by their digests, each after those that it refers to, so that the last is the root. That is the source's own
	// root, which its maker signed, also where platforms are left out of it; the instances are those that are copied.
	Image(ctx context.Context, source imagename.Name, manifests []digest.Digest) error
}

// unguarded is the Gate that lets everything through.
type unguarded struct{}

func (unguarded) Source(context.Context, imagename.Name) error                 { return nil }
func (unguarded) Destination(imagename.Name) error                             { return nil }
func (unguarded) Image(context.Context, imagename.Name, []digest.Digest) error { return nil }
