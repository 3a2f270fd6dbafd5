package mirror

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync/atomic"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/manifest"
	"go.podman.io/image/v5/types"
	"golang.org/x/sync/errgroup"

	"ecrmirror/internal/manifestdigest"
)

// Limits on what an image may consist of: above any real image, low enough that a hostile one can
// exhaust neither memory nor time.
const (
	maxManifest      = 4 << 20  // bytes; that of ECR and of most registries
	maxManifestBytes = 16 << 20 // of all manifests together, which are in memory beside the budget; a manifest has 2 KiB or so
	maxManifests     = 10_000
	maxDepth         = 8       // indexes within indexes
	maxBlobs         = 50_000  // distinct ones; a manifest of maxManifest bytes can name 46,000
	maxBlobSize      = 1 << 44 // bytes; the sum of all sizes is a number, too
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

	needs         []int                   // how many blobs and instances each manifest refers to, each counted once
	blobUsers     map[digest.Digest][]int // the manifests that refer to a blob, by their places in manifests
	instanceUsers map[digest.Digest][]int // those that refer to an instance

	inline       map[digest.Digest]inlineContent // contents that manifests have in themselves
	indexOfBlobs digest.Digest                   // an index among whose members are blobs; "" if there is none
}

// An imageReader walks the graph of an image.
type imageReader struct {
	src  types.ImageSource
	opts Options
	img  *image
	size atomic.Int64 // bytes of the manifests read so far
	seen map[digest.Digest]bool
}

// readImage reads all manifests of the source, each held against its digest; want is the root's.
func readImage(ctx context.Context, src types.ImageSource, want digest.Digest, opts Options) (*image, error) {
	img := &image{blobUsers: map[digest.Digest][]int{}, instanceUsers: map[digest.Digest][]int{}, inline: map[digest.Digest]inlineContent{}}
	r := imageReader{src: src, opts: opts, img: img, seen: map[digest.Digest]bool{}}
	root, err := r.fetch(ctx, nil, want)
	if err != nil {
		return nil, err
	}
	r.img.root = root
	if err := r.walk(ctx, root, 0); err != nil {
		return nil, err
	}
	slices.SortStableFunc(r.img.blobs, func(a, b types.BlobInfo) int { return cmp.Compare(b.Size, a.Size) })
	return r.img, nil
}

// fetch reads one manifest, the root if instance is nil, and holds it against its digest, which is a valid one.
func (r *imageReader) fetch(ctx context.Context, instance *digest.Digest, want digest.Digest) (document, error) {
	var raw []byte
	var mediaType string
	err := r.opts.within(ctx, func(ctx context.Context) (err error) {
		raw, mediaType, err = r.src.GetManifest(ctx, instance)
		return err
	})
	if inline, ok := r.img.inline[want]; ok && err != nil { // where it is
		mediaType = ""
		raw, err = io.ReadAll(inline.open())
	}
	if err != nil {
		return document{}, err
	}
	doc := document{digest: want, mediaType: mediaTypeOf(raw, mediaType), raw: raw}
	if doc.mediaType == "" {
		return document{}, fmt.Errorf("manifest of unknown media type %q", mediaType)
	}
	if len(raw) > maxManifest {
		return document{}, fmt.Errorf("manifest has more than %d bytes", maxManifest)
	}
	if err := r.count(raw); err != nil {
		return document{}, err
	}
	got, err := manifestdigest.By(want.Algorithm(), raw)
	if err == nil && got != want {
		err = &DigestMismatchError{Want: want, Got: got}
	}
	return doc, err
}

// count counts the bytes of a manifest that was read.
func (r *imageReader) count(raw []byte) error {
	if r.size.Add(int64(len(raw))) > maxManifestBytes {
		return fmt.Errorf("more than %d bytes of manifests", int64(maxManifestBytes))
	}
	return nil
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
	below, err := parse(doc)
	if err == nil {
		err = r.sort(ctx, &below)
	}
	if err != nil {
		return fmt.Errorf("manifest %s: %w", doc.digest, err)
	}
	for _, blob := range below.blobs {
		if err := r.addBlob(blob); err != nil {
			return fmt.Errorf("manifest %s: %w", doc.digest, err)
		}
	}
	maps.Copy(r.img.inline, below.inline)
	if manifest.MIMETypeIsMultiImage(doc.mediaType) && len(below.blobs) > 0 {
		r.img.indexOfBlobs = doc.digest
	}
	if err := r.walkBelow(ctx, below.instances, depth); err != nil {
		return err
	}
	r.img.add(doc, below)
	return nil
}

// walkBelow walks the instances of an index, which it fetches side by side.
func (r *imageReader) walkBelow(ctx context.Context, instances []digest.Digest, depth int) error {
	var unseen []digest.Digest
	listed := map[digest.Digest]bool{}
	for _, instance := range instances {
		if !r.seen[instance] && !listed[instance] {
			listed[instance] = true
			unseen = append(unseen, instance)
		}
	}
	children, err := r.fetchAll(ctx, unseen)
	if err != nil {
		return err
	}
	for _, child := range children {
		if err := r.walk(ctx, child, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (r *imageReader) fetchAll(ctx context.Context, instances []digest.Digest) ([]document, error) {
	if len(r.seen)+len(instances) > maxManifests {
		return nil, fmt.Errorf("more than %d manifests", maxManifests)
	}
	children := make([]document, len(instances))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(manifestsAtOnce)
	if !r.src.HasThreadSafeGetBlob() {
		g.SetLimit(1)
	}
	for i, instance := range instances {
		g.Go(func() (err error) {
			if children[i], err = r.fetch(ctx, &instance, instance); err != nil {
				return fmt.Errorf("instance %s: %w", instance, err)
			}
			return nil
		})
	}
	return children, g.Wait()
}

// add adds a manifest, after those it refers to.
func (img *image) add(doc document, below references) {
	place := len(img.manifests)
	img.manifests = append(img.manifests, doc)
	img.needs = append(img.needs, 0)
	note := func(users map[digest.Digest][]int, d digest.Digest) {
		if of := users[d]; len(of) == 0 || of[len(of)-1] != place { // once
			users[d] = append(of, place)
			img.needs[place]++
		}
	}
	for _, blob := range below.blobs {
		note(img.blobUsers, blob.Digest)
	}
	for _, instance := range below.instances {
		note(img.instanceUsers, instance)
	}
}

func (r *imageReader) addBlob(info types.BlobInfo) error {
	if _, known := r.img.blobUsers[info.Digest]; known {
		return nil
	}
	if len(r.img.blobs) >= maxBlobs {
		return fmt.Errorf("more than %d blobs", maxBlobs)
	}
	r.img.blobUsers[info.Digest] = nil // add notes them
	r.img.blobs = append(r.img.blobs, info)
	return nil
}

// quotable shortens what is in place of a digest.
func quotable(d digest.Digest) digest.Digest {
	const longest = 160 // a SHA-512 has 135
	if len(d) > longest {
		return d[:longest] + "..."
	}
	return d
}
