package registry

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/distribution"
	"ecrmirror/internal/ecrtransport"
	"ecrmirror/internal/imagename"
)

const (
	// perHost is how many digests a registry is asked for at a time, and perECR in how many
	// repositories of one Amazon ECR registry digests are looked up at a time.
	perHost = 32
	perECR  = 16
	// ecrTimeout is how long a look-up in one repository of Amazon ECR may take, with retries on
	// throttling; silentECR after how many that took longer, in a row, a registry is not asked on.
	ecrTimeout = time.Minute
	silentECR  = 3
)

// LookUp looks up the digests of many images, which are to be distinct, and calls found for each of
// them with its index, by several goroutines at once, as soon as it is known; it returns after the
// last. What found gets is what [Registries.Digest] returns, and the size of the image in bytes, of
// an index that of its largest image, or 0 where it is not known without further calls. But of a
// repository of Amazon ECR that does not exist the error says so: an ecrtransport.MissingRepositoryError.
//
// Registries are asked at the same time, each for up to 32 images at a time, or fewer a second if it
// bears fewer; so that one that is slow, or does not answer at all, holds up no other. Amazon ECR is
// asked for the images of a repository together. Where a registry bears no more requests for now,
// the error says until when, by its DeferredUntil method; see distribution.DeferredError.
func (r *Registries) LookUp(ctx context.Context, names []imagename.Name, found func(i int, d digest.Digest, size int64, err error)) {
	type place struct{ host, repository string }
	repositories := map[place][]int{} // of ECR
	ecr := map[string][]place{}
	others := map[string][]int{}
	for i, name := range names {
		if name.Kind != imagename.ECR {
			others[name.Host] = append(others[name.Host], i)
			continue
		}
		at := place{name.Host, name.Repository}
		if repositories[at] == nil {
			ecr[name.Host] = append(ecr[name.Host], at)
		}
		repositories[at] = append(repositories[at], i)
	}
	var wg sync.WaitGroup
	for host, places := range ecr {
		wg.Go(func() {
			var silent atomic.Int32
			several(perECR, places, func(at place) {
				r.lookUpInECR(ctx, host, &silent, names, repositories[at], found)
			})
		})
	}
	for _, images := range others {
		wg.Go(func() {
			several(perHost, images, func(i int) {
				d, err := r.Digest(ctx, names[i])
				found(i, d, 0, err)
			})
		})
	}
	wg.Wait()
}

// several calls do for each of the items, up to n at a time, and returns after the last.
func several[T any](n int, items []T, do func(T)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(n, len(items)) {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(items)); i = next.Add(1) - 1 {
				do(items[i])
			}
		})
	}
	wg.Wait()
}

// lookUpInECR looks up the images among names with the given indices, all of one repository.
func (r *Registries) lookUpInECR(
	parent context.Context, host string, silent *atomic.Int32, names []imagename.Name, images []int,
	found func(i int, d digest.Digest, size int64, err error),
) {
	ctx, cancel := context.WithTimeout(parent, ecrTimeout)
	defer cancel()
	references := make([]string, len(images))
	for n, i := range images {
		references[n] = ecrReference(names[i])
	}
	var err error
	if silent.Load() >= silentECR {
		err = &distribution.MuteError{Host: host}
	}
	var answers map[string]ecrtransport.ImageDigest
	if err == nil {
		answers, err = r.ecr.Digests(ctx, names[images[0]], references)
		switch {
		case err == nil || parent.Err() != nil:
			silent.Store(0)
		case errors.Is(ctx.Err(), context.DeadlineExceeded):
			silent.Add(1)
			err = fmt.Errorf("%w: %w", &distribution.MuteError{Host: host, After: ecrTimeout}, err)
		}
	}
	for n, i := range images {
		answer := answers[references[n]]
		found(i, answer.Digest, answer.Size, err)
	}
}

// ecrReference returns what the image is called within its repository; the tag decides, as in
// Digest.
func ecrReference(name imagename.Name) string {
	if name.Tag != "" {
		return name.Tag
	}
	return name.Digest.String()
}

// DeferredUntil returns until when the registry of an image bears no more requests, by its own word;
// the zero time if it does, or if it has not been asked.
func (r *Registries) DeferredUntil(name imagename.Name) time.Time {
	r.mu.Lock()
	host := r.hosts[name.Host]
	r.mu.Unlock()
	if host == nil {
		return time.Time{}
	}
	return host.DeferredUntil()
}
