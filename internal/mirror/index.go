package mirror

import (
	"context"
	"fmt"
	"mime"
	"strings"

	"golang.org/x/sync/errgroup"
)

// The members of an index are manifests, but for those of BuildKit's cache, which is an index of layers and
// of its own configuration (moby/buildkit, cache/remotecache).
type member int

const (
	doubtfulMember member = iota
	manifestMember
	blobMember
)

// memberKind tells by its media type what a member of an index is. One without a type can be of nothing but
// a manifest.
func memberKind(mediaType string) member {
	if bare, _, err := mime.ParseMediaType(mediaType); err == nil {
		mediaType = bare
	}
	switch {
	case mediaType == "", kindOf(mediaType) != "":
		return manifestMember
	case strings.HasPrefix(mediaType, "application/vnd.oci.image.layer."), strings.HasPrefix(mediaType, "application/vnd.docker.image.rootfs."),
		strings.HasPrefix(mediaType, "application/vnd.buildkit."):
		return blobMember
	}
	return doubtfulMember
}

// sort decides about the doubtful members of an index: those that the source does not have as manifests are
// blobs.
func (r *imageReader) sort(ctx context.Context, refs *references) error {
	if len(r.seen)+len(refs.doubtful) > maxManifests {
		return fmt.Errorf("more than %d manifests", maxManifests)
	}
	isManifest := make([]bool, len(refs.doubtful))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(manifestsAtOnce)
	if !r.src.HasThreadSafeGetBlob() {
		g.SetLimit(1)
	}
	for i, blob := range refs.doubtful {
		g.Go(func() error {
			var raw []byte
			err := r.opts.within(ctx, func(ctx context.Context) (err error) {
				raw, _, err = r.src.GetManifest(ctx, &blob.Digest)
				return err
			})
			isManifest[i] = err == nil
			switch {
			case err == nil:
				return r.count(raw) // it is read again
			case ctx.Err() != nil || r.opts.Transient(err):
				return err
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for i, blob := range refs.doubtful {
		if isManifest[i] {
			refs.instances = append(refs.instances, blob.Digest)
			continue
		}
		if err := checkSize(blob); err != nil {
			return fmt.Errorf("blob %q %w", blob.Digest, err)
		}
		refs.blobs = append(refs.blobs, blob)
	}
	return nil
}
