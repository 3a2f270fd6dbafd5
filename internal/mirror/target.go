package mirror

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/opencontainers/go-digest"
	imagelib "go.podman.io/image/v5/image"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/imagename"
)

// A target is one place that the image is copied to (a repository, an OCI layout, a
// directory) with the destinations in it: they share its blobs and instances and
// differ in their tags.
type target struct {
	results []*Result
	dest    types.ImageDestination // of the first result
	ctx     context.Context        // ends when the target fails
	cancel  context.CancelCauseFunc

	available map[digest.Digest]int64 // the blobs it had, if it could tell at once; nil if each must be asked for
	isOpen    bool
	awaits    bool // its manifests wait for what they refer to
	atOnce    int  // how many manifests are put at a time
	speed

	mu      sync.Mutex
	arrived map[digest.Digest]bool // blobs of the image that it has
	all     int                    // how many the image has
	lacks   []int                  // for each manifest of the image, how much it still waits for
	ready   []int                  // manifests that can be put, in order
	putting int                    // goroutines that put them
	err     error                  // why the target failed
	blobs   int                    // blobs written
	bytes   int64                  // their bytes
}

// blobLister is implemented by destinations that can tell about many blobs at once.
type blobLister interface {
	// AvailableBlobs returns those of the blobs that the destination has, with their sizes in bytes.
	AvailableBlobs(context.Context, []digest.Digest) (map[digest.Digest]int64, error)
}

// groupByPlace makes one target of all results in one place.
func groupByPlace(ctx context.Context, results []*Result) []*target {
	var targets []*target
	byPlace := map[string]*target{}
	for _, r := range results {
		t := byPlace[r.Name.Place()]
		if t == nil {
			t = &target{}
			t.ctx, t.cancel = context.WithCancelCause(ctx)
			byPlace[r.Name.Place()] = t
			targets = append(targets, t)
		}
		t.results = append(t.results, r)
	}
	return targets
}

// open opens the target, unless it is, and finds out what it can hold and what it has.
func (t *target) open(ctx context.Context, images Images, img *image, opts Options) error {
	if t.isOpen {
		return nil
	}
	if t.dest == nil {
		err := opts.within(ctx, func(ctx context.Context) (err error) {
			t.dest, err = images.Destination(ctx, t.results[0].Name)
			return err
		})
		if err != nil {
			return err
		}
	}
	err := t.look(ctx, img, opts)
	t.isOpen = err == nil
	return err
}

// look finds out what the target can hold, and what it has, if it can tell at once.
func (t *target) look(ctx context.Context, img *image, opts Options) error {
	if err := t.accepts(img); err != nil {
		return err
	}
	lister, ok := t.dest.(blobLister)
	if !ok {
		return nil
	}
	digests := make([]digest.Digest, len(img.blobs))
	for i, blob := range img.blobs {
		digests[i] = blob.Digest
	}
	t.available = map[digest.Digest]int64{}
	return opts.within(ctx, func(ctx context.Context) error {
		available, err := lister.AvailableBlobs(ctx, digests)
		maps.Copy(t.available, available)
		return err
	})
}

// accepts reports an error if the target can't hold one of the image's manifests as it is.
func (t *target) accepts(img *image) error {
	if kind := t.results[0].Name.Kind; img.indexOfBlobs != "" && (kind == imagename.ECR || kind == imagename.ECRPublic) {
		return fmt.Errorf("index %s is one of blobs, such as a build cache, which Amazon ECR can't hold; BuildKit writes one that it can with image-manifest=true", img.indexOfBlobs)
	}
	supported := t.dest.SupportedManifestMIMETypes()
	for _, doc := range img.manifests {
		if len(supported) > 0 && !slices.Contains(supported, doc.mediaType) {
			return fmt.Errorf("it can't hold manifests of type %s, and mirroring does not convert", doc.mediaType)
		}
	}
	return nil
}

// manifestsAtOnce is how many manifests are put to a target at a time.
const manifestsAtOnce = 8

