package mirror

import (
	"context"
	"sync"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/types"
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
	lanes     *lanes
	progress  *blobProgress
	reading   *reading
	passes    sync.WaitGroup // of targets that were set aside
	manifests sync.WaitGroup // those being put
}

// copyOnce tries once to copy the image to the given destinations, and gives each an outcome.
func (c *Copier) copyOnce(ctx context.Context, report *Report, src types.ImageSource, img *image, results []*Result) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r := &run{
		Copier: c, ctx: ctx, report: report, src: src, img: img, targets: groupByPlace(ctx, results),
		lanes: newLanes(c.opts.Budget), progress: newBlobProgress(c.opts.Progress), reading: &report.reading,
	}
	for _, t := range r.targets {
		t.expect(img, c.opts.LeastRate)
	}
	r.newPass(ctx, r.targets, nil).do(ctx)
	r.passes.Wait()
	r.manifests.Wait()
	for _, t := range r.targets {
		t.close()
	}
	report.BytesRead, report.BytesReadAgain = r.reading.sums()
}

// beginManifests puts the manifests that need nothing, the first time that the target is open.
func (r *run) beginManifests(t *target) {
	if t.failed() == nil && !t.awaits {
		t.awaits = true
		r.putAll(t, t.await(r.img))
	}
}

// blobArrived notes that a target has a blob.
func (r *run) blobArrived(t *target, d digest.Digest) {
	if t.arrive(d) {
		r.putAll(t, t.got(r.img.blobUsers[d]))
	}
}

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
