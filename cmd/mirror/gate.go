package main

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

// A gate is what decides what may be copied: lists of names, and the signature policy.
type gate struct {
	allow.Lists
	policy *signature.Policy
	getenv func(string) string
	images *images.Client // for signatures
}

var _ mirror.Gate = (*gate)(nil)

// Source implements [mirror.Gate].
func (g *gate) Source(ctx context.Context, name imagename.Name) error {
	if err := g.Lists.Source(name); err != nil || g.policy == nil {
		return err
	}
	identity, err := images.Identity(name)
	if err != nil {
		return err
	}
	_, err = g.policy.Name(ctx, identity)
	return err
}

// Image implements [mirror.Gate].
func (g *gate) Image(ctx context.Context, source imagename.Name, manifests []digest.Digest) (err error) {
	if g.policy == nil {
		return nil
	}
	identity, err := images.Identity(source)
	if err != nil {
		return err
	}
	signatures, err := g.policy.Name(ctx, identity)
	if err != nil || !signatures {
		return err
	}
	src, err := g.images.Signed(ctx, source, manifests[len(manifests)-1], "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	return g.policy.Image(ctx, identity, src, manifests)
}

// anything reports whether there is something that may be copied by its name. If not, nobody needs
// to be asked for anything, and no login is read.
func (g *gate) anything(ctx context.Context, source imagename.Name, destinations []imagename.Name) bool {
	return g.Source(ctx, source) == nil &&
		slices.ContainsFunc(destinations, func(name imagename.Name) bool { return g.Destination(name) == nil })
}
