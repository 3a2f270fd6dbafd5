package mirror

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/types"
	"golang.org/x/sync/errgroup"

	"ecrmirror/internal/chunked"
)

// blobTries is how often a blob is written to a target at most before the target is given up.
const blobTries = 4

// targetsAtOnce bounds how many targets are opened or asked at a time.
const targetsAtOnce = 16

// A run is one attempt at copying an image to some targets.
type run struct {
	*Copier
	ctx       context.Context
	report    *Report
	src       types.ImageSource
	img       *image
	targets   []*target
	bytesRead atomic.Int64   // of blobs, from the source
	manifests sync.WaitGroup // those being put
}

// copyOnce tries once to copy the image to the given destinations, and gives each an outcome.
func (c *Copier) copyOnce(ctx context.Context, report *Report, src types.ImageSource, img *image, results []*Result) {
	r := &run{Copier: c, ctx: ctx, report: report, src: src, img: img, targets: groupByPlace(ctx, results)}
	r.each(r.targets, "opening", func(t *target) error { return t.open(c.images, img, c.opts) })
	for _, t := range r.targets {
		r.begin(t)
	}
	r.copyBlobs(ctx)
	r.manifests.Wait()
	for _, t := range r.targets {
		t.close()
	}
	report.BytesRead += r.bytesRead.Load()
}

// each does something with all targets that have not failed; those for which it fails, fail.
func (r *run) each(targets []*target, op string, do func(*target) error) {
	var g errgroup.Group
	g.SetLimit(targetsAtOnce)
	for _, t := range targets {
		if t.failed() != nil {
			continue
		}
		g.Go(func() error {
			if err := do(t); err != nil {
				t.fail(destinationError(t.results[0].Name, op, causeOf(t.ctx, err)))
			}
			return nil
		})
	}
	_ = g.Wait() // the targets keep their errors
}

// copyBlobs brings all blobs to all targets, some at a time: those of all instances together,
// largest first.
func (r *run) copyBlobs(ctx context.Context) {
	var g errgroup.Group
	g.SetLimit(r.blobsAtOnce())
	for _, blob := range r.img.blobs {
		if r.slots.Acquire(ctx, 1) != nil {
			break // the targets end with the context
		}
		g.Go(func() error {
			defer r.slots.Release(1)
			r.copyBlob(ctx, blob)
			return nil
		})
	}
	_ = g.Wait()
}

// blobsAtOnce is 1 if the source or a target can't do two blobs at a time.
func (r *run) blobsAtOnce() int {
	if !r.src.HasThreadSafeGetBlob() {
		return 1
	}
	for _, t := range r.targets {
		if t.dest != nil && !t.dest.HasThreadSafePutBlob() {
			return 1
		}
	}
	return r.opts.Blobs
}

// copyBlob reads the blob once and writes it to all targets that lack it. Where that fails for now
// it does so again for those that are left, and the other blobs go on meanwhile.
func (r *run) copyBlob(ctx context.Context, blob types.BlobInfo) {
	lacking := r.lacking(blob)
	for try := 1; len(lacking) > 0; try++ {
		x := newTransfer(ctx, r, blob, lacking)
		x.try = try
		x.move()
		if len(x.again) == 0 {
			break
		}
		r.opts.Log.WarnContext(ctx, "trying again", "blob", blob.Digest.String(), "error", x.why)
		r.opts.Progress.BlobDone(blob.Digest, blob.Size, x.why)
		lacking = x.again
		if chunked.Sleep(ctx, r.opts.RetryDelay/4) != nil {
			for _, t := range lacking {
				t.fail(x.why)
			}
			break
		}
	}
	var err error
	for _, t := range lacking {
		if err == nil {
			err = t.failed()
		}
	}
	r.opts.Progress.BlobDone(blob.Digest, blob.Size, err)
}

// lacking returns the targets that are not known to have the blob.
func (r *run) lacking(blob types.BlobInfo) []*target {
	var mu sync.Mutex
	var lacking []*target
	r.each(r.targets, "looking for blob "+blob.Digest.String(), func(t *target) error {
		has, err := t.has(blob, r.opts)
		switch {
		case err != nil:
			return err
		case has:
			r.blobArrived(t, blob.Digest)
		default:
			mu.Lock()
			defer mu.Unlock()
			lacking = append(lacking, t)
		}
		return nil
	})
	return lacking
}

// begin puts the manifests that need nothing.
func (r *run) begin(t *target) {
	if t.failed() == nil {
		r.putAll(t, t.await(r.img))
	}
}

// blobArrived notes that a target has a blob.
func (r *run) blobArrived(t *target, d digest.Digest) { r.putAll(t, t.got(r.img.blobUsers[d])) }

// putAll puts manifests that need nothing more, some at a time.
func (r *run) putAll(t *target, ready []int) {
	for range t.queue(ready) {
		r.manifests.Go(func() {
			for i, ok := t.next(); ok; i, ok = t.next() {
				r.putManifest(t, i)
			}
		})
	}
}

// putManifest puts one manifest of the image, whose blobs and instances are there; the last is the
// root.
func (r *run) putManifest(t *target, i int) {
	doc := r.img.manifests[i]
	err := r.large.turn(t.ctx, len(doc.raw), func() error {
		if i == len(r.img.manifests)-1 {
			return t.putRoots(r)
		}
		return t.putInstance(r, doc)
	})
	if err != nil {
		t.fail(destinationError(t.results[0].Name, "writing manifest", causeOf(t.ctx, err)))
		return
	}
	r.putAll(t, t.got(r.img.instanceUsers[doc.digest]))
}
