package mirror

import (
	"context"
	"fmt"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror/port"
)

// A Guard is asked right before a tag moves. With one, a tag that somebody else has moved since the copy of the request
// began is left, too. Its method is safe for concurrent use.
type Guard interface {
	// BeforeTag returns an error if the image at a destination has to stay as it is.
	BeforeTag(ctx context.Context, destination imagename.Name) error
}

// A ChangedError says that a destination holds another image than when the copy began, so that somebody else has
// written it: it is left as it is. Another try by itself would overwrite what that was, so none may help.
type ChangedError struct {
	Had, Has digest.Digest // "" = nothing
}

func (e *ChangedError) Error() string {
	return fmt.Sprintf("left as it is: it had %s when this copy began, and has %s now", orNothing(e.Had), orNothing(e.Has))
}

// Transient reports whether another try may help.
func (*ChangedError) Transient() bool { return false }

func orNothing(d digest.Digest) string {
	if d == "" {
		return "no image"
	}
	return d.String()
}

// putTag puts a manifest as the image of a result, if the guard lets it.
func (p *place) putTag(r *Result, manifest port.Manifest) error {
	if err := p.lacksArtifacts(); err != nil {
		return destinationError(r.Name, "writing artifacts", err)
	}
	if p.attempt.opts.Guard != nil {
		if err := p.mayMove(r, manifest); err != nil {
			return destinationError(r.Name, "checking before its tag moves", err)
		}
	}
	err := p.attempt.opts.within(p.ctx, func(ctx context.Context) error { return p.dest.PutTag(ctx, r.Name, manifest) })
	if err != nil {
		return destinationError(r.Name, "writing manifest", err)
	}
	return nil
}

// mayMove returns an error if the guard keeps a result's image as it is, or if that is not the one that was compared.
// The digest is asked for last, next to the write. What this copy wrote itself is no change: a reply may have been
// lost. Where the destination did not tell in time what it had, there is nothing to compare with. A directory is not
// asked: it was erased when it was opened.
func (p *place) mayMove(r *Result, manifest port.Manifest) error {
	opts := p.attempt.opts
	err := opts.within(p.ctx, func(ctx context.Context) error { return opts.Guard.BeforeTag(ctx, r.Name) })
	if err != nil || !r.known || r.Name.Kind == imagename.Directory {
		return err
	}
	var has digest.Digest
	err = opts.within(p.ctx, func(ctx context.Context) (err error) {
		has, err = p.attempt.images.Digest(ctx, r.Name)
		return err
	})
	switch {
	case isAbsent(err):
		has = ""
	case err != nil:
		return err
	}
	if has == r.held || has != "" && is(manifest, has) == nil {
		return nil
	}
	return &ChangedError{Had: r.held, Has: has}
}
