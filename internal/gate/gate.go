// Package gate decides what may be copied: by lists of names, and by a policy of who must have signed what.
package gate

import (
	"context"
	"errors"
	"slices"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/allow"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/signature"
)

// A Gate decides what may be copied. The zero Gate lets everything pass.
type Gate struct {
	allow.Lists                   // the names that may be read and written
	Policy      *signature.Policy // nil asks for no signatures
	Images      *images.Client    // reads signatures; not needed without a policy
}

var _ mirror.Gate = (*Gate)(nil)

// Source implements [mirror.Gate]. It returns an error if a source may not be read, however it is signed.
func (g *Gate) Source(ctx context.Context, name imagename.Name) error {
	if err := g.Lists.Source(name); err != nil || g.Policy == nil {
		return err
	}
	identity, err := images.Identity(name)
	if err != nil {
		return err
	}
	_, err = g.Policy.Name(ctx, identity)
	return err
}

// Image implements [mirror.Gate]. It returns an error if the policy asks for signatures that the image, whose root is
// the last of its manifests, does not have.
func (g *Gate) Image(ctx context.Context, source imagename.Name, manifests []digest.Digest) (err error) {
	if g.Policy == nil {
		return nil
	}
	identity, err := images.Identity(source)
	if err != nil {
		return err
	}
	signatures, err := g.Policy.Name(ctx, identity)
	if err != nil || !signatures {
		return err
	}
	src, err := g.Images.Signed(ctx, source, manifests[len(manifests)-1], "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	return g.Policy.Image(ctx, identity, src, manifests)
}

// Anything reports whether the names allow some of a copy. If not, no registry is asked, and no login is needed.
func (g *Gate) Anything(ctx context.Context, source imagename.Name, destinations []imagename.Name) bool {
	return g.Source(ctx, source) == nil &&
		slices.ContainsFunc(destinations, func(name imagename.Name) bool { return g.Destination(name) == nil })
}
