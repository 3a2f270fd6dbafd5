package mirror

import (
	"context"
	"errors"
	"sync"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/manifest"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/imagename"
)

// An ahead opens the source and reads its root manifest while digests are still being asked for, once
// it is clear that the image is going to be copied: that saves a round trip. The tag may move
// meanwhile; then what was read is of no use.
type ahead struct {
	*Copier
	source imagename.Name

	once   sync.Once
	cancel context.CancelFunc // nil before it was started
	work   sync.WaitGroup
	src    types.ImageSource // nil until it is open, or if that failed
}

// start begins, the first time.
func (a *ahead) start(ctx context.Context) {
	a.once.Do(func() {
		ctx, a.cancel = context.WithCancel(ctx)
		a.work.Go(func() { _ = a.opts.within(ctx, a.open) }) // what is wrong shows again without haste
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

// take returns the source if it is open and has the image of that digest, else nil.
func (a *ahead) take(ctx context.Context, want digest.Digest) types.ImageSource {
	a.work.Wait()
	if a.src == nil {
		return nil
	}
	raw, _, err := a.src.GetManifest(ctx, nil)
	if err == nil {
		var got digest.Digest
		if got, err = manifest.DigestWithAlgorithm(raw, want.Algorithm()); err == nil && got == want {
			src := a.src
			a.src = nil
			return src
		}
	}
	return nil
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
