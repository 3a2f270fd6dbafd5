package mirror

import (
	"context"
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/mirror/graph"
	"ecrmirror/internal/verify/evidence"
	"ecrmirror/internal/verify/verdict"
)

// A Verifier verifies who has signed an image. Its method is safe for concurrent use.
type Verifier interface {
	// Verify verifies an image by a policy, in the text that a request has. The manifests are all that it has, by their
	// digests; the last is the root. The error says whether another try may help, by package transient.
	Verify(
		ctx context.Context, at evidence.Place, manifests []digest.Digest, policy string,
	) (verdict.Verified, error)
}

var (
	errNoVerifier  = errors.New("this program does not verify who has signed an image, and the request asks for it")
	errNotAttached = errors.New("what is signed is attached to images in registries, and this one is on disk")
)

// verify verifies the image, if the request asks for that, before anything of it is written. What is verified is what
// is copied, by its digests.
func (q *inquiry) verify(ctx context.Context) error {
	asked := q.batch.asked
	switch {
	case asked.verify == "":
		return nil
	case q.opts.Verifier == nil:
		return sourceError(q.report.Source, "verifying", errNoVerifier)
	case asked.artifacts.listedAt(q.report.Source).IsOnDisk():
		return sourceError(q.report.Source, "verifying", errNotAttached)
	}
	list, err := q.batch.artifactsAt(ctx, q.images, asked.artifacts.listedAt(q.report.Source))
	if err != nil {
		return sourceError(q.report.Source, "verifying", err)
	}
	source, err := q.artifactSource(ctx)
	if err != nil {
		return sourceError(q.report.Source, "verifying", err)
	}
	manifests := q.judged()
	place := evidence.At(list, readBefore{source, q.graph})
	verified, err := q.opts.Verifier.Verify(ctx, place, manifests, asked.verify)
	for _, d := range manifests {
		if err == nil && !verified.Covers(d) {
			err = fmt.Errorf("what was verified does not cover %s", d)
		}
	}
	if err != nil {
		return sourceError(q.report.Source, "verifying", err)
	}
	q.report.Verified = verified.Proofs
	for _, proof := range verified.Proofs {
		q.opts.Log.InfoContext(ctx, "verified", "source", q.report.Source.String(), "digest", q.source.String(),
			"by", proof)
	}
	return nil
}

// A readBefore is a source that is not asked again for the manifests of a graph.
type readBefore struct {
	evidence.Source
	graph *graph.Graph
}

// Manifest reads a manifest by its digest.
func (r readBefore) Manifest(ctx context.Context, reference string) (manifest []byte, mediaType string, err error) {
	if m, is := r.graph.Manifest(digest.Digest(reference)); is {
		return m.Content, m.MediaType, nil
	}
	return r.Source.Manifest(ctx, reference)
}
