package images

import (
	"context"
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/references"
)

// Manifests returns the digests of an image's root manifest, which the name has, and of the instances that it names,
// the root first. It takes one request: of an index within an index the instances are not among them.
func (r *Client) Manifests(ctx context.Context, image imagename.Name) (_ []digest.Digest, err error) {
	source, err := r.Source(ctx, image)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	raw, given, err := source.Manifest(ctx, "")
	if err != nil {
		return nil, err
	}
	if err := content.CheckManifest(raw, image.Digest); err != nil {
		return nil, err
	}
	refs, err := references.Parse(raw, references.MediaType(raw, given))
	if err != nil {
		return nil, fmt.Errorf("manifest %s: %w", image.Digest, err)
	}
	all := append([]digest.Digest{image.Digest}, refs.Instances...)
	for _, member := range refs.Doubtful { // it may be an instance
		all = append(all, member.Digest)
	}
	return all, nil
}
