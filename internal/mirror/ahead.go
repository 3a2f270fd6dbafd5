package mirror

import (
	"context"
	"errors"
	"sync"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/manifestdigest"
)

// An ahead opens the source and reads its root manifest by the name that was given, once it is clear
// that the image is going to be copied: while digests are still being asked for that saves a round trip,
// and where asking for the source's digest tells nothing, this does. The tag may move meanwhile.
type ahead struct {
	*Copier
	source imagename.Name

	once   sync.Once
	cancel context.CancelFunc // nil before it was started
	work   sync.WaitGroup
	src    types.ImageSource // nil until it is open, or if that failed
	err    error             // why it failed
}

// start begins, the first time.
func (a *ahead) start(ctx context.Context) {
	a.once.Do(func() {
		ctx, a.cancel = context.WithCancel(ctx)
		a.work.Go(func() { a.err = a.opts.within(ctx, a.open) })
	})
}

func (a *ahead) open(ctx context.Context) error {
	src, err := a.images.Source(ctx, a.source)
	if err != nil {
		return err
	}
	if _, _, err := src.GetManifest(ctx, nil); err != nil { // the source keeps it
		return errors.Join(err, src.Close())
	}
	a.src = src
	return nil
}

// digest returns the digest of the root manifest, when it has been read.
func (a *ahead) digest(ctx context.Context) (digest.Digest, error) {
	a.start(ctx)
	a.work.Wait()
	if a.err != nil {
		return "", a.err
	}
	return a.digestBy(ctx, digest.SHA256)
}

func (a *ahead) digestBy(ctx context.Context, algorithm digest.Algorithm) (digest.Digest, error) {
	raw, _, err := a.src.GetManifest(ctx, nil)
	if err != nil {
		return "", err
	}
	return manifestdigest.By(algorithm, raw)
}

// take returns the source if it is open and has the image of that digest, else nil.
func (a *ahead) take(ctx context.Context, want digest.Digest) types.ImageSource {
	a.work.Wait()
	if a.src == nil {
		return nil
	}
	if got, err := a.digestBy(ctx, want.Algorithm()); err != nil || got != want {
		return nil
	}
	src := a.src
	a.src = nil
	return src
}

// close closes the source, unless it was taken.
func (a *ahead) close() {
	if a.cancel != nil {
		a.cancel()
	}
	a.work.Wait()
	if a.src != nil {
		a.src.Close()
	}
}
