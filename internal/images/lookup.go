package images

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/ecr"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images/visit"
	"ecrmirror/internal/registryclient"
)

const (
	// atOnce is how many images in registries are looked up at a time, perHost how many of them in one.
	atOnce  = 256
	perHost = 64
	// ecrAtOnce is in how many repositories of Amazon ECR images are looked up at a time, perECR how many
	// of those are in one registry.
	ecrAtOnce = 128
	perECR    = 16
	// ecrTimeout is how long a look-up in one repository of Amazon ECR may take, with retries on
	// throttling; silentECR after how many that took longer, in a row, a registry is not asked on.
	ecrTimeout = time.Minute
	silentECR  = 3
)

// found is told what is known of an image, by its index.
type found func(i int, d digest.Digest, size int64, err error)

// LookUp looks up the digests of many images, which are to be distinct, and calls found for each of
// them with its index, by several goroutines at once, as soon as it is known; it returns after the
// last. What found gets is what [Client.Digest] returns, and the size of the image in bytes, of
// an index that of its largest image, or 0 where it is not known without further calls. But of a
// repository of Amazon ECR that does not exist the error says so: an ecr.MissingRepositoryError.
//
// Registries are asked at the same time, each for up to 64 images at a time, or fewer a second if it
// bears fewer, and 256 images at a time in all. One that is slow, or does not answer, waits for the others
// after each answer. Amazon ECR is asked for the images of a repository together. Where a registry is
// rate-limited, the error says until when, by its DeferredUntil method; see registryclient.DeferredError.
//
// The images of a registry are asked for in the order of names. Right before each, LookUp calls ask with its
// index, by several goroutines at once. Where ask returns false, the image is passed over, and found is not called
// for it. A nil ask is one that always returns true.
func (r *Client) LookUp(
	ctx context.Context, names []imagename.Name,
	ask func(i int) bool, found func(i int, d digest.Digest, size int64, err error),
) {
	if ask == nil {
		ask = func(int) bool { return true }
	}
	l := lookUps{r, ctx, names, ask, found}
	var wg sync.WaitGroup
	wg.Go(func() { visit.Serve(ecrAtOnce, l.inECR()) })
	wg.Go(func() { visit.Serve(atOnce, l.elsewhere()) })
	wg.Wait()
}

// lookUps are those of one call of LookUp.
type lookUps struct {
	*Client
	ctx   context.Context //nolint:containedctx // lives as long as the call
	names []imagename.Name
	wants func(i int) bool
	found found
}

// inECR returns the visits to registries of Amazon ECR, with a task for each repository.
func (l lookUps) inECR() (visits []*visit.Visit) {
	type place struct{ host, repository string }
	at := map[string]*visit.Visit{}
	tasks := map[place]int{} // indices, among those of their registry
	for i, name := range l.names {
		if name.Kind != imagename.ECR {
			continue
		}
		v := at[name.Host]
		if v == nil {
			var silent atomic.Int32
			do := func(t visit.Task) *visit.Task { //nolint:unparam // the SDK asks again, and nobody else
				l.askECR(name.Host, &silent, t.Images)
				return nil
			}
			v = &visit.Visit{
				Most: perECR, Enter: func() (func(visit.Task) *visit.Task, func()) { return do, func() {} },
			}
			at[name.Host], visits = v, append(visits, v)
		}
		n, known := tasks[place{name.Host, name.Repository}]
		if !known {
			n = len(v.Tasks)
			tasks[place{name.Host, name.Repository}], v.Tasks = n, append(v.Tasks, visit.Task{})
		}
		v.Tasks[n].Images = append(v.Tasks[n].Images, i)
	}
	return visits
}

// elsewhere returns the visits to all others, with a task for each image.
func (l lookUps) elsewhere() []*visit.Visit {
	isElsewhere := func(name imagename.Name) bool { return name.Kind != imagename.ECR }
	return l.visits(l.names, isElsewhere, perHost, l.looking)
}

// looking is a [looking] of images one by one.
func (l lookUps) looking(host *registryclient.Registry, err error) func(visit.Task) *visit.Task {
	if host != nil {
		return func(t visit.Task) *visit.Task { return l.ask(host, t) }
	}
	return func(t visit.Task) *visit.Task {
		i := t.Images[0]
		switch {
		case !l.wants(i):
		case err != nil:
			l.found(i, "", 0, err)
		default: // on disk
			d, err := l.Digest(l.ctx, l.names[i])
			l.found(i, d, 0, err)
		}
		return nil
	}
}

// ask looks an image up in its registry. Where it is to be asked for another time, since no answer came in time,
// it returns the task for that.
func (l lookUps) ask(host *registryclient.Registry, t visit.Task) (again *visit.Task) {
	i := t.Images[0]
	if t.Failed == nil && !l.wants(i) {
		return nil
	}
	if t.Failed != nil && host.Silent() { // it is no good probe of whether the registry answers now
		l.found(i, "", 0, t.Failed)
		return nil
	}
	d, worthIt, err := host.Repository(l.names[i].Repository).Ask(l.ctx, tagFirst(l.names[i]))
	switch {
	case worthIt && t.Failed == nil:
		return &visit.Task{Images: t.Images, Failed: err}
	case errors.Is(err, registryclient.ErrNotFound):
		d, err = "", nil
	}
	l.found(i, d, 0, err)
	return nil
}

// askECR looks up images of one repository of Amazon ECR.
func (l lookUps) askECR(host string, silent *atomic.Int32, images []int) {
	images = slices.DeleteFunc(images, func(i int) bool { return !l.wants(i) })
	if len(images) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(l.ctx, ecrTimeout)
	defer cancel()
	references := make([]string, len(images))
	for n, i := range images {
		references[n] = ecrReference(l.names[i])
	}
	var err error
	if silent.Load() >= silentECR {
		err = &registryclient.MuteError{Host: host}
	}
	var answers map[string]ecr.ImageDigest
	if err == nil {
		answers, err = l.ecr.Digests(ctx, l.names[images[0]], references)
		switch {
		case err == nil || l.ctx.Err() != nil:
			silent.Store(0)
		case errors.Is(ctx.Err(), context.DeadlineExceeded):
			silent.Add(1)
			err = fmt.Errorf("%w: %w", &registryclient.MuteError{Host: host, After: ecrTimeout}, err)
		}
	}
	for n, i := range images {
		answer := answers[references[n]]
		l.found(i, answer.Digest, answer.Size, err)
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

// DeferredUntil returns until when the registry of an image is rate-limited, by its own word;
// the zero time if it is not, or if it has not been asked.
func (r *Client) DeferredUntil(name imagename.Name) time.Time {
	if open := r.hosts.Opened(name.Host); open != nil {
		return open.DeferredUntil()
	}
	return r.shared.DeferredUntil(name.Host)
}