// await begins to wait for what the manifests need, and returns those that need nothing.
func (t *target) await(img *image) (ready []int) {
	t.atOnce = manifestsAtOnce
	if !t.dest.HasThreadSafePutBlob() {
		t.atOnce = 1
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lacks = slices.Clone(img.needs)
	for i, n := range t.lacks {
		if n == 0 {
			ready = append(ready, i)
		}
	}
	return ready
}

// got notes that what these manifests refer to is there, and returns those that can be put now.
func (t *target) got(users []int) (ready []int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, i := range users {
		if t.lacks[i]--; t.lacks[i] == 0 {
			ready = append(ready, i)
		}
	}
	return ready
}

// queue adds manifests that can be put, and returns how many more goroutines are to put them.
func (t *target) queue(ready []int) (more int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ready = append(t.ready, ready...)
	more = min(t.atOnce-t.putting, len(ready))
	t.putting += more
	return more
}

// next returns the next manifest to put; ok is false if there is none, and the goroutine ends.
func (t *target) next() (i int, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.ready) == 0 {
		t.putting--
		return 0, false
	}
	i, t.ready = t.ready[0], t.ready[1:]
	return i, true
}

// putInstance writes a manifest without a tag.
func (t *target) putInstance(r *run, doc document) error {
	err := r.opts.within(t.ctx, func(ctx context.Context) error {
		return t.dest.PutManifest(ctx, doc.raw, &doc.digest)
	})
	if err != nil {
		return fmt.Errorf("instance %s: %w", doc.digest, err)
	}
	for _, result := range t.results {
		r.opts.Progress.Manifest(result.Name.String(), doc.digest)
	}
	return nil
}

// putRoots writes the root manifest for each destination. Those that fail keep their errors.
func (t *target) putRoots(r *run) error {
	for i, result := range t.results {
		if twin := t.twin(i); twin != nil {
			result.State, result.Digest, result.Err = twin.State, twin.Digest, twin.Err
			continue
		}
		err := r.opts.within(t.ctx, func(ctx context.Context) error {
			return t.putRoot(ctx, r.images, r.src, r.img, i)
		})
		if err != nil {
			result.fail(destinationError(result.Name, "writing manifest", err))
			continue
		}
		result.State, result.Digest = Copied, r.img.root.digest
		r.opts.Progress.Manifest(result.Name.String(), r.img.root.digest)
	}
	return nil
}

// twin returns an earlier result for the same image by another name. It is not to be
// written again: to open a directory a second time erases it.
func (t *target) twin(i int) *Result {
	for _, r := range t.results[:i] {
		if r.Name.SameImage(t.results[i].Name) {
			return r
		}
	}
	return nil
}

func (t *target) putRoot(ctx context.Context, images Images, src types.ImageSource, img *image, i int) (err error) {
	dest := t.dest
	if i > 0 {
		// One by one: an OCI layout's index.json is read when its destination is opened.
		if dest, err = images.Destination(ctx, t.results[i].Name); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, dest.Close()) }()
	}
	if err := dest.PutManifest(ctx, img.root.raw, nil); err != nil {
		return err
	}
	return dest.Commit(ctx, imagelib.UnparsedInstance(src, nil))
}

// fail gives the target up: what it does is stopped. The first error counts.
func (t *target) fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err == nil {
		t.err = err
		t.cancel(err)
	}
}

func (t *target) failed() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

func (t *target) count(bytes int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.blobs++
	t.bytes += bytes
}

// close ends the target's work and gives its results their outcome.
func (t *target) close() {
	if t.dest != nil {
		if err := t.dest.Close(); err != nil {
			t.fail(destinationError(t.results[0].Name, "closing", err))
		}
	}
	t.cancel(nil)
	for _, r := range t.results {
		r.BlobsSent += t.blobs
		r.BytesSent += t.bytes
		if r.State == pending {
			r.fail(t.errorFor(r))
		}
	}
}

// errorFor names the result's own destination in the error that all of the target share.
func (t *target) errorFor(r *Result) error {
	var e *Error
	if errors.As(t.err, &e) && e.Side == Destination && e.Name != r.Name {
		return &Error{Side: Destination, Name: r.Name, Op: e.Op, Err: e.Err}
	}
	return t.err
}
