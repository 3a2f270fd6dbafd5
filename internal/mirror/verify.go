package mirror

import (
	"context"
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"

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
	if _, err := q.artifactSource(ctx); err != nil {
		return sourceError(q.report.Source, "verifying", err)
	}
	source := evidence.Source(q.origin)
	if q.origin.elsewhere != nil {
		source = q.origin.elsewhere
	}
	manifests := q.judged()
	verified, err := q.opts.Verifier.Verify(ctx, evidence.At(list, source), manifests, asked.verify)
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
