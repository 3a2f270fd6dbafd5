package mirror

import (
	"context"
	"fmt"

	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/mirror/stall"
	"ecrmirror/internal/request"
)

// put puts manifests that need nothing more, some at a time.
func (p *place) put(ready []int) {
	for range p.puts.add(ready) {
		p.attempt.manifests.Go(func() {
			for i, ok := p.puts.next(); ok; i, ok = p.puts.next() {
				p.putManifest(i)
			}
		})
	}
}

// putManifest puts one manifest of the graph, whose blobs and instances are there, and then those that waited for it.
// The root goes with its tags where nothing else is left; else these go last of all.
func (p *place) putManifest(i int) {
	node := p.attempt.graph.Nodes[i]
	done, err := p.attempt.large.begin(p.ctx, len(node.Content))
	if err == nil {
		defer done()
		switch {
		case p.attempt.graph.IsOptional(i):
			err = p.putOptional(i)
		case !p.attempt.graph.IsRoot(i) || !p.arrivals.IsLast(i):
			err = p.putByDigest("instance", node.Manifest)
		}
	}
	switch {
	case err == nil:
		p.arrived(p.arrivals.AddManifest(i))
	case p.attempt.graph.IsOptional(i) && port.IsRefused(err):
		p.arrived(nil, p.skip(i, err))
	default:
		p.failIn("writing manifest", stall.CauseOf(p.ctx, err))
	}
}

// arrived puts what waited for a manifest, and, once all are there, the root by its tags.
func (p *place) arrived(ready []int, all bool) {
	switch {
	case !all:
	case p.attempt.batch.asked.kind == request.Artifacts:
		p.haveAll(p.attempt.graph.Root().Digest)
	default:
		p.putTags(p.attempt.graph.Root())
	}
	p.put(ready)
}

// putByDigest puts a manifest without a tag. What is what it is, for errors.
func (p *place) putByDigest(what string, manifest port.Manifest) error {
	err := p.attempt.opts.within(p.ctx, func(ctx context.Context) error { return p.dest.PutManifest(ctx, manifest) })
	if err != nil {
		return fmt.Errorf("%s %s: %w", what, manifest.Digest, err)
	}
	for _, r := range p.results {
		p.attempt.opts.Progress.Manifest(r.Name.String(), manifest.Digest)
	}
	return nil
}

// putTags puts the root manifest as the image of each of the results. Those that fail keep their errors.
func (p *place) putTags(manifest port.Manifest) {
	for i, r := range p.results {
		if twin := twinOf(r, p.results[:i]); twin != nil {
			r.State, r.Digest, r.Err = twin.State, twin.Digest, twin.Err
			continue
		}
		if err := p.putTag(r, manifest); err != nil {
			r.fail(err)
			continue
		}
		r.State, r.Digest = Copied, manifest.Digest
		p.attempt.opts.Progress.Manifest(r.Name.String(), manifest.Digest)
	}
}

// twinOf returns an earlier result for the same image by another name, which is not to be written again.
func twinOf(r *Result, earlier []*Result) *Result {
	for _, twin := range earlier {
		if twin.Name.SameImage(r.Name) {
			return twin
		}
	}
	return nil
}
