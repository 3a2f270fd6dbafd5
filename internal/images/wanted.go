package images

import (
	"context"
	"errors"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/platforms"
	"ecrmirror/internal/wanted"
)

// Wanted returns what a destination should hold of an image of which some platforms are asked for. It reads the root
// manifest, which some registries count as a pull, and of an image that is no index the configuration. Where the name
// has both a tag and a digest, the digest counts, and is verified. Errors are those of the registry, and as of
// [wanted.Of].
func (r *Client) Wanted(
	ctx context.Context, name imagename.Name, filter platforms.Filter,
) (image wanted.Image, err error) {
	source, err := r.Source(ctx, name)
	if err != nil {
		return wanted.Image{}, err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	raw, given, err := source.Manifest(ctx, "")
	if err != nil {
		return wanted.Image{}, err
	}
	root, err := wanted.Root(raw, given, name.Digest)
	if err != nil {
		return wanted.Image{}, err
	}
	return wanted.Of(ctx, root, filter, 0, source)
}
