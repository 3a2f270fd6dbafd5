package mirror

import (
	"context"
	"errors"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/port"
)

// admit fails the destinations whose names, or whose source's name, the gate does not let through. From is where the
// artifacts are read from. It reports whether there are others.
func (r *Report) admit(ctx context.Context, gate Gate, from imagename.Name) bool {
	for _, name := range []imagename.Name{r.Source, from} {
		if err := gate.Source(ctx, name); err != nil {
			r.failPending(sourceError(name, "checking", err))
			return false
		}
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

// settle notes the source's digest, and settles the pending destinations that hold the image already, or can't get it.
func (r *Report) settle(want digest.Digest) {
	r.Digest = want
	for _, result := range r.pending() {
		switch name := result.Name; {
		case name.SameImage(r.Source):
			result.fail(destinationError(name, "checking", ErrIsSource))
		case sameAlgorithm(name.Digest, want) && name.Digest != want:
			result.fail(destinationError(name, "checking", &content.DigestMismatchError{Want: name.Digest, Got: want}))
		case result.held == want:
			result.State, result.Digest = Current, want
		}
	}
}

// settleBy settles the pending destinations whose digests are of another algorithm than the source's, so that only the
// source's manifest can be verified against them.
func (r *Report) settleBy(root port.Manifest) {
	for _, result := range r.pending() {
		if err := is(root, result.Name.Digest); err != nil {
			result.fail(destinationError(result.Name, "checking", err))
		} else if result.held != "" && is(root, result.held) == nil {
			result.State, result.Digest = Current, root.Digest
		}
	}
}

// is verifies a manifest against a digest of any algorithm; "" is one that all have.
func is(m port.Manifest, want digest.Digest) error {
	if want == "" || want == m.Digest {
		return nil
	}
	return content.CheckManifest(m.Content, want)
}

// sameAlgorithm reports whether two digests would be the same if their contents were.
func sameAlgorithm(a, b digest.Digest) bool {
	return a != "" && b != "" && a.Algorithm() == b.Algorithm()
}

// unsettle takes back what followed from the source's digest.
func (r *Report) unsettle() {
	for i := range r.Results {
		var mismatch *content.DigestMismatchError
		if r := &r.Results[i]; r.State == Current || errors.As(r.Err, &mismatch) {
			r.retry()
		}
	}
}
