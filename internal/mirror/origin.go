package mirror

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/manifestdigest"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/port"
)

// An origin is the source of a copy.
//
// Once it is clear that the image is going to be copied, it opens the source and reads the root manifest by the name
// that was given. While digests are still being asked for that saves a round trip, and where asking for the source's
// digest tells nothing, this does. The tag may move meanwhile.
type origin struct {
	images port.Images
	opts   Options
	name   imagename.Name
	most   int // bytes of a root that is kept before it is the image's turn; 0 = any number

	once    sync.Once
	started atomic.Bool
	cancel  context.CancelFunc // nil before it was started
	work    sync.WaitGroup
	err     error // why reading ahead failed

	source    port.Source   // nil until it is open
	elsewhere port.Source   // that artifacts are read from, if that is another repository than the image's
	root      []byte        // what the name names; nil until it was read, and where it is too large to be kept
	named     digest.Digest // of what the name named, where that is not kept
	mediaType string
	digest    digest.Digest // of root, if that is the image's
	trimmed   port.Manifest // what is copied in place of the root; zero if the root is
}

// newOrigin returns the origin of an image, which keeps no more than so many bytes of what it reads ahead, 0 for any
// number.
func newOrigin(images port.Images, opts Options, name imagename.Name, most int64) *origin {
	return &origin{images: images, opts: opts, name: name, most: int(most)}
}

// start begins to read ahead, the first time.
func (o *origin) start(ctx context.Context) {
	o.once.Do(func() {
		ctx, o.cancel = context.WithCancel(ctx)
		o.started.Store(true)
		o.work.Go(func() { o.err = o.opts.within(ctx, o.readAhead) })
	})
}

// isStarted reports whether it has begun to read ahead.
func (o *origin) isStarted() bool { return o.started.Load() }

func (o *origin) readAhead(ctx context.Context) error {
	source, err := o.images.Source(ctx, o.name)
	if err != nil {
		return err
	}
	if o.root, o.mediaType, err = source.Manifest(ctx, ""); err != nil {
		return errors.Join(err, source.Close())
	}
	o.source = source
	if o.most > 0 && len(o.root) > o.most {
		o.named, err = manifestdigest.Of(o.root)
		o.root = nil // it is read again in its turn
	}
	return err
}

// rootDigest returns the digest of the root manifest, when that has been read by its name.
func (o *origin) rootDigest(ctx context.Context) (digest.Digest, error) {
	o.start(ctx)
	o.work.Wait()
	if o.err != nil {
		return "", o.err
	}
	if o.named != "" {
		return o.named, nil
	}
	return manifestdigest.Of(o.root)
}

// open opens the source, unless it is, for the image of that digest.
func (o *origin) open(ctx context.Context, want digest.Digest) error {
	o.work.Wait()
	if o.source != nil {
		return nil
	}
	return o.opts.within(ctx, func(ctx context.Context) (err error) {
		o.source, err = o.images.Source(ctx, pin(o.name, want))
		return err
	})
}

// readRoot reads the root manifest of the image that has that digest, unless a source in a registry is to be asked for
// it by its digest.
func (o *origin) readRoot(ctx context.Context, want digest.Digest) error {
	if o.name.IsOnDisk() {
		return o.readFile(ctx, want)
	}
	if o.root != nil && content.CheckManifest(o.root, want) == nil {
		o.digest = want
	}
	return nil
}

// readFile reads the root manifest of an image in files, which has no name with a digest: it is read as it is, and must
// have the digest.
func (o *origin) readFile(ctx context.Context, want digest.Digest) (err error) {
	if o.root == nil {
		err = o.opts.within(ctx, func(ctx context.Context) (err error) {
			o.root, o.mediaType, err = o.source.Manifest(ctx, "")
			return err
		})
	}
	if err == nil {
		err = content.CheckManifest(o.root, want)
	}
	if err == nil {
		o.digest = want
	}
	return err
}

// Manifest reads a manifest by its digest. The root that readRoot read is not read again, and one that was trimmed is
// nowhere else.
func (o *origin) Manifest(ctx context.Context, reference string) (manifest []byte, mediaType string, err error) {
	switch reference {
	case o.digest.String():
		return o.root, o.mediaType, nil
	case o.trimmed.Digest.String():
		return o.trimmed.Content, o.trimmed.MediaType, nil
	}
	return o.source.Manifest(ctx, reference)
}

// OneAtATime is that of the source, which is open.
func (o *origin) OneAtATime() bool { return o.source.OneAtATime() }

// Blob opens a blob of the source, which is open.
func (o *origin) Blob(ctx context.Context, blob content.Blob) (chunked.Blob, error) {
	return o.source.Blob(ctx, blob)
}

// close closes the source.
func (o *origin) close() {
	if o.cancel != nil {
		o.cancel()
	}
	o.work.Wait()
	for _, source := range []port.Source{o.source, o.elsewhere} {
		if source != nil {
			source.Close()
		}
	}
	o.source, o.elsewhere = nil, nil
}

// pin returns the name of the image with that digest, which does not change when its tag
// moves. Images in files have no such name.
func pin(name imagename.Name, d digest.Digest) imagename.Name {
	if name.Tag != "" && d != "" {
		name.Tag, name.Digest = "", d
	}
	return name
}
