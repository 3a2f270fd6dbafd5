package mirror

import (
	"context"
	"fmt"

	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/mirror/stall"
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
func (p *place) putManifest(i int) {
	manifest := p.attempt.graph.Nodes[i].Manifest
	done, err := p.attempt.large.begin(p.ctx, len(manifest.Content))
	if err == nil {
		defer done()
		if i == len(p.attempt.graph.Nodes)-1 { // the root
			p.putTags(manifest)
		} else {
			err = p.putInstance(manifest)
		}
	}
	if err != nil {
		p.failIn("writing manifest", stall.CauseOf(p.ctx, err))
		return
	}
	p.put(p.arrivals.AddManifest(manifest.Digest))
}

// putInstance puts a manifest without a tag.
func (p *place) putInstance(manifest port.Manifest) error {
	err := p.attempt.opts.within(p.ctx, func(ctx context.Context) error { return p.dest.PutManifest(ctx, manifest) })
	if err != nil {
		return fmt.Errorf("instance %s: %w", manifest.Digest, err)
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
