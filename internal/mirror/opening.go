package mirror

import (
	"context"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/mirror/content"
)

// open opens the place, unless it is, makes sure that it can hold the graph, and begins to put manifests: those
// that need nothing. Where nothing is to be put it is complete.
func (p *place) open(ctx context.Context) error {
	if p.isOpen {
		return nil
	}
	if p.dest == nil {
		err := p.attempt.opts.within(ctx, func(ctx context.Context) (err error) {
			p.dest, err = p.attempt.images.Destination(ctx, p.results[0].Name)
			return err
		})
		if err != nil {
			return err
		}
	}
	if err := p.expect(ctx); err != nil {
		return err
	}
	p.isOpen = true
	p.puts.atOnce = manifestsAtOnce
	if p.dest.OneAtATime() {
		p.puts.atOnce = 1
	}
	p.arrived(p.arrivals.Ready(), p.arrivals.AllEnded())
	return nil
}

// expect makes sure that the place can hold the image, goes on without the artifacts that it can't hold, and says which
// blobs are going to be asked for.
func (p *place) expect(ctx context.Context) error {
	for i, node := range p.attempt.graph.Nodes {
		isOptional := p.attempt.graph.IsOptional(i)
		if isOptional && p.onDisk() { // which keeps images alone
			p.arrivals.Skip(i)
			continue
		}
		err := p.dest.Accepts(node.Manifest, node.IndexOfBlobs)
		switch {
		case err != nil && isOptional:
			p.skip(i, err)
		case err != nil:
			return err
		}
	}
	blobs := make([]digest.Digest, len(p.attempt.graph.Blobs))
	for i, blob := range p.attempt.graph.Blobs {
		blobs[i] = blob.Digest
	}
	return p.attempt.opts.within(ctx, func(ctx context.Context) error { return p.dest.Expect(ctx, blobs) })
}

// knows reports whether the place is known to have the blob, if only by another image.
func (p *place) knows(blob content.Blob) bool {
	if p.arrivals.HasBlob(blob.Digest) || p.onDisk() && !p.attempt.graph.IsOfImage(blob.Digest) {
		return true
	}
	if !p.depot.hasBlob(blob.Digest) {
		return false
	}
	p.granted.Store(true)
	p.got(blob)
	return true
}

// got notes that the place has the blob, and puts what waited for it alone.
func (p *place) got(blob content.Blob) {
	p.depot.addBlob(blob.Digest)
	p.put(p.arrivals.AddBlob(blob.Digest))
}

// has reports whether the place has the blob.
func (p *place) has(ctx context.Context, blob content.Blob) (has bool, err error) {
	var size int64
	err = p.attempt.opts.within(ctx, func(ctx context.Context) (err error) {
		has, size, err = p.dest.HasBlob(ctx, blob.Digest)
		return err
	})
	return has && mayHave(blob, size), err
}

// mayHave reports whether what a place has by a blob's digest, of so many bytes, may be the blob. A size below 0 is not
// known. Stores lose bytes and keep the name; to send the blob again does no harm.
func mayHave(blob content.Blob, size int64) bool {
	switch {
	case size < 0:
		return true
	case blob.Size < 0:
		return size > 0 || blob.IsEmpty()
	}
	return size == blob.Size
}
