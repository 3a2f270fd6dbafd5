package mirror

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/manifest"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/imagename"
)

// Limits on what an image may consist of: far above any real image, low enough that
// a hostile one can't exhaust memory.
const (
	maxManifests = 10_000
	maxDepth     = 8 // indexes within indexes
)

// A document is one manifest of an image, as the source has it.
type document struct {
	digest    digest.Digest
	mediaType string
	raw       []byte
}

// An image is the graph that a root manifest spans, flattened.
type image struct {
	root      document
	manifests []document       // each once, whatever it refers to before it, the root last
	blobs     []types.BlobInfo // each once, largest first
}

// An imageReader walks the graph of an image.
type imageReader struct {
	src   types.ImageSource
	opts  Options
	img   *image
	seen  map[digest.Digest]bool
	blobs map[digest.Digest]bool
}

// readImage reads all manifests of the source, each held against its digest.
func readImage(ctx context.Context, src types.ImageSource, name imagename.Name, opts Options) (*image, error) {
	r := imageReader{src: src, opts: opts, img: &image{}, seen: map[digest.Digest]bool{}, blobs: map[digest.Digest]bool{}}
	root, err := r.fetch(ctx, nil)
	if err == nil && name.Digest != "" && root.digest != name.Digest {
		err = &DigestMismatchError{Want: name.Digest, Got: root.digest}
	}
	if err != nil {
		return nil, sourceError(name, "reading manifest", err)
	}
	r.img.root = root
	if err := r.walk(ctx, root, 0); err != nil {
		return nil, sourceError(name, "reading manifest", err)
	}
	slices.SortStableFunc(r.img.blobs, func(a, b types.BlobInfo) int { return cmp.Compare(b.Size, a.Size) })
	return r.img, nil
}

// fetch reads one manifest: the root if want is nil.
func (r *imageReader) fetch(ctx context.Context, want *digest.Digest) (document, error) {
	var raw []byte
	var mediaType string
	err := r.opts.within(ctx, func(ctx context.Context) (err error) {
		raw, mediaType, err = r.src.GetManifest(ctx, want)
		return err
	})
	if err != nil {
		return document{}, err
	}
	doc := document{raw: raw, mediaType: mediaTypeOf(raw, mediaType)}
	if doc.mediaType == "" {
		return document{}, fmt.Errorf("manifest of unknown media type %q", mediaType)
	}
	if want == nil {
		doc.digest, err = manifest.Digest(raw)
		return doc, err
	}
	doc.digest = *want
	ok, err := manifest.MatchesDigest(raw, *want)
	if err == nil && !ok {
		err = &DigestMismatchError{Want: *want, Got: want.Algorithm().FromBytes(raw)}
	}
	return doc, err
}

// walk adds the document and all it refers to, children before parents.
func (r *imageReader) walk(ctx context.Context, doc document, depth int) error {
	if r.seen[doc.digest] {
		return nil
	}
	r.seen[doc.digest] = true
	if len(r.seen) > maxManifests || depth > maxDepth {
		return fmt.Errorf("more than %d manifests, or indexes nested deeper than %d", maxManifests, maxDepth)
	}
	if err := r.walkBelow(ctx, doc, depth); err != nil {
		return err
	}
	r.img.manifests = append(r.img.manifests, doc)
	return nil
}

func (r *imageReader) walkBelow(ctx context.Context, doc document, depth int) error {
	below, err := parse(doc)
	if err != nil {
		return fmt.Errorf("manifest %s: %w", doc.digest, err)
	}
	for _, blob := range below.blobs {
		if err := r.addBlob(blob); err != nil {
			return fmt.Errorf("manifest %s: blob %q: %w", doc.digest, blob.Digest, err)
		}
	}
	for _, instance := range below.instances {
		if r.seen[instance] {
			continue
		}
		if err := instance.Validate(); err != nil {
			return fmt.Errorf("index %s: instance %q: %w", doc.digest, instance, err)
		}
		child, err := r.fetch(ctx, &instance)
		if err != nil {
			return fmt.Errorf("instance %s: %w", instance, err)
		}
		if err := r.walk(ctx, child, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (r *imageReader) addBlob(info types.BlobInfo) error {
	if r.blobs[info.Digest] {
		return nil
	}
	if err := info.Digest.Validate(); err != nil {
		return err
	}
	r.blobs[info.Digest] = true
	r.img.blobs = append(r.img.blobs, info)
	return nil
}
