package mirror

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"go.podman.io/image/v5/pkg/blobinfocache/none"
	"go.podman.io/image/v5/types"
	"golang.org/x/sync/errgroup"
)

// targetsAtOnce bounds how many targets are opened, asked or finished at a time.
const targetsAtOnce = 16

// A run is one attempt at copying an image to some targets.
type run struct {
	*Copier
	report  *Report
	src     types.ImageSource
	img     *image
	targets []*target
	read    atomic.Int64 // bytes of blobs read from the source
}

// copyOnce tries once to copy the image to the given destinations, and gives each an outcome.
func (c *Copier) copyOnce(ctx context.Context, report *Report, src types.ImageSource, img *image, results []*Result) {
	r := &run{Copier: c, report: report, src: src, img: img, targets: groupByPlace(ctx, results)}
	defer func() { report.BytesRead += r.read.Load() }()
	r.each(r.targets, "opening", func(t *target) error { return t.open(c.images, img, c.opts) })
	r.copyBlobs(ctx)
	r.each(r.targets, "writing manifest", func(t *target) error { return t.putManifests(c.images, src, img, c.opts) })
	for _, t := range r.targets {
		t.close()
	}
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

// copyBlobs brings all blobs to all targets, some at a time.
func (r *run) copyBlobs(ctx context.Context) {
	var g errgroup.Group
	g.SetLimit(r.blobsAtOnce())
	for _, blob := range r.img.blobs {
		g.Go(func() error {
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

// copyBlob reads the blob once and writes it to all targets that lack it.
func (r *run) copyBlob(ctx context.Context, blob types.BlobInfo) {
	lacking := r.lacking(blob)
	if len(lacking) == 0 {
		return
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// GetBlob's context is that of the stream, too: it must not end with the call.
	watch := time.AfterFunc(r.opts.StallTimeout, func() { cancel(ErrStalled) })
	stream, size, err := r.src.GetBlob(ctx, blob, none.NoCache)
	watch.Stop()
	if err != nil {
		r.failSource(lacking, "reading blob "+blob.Digest.String(), causeOf(ctx, err))
		return
	}
	defer stream.Close()
	if blob.Size < 0 { // Docker's schema 1 does not say
		blob.Size = size
	}
	v := newVerifier(stream, blob, r.opts.StallTimeout, cancel)
	f := newFanout(func() { cancel(errNoSinks) })
	var puts sync.WaitGroup
	for _, put := range r.puts(f, lacking, blob) {
		puts.Go(put)
	}
	err = f.run(v)
	r.read.Add(v.n)
	if err != nil && !errors.Is(err, errNoSinks) {
		r.failSource(lacking, "reading blob "+blob.Digest.String(), causeOf(ctx, err))
	}
	puts.Wait()
}

// puts returns what writes the blob from the fanout to each of the targets.
func (r *run) puts(f *fanout, targets []*target, blob types.BlobInfo) []func() {
	puts := make([]func(), len(targets))
	for i, t := range targets {
		ctx, drop := context.WithCancelCause(t.ctx)
		s := f.add(r.opts.StallTimeout, func() { drop(ErrStalled) })
		puts[i] = func() {
			defer drop(nil)
			// One who waits for the stream may not look at the context.
			defer context.AfterFunc(ctx, s.Close)()
			defer s.Close()
			r.put(ctx, t, s, blob)
		}
	}
	return puts
}

// lacking returns the targets that do not have the blob.
func (r *run) lacking(blob types.BlobInfo) []*target {
	var mu sync.Mutex
	var lacking []*target
	r.each(r.targets, "looking for blob "+blob.Digest.String(), func(t *target) error {
		has, err := t.has(blob, r.opts)
		if err == nil && !has {
			mu.Lock()
			defer mu.Unlock()
			lacking = append(lacking, t)
		}
		return err
	})
	return lacking
}

// put writes one blob to one target.
func (r *run) put(ctx context.Context, t *target, s *sink, blob types.BlobInfo) {
	got, err := t.dest.PutBlob(ctx, s, types.BlobInfo{Digest: blob.Digest, Size: blob.Size, MediaType: blob.MediaType}, none.NoCache, false)
	if err == nil && got.Digest != blob.Digest {
		err = &DigestMismatchError{Want: blob.Digest, Got: got.Digest}
	}
	if err != nil {
		if s.f.broken() {
			return // the stream's error is the source's, whatever the destination made of it
		}
		t.fail(destinationError(t.results[0].Name, "writing blob "+blob.Digest.String(), causeOf(ctx, err)))
		return
	}
	t.count(max(blob.Size, 0))
}

func (r *run) failSource(targets []*target, op string, err error) {
	err = sourceError(r.report.Source, op, err)
	for _, t := range targets {
		t.fail(err)
	}
}
