package mirror

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/mirror/references"
)

// A Refused is an artifact that a destination does not have after the copy.
type Refused struct {
	Subject digest.Digest
	Digest  digest.Digest // of the artifact
	Tag     string        // its digest tag, if it has one
	Type    string        // "" if it is not known
	Err     error
}

// A HeldTagError says that a digest tag of a destination names what the source's does not contain, such as a signature
// that was made there. It is left as it is.
type HeldTagError struct{ Tag string }

func (e *HeldTagError) Error() string {
	return fmt.Sprintf("left as it is: tag %s has at the destination what the source's has not", e.Tag)
}

// RefusesManifest says that the destination does not take the source's.
func (*HeldTagError) RefusesManifest() bool { return true }

// errSubjectRefused says that an artifact belongs to one that was refused.
var errSubjectRefused = errors.New("what it belongs to was refused")

// skip goes on without an artifact, and those that belong to it. It reports whether nothing else is left to be put.
func (p *place) skip(i int, why error) (all bool) {
	skipped, all := p.arrivals.Skip(i)
	for _, n := range skipped {
		node := p.attempt.graph.Nodes[n]
		if node.Artifact == nil {
			continue
		}
		r := Refused{
			Subject: node.Artifact.Subject, Digest: node.Digest, Type: node.Artifact.Type,
			Err: p.errorIn("writing artifact", why),
		}
		if len(node.Artifact.Tags) > 0 {
			r.Tag = node.Artifact.Tags[0]
		}
		p.mu.Lock()
		p.refused = append(p.refused, r)
		p.mu.Unlock()
		why = errSubjectRefused
	}
	return all
}

// lacksArtifacts returns why the image may not be there without the artifacts that were refused, nil if it may.
func (p *place) lacksArtifacts() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.attempt.batch.asked.artifacts.Required || len(p.refused) == 0 {
		return nil
	}
	r := p.refused[0]
	return fmt.Errorf("%w: %s was refused: %w", ErrArtifactsMissing, cmp.Or(r.Tag, r.Digest.String()), r.Err)
}

// onDisk reports whether the place is one of files, which has images without their artifacts.
func (p *place) onDisk() bool { return p.results[0].Name.IsOnDisk() }

// haveAll notes that the place has what belongs to an image that it has, as far as it takes that.
func (p *place) haveAll(image digest.Digest) {
	lacks, state := p.lacksArtifacts(), Current
	if p.brought.Load() {
		state = Copied
	}
	for _, r := range p.results {
		if r.State, r.Digest = state, image; lacks != nil {
			r.fail(destinationError(r.Name, "writing artifacts", lacks))
		}
	}
}

// putOptional puts a manifest of an artifact: by its digest tags if it has some.
func (p *place) putOptional(i int) error {
	node := p.attempt.graph.Nodes[i]
	if node.Artifact == nil || len(node.Artifact.Tags) == 0 {
		err := p.putByDigest("artifact", node.Manifest)
		if err == nil {
			p.brought.Store(true)
		}
		return err
	}
	for _, tag := range node.Artifact.Tags {
		name := p.results[0].Name
		name.Tag, name.Digest = tag, ""
		same, err := p.mayGrow(name, node.Manifest)
		if err == nil && !same {
			err = p.attempt.opts.within(p.ctx, func(ctx context.Context) error {
				return p.dest.PutTag(ctx, name, node.Manifest)
			})
		}
		if err != nil {
			return fmt.Errorf("artifact %s: %w", tag, err)
		}
		if !same {
			p.brought.Store(true)
		}
		for _, r := range p.results {
			p.attempt.opts.Progress.Manifest(r.Name.String(), node.Digest)
		}
	}
	return nil
}

// mayGrow returns a [HeldTagError] if a digest tag of the destination names something that a manifest does not contain.
// Such tags grow in place: cosign appends a signature to those that are there. Same is true if it names the manifest.
func (p *place) mayGrow(name imagename.Name, manifest port.Manifest) (same bool, err error) {
	has, err := digestOf(p.ctx, p.attempt.images, p.attempt.opts, name)
	switch {
	case isAbsent(err) || err == nil && has == "":
		return false, nil
	case err != nil || has == manifest.Digest:
		return err == nil, err
	}
	held, err := p.read(pin(name, has))
	if err != nil {
		return false, err
	}
	if contains, err := references.Contains(manifest.Content, held); err != nil || !contains {
		return false, &HeldTagError{Tag: name.Tag}
	}
	return false, nil
}

// read reads a manifest at the destination.
func (p *place) read(name imagename.Name) (manifest []byte, err error) {
	err = p.attempt.opts.within(p.ctx, func(ctx context.Context) error {
		source, err := p.attempt.images.Source(ctx, name)
		if err != nil {
			return err
		}
		manifest, _, err = source.Manifest(ctx, "")
		return errors.Join(err, source.Close())
	})
	return manifest, err
}
