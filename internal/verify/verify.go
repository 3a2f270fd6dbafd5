// Package verify verifies that an image was signed by those whom a policy names, before anything of it is written
// anywhere. It reads what is signed about the image's root manifest where the image is, and judges it by a root of
// trust. An index that is signed covers its instances, which it names by their digests.
package verify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/semaphore"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/verify/evidence"
	"ecrmirror/internal/verify/policy"
	"ecrmirror/internal/verify/sigstore"
	"ecrmirror/internal/verify/trust"
	"ecrmirror/internal/verify/verdict"
)

const (
	// patience is how long reading and judging one image's evidence may take.
	patience = 2 * time.Minute
	// mostPieces is how many pieces of evidence of one image are looked at. Each of its artifacts has a share of them,
	// so that one with many hides none: four of 128, and what those before it left.
	mostPieces = 4 * evidence.MostArtifacts
	// atOnce is how many bytes of evidence are judged at a time, in all images together. Judging takes up to ten times
	// as many, all in all, and a part of that at a time.
	atOnce = evidence.LargestBundle
)

// A Verifier verifies images by a root of trust. It is safe for concurrent use.
type Verifier struct {
	judge *sigstore.Judge
	turns *semaphore.Weighted
}

// New returns a verifier that trusts a root.
func New(trusted *trust.Root) *Verifier {
	return &Verifier{judge: sigstore.NewJudge(trusted), turns: semaphore.NewWeighted(atOnce)}
}

// Image verifies an image by the rules of a policy. Its manifests are all that it has, by their digests, each after
// those that it refers to, so that the last is the root: the rules must be met by what is signed about that. Without
// rules nothing is asked for, and nothing read.
//
// An error is a *[verdict.NotVerified], or says that what is signed could not be listed; package transient tells
// whether another try may help. What was verified is what has these digests: it is for the caller to write nothing
// else.
func (v *Verifier) Image(
	ctx context.Context, at evidence.Place, manifests []digest.Digest, rules []policy.Rule,
) (verdict.Verified, error) {
	if len(manifests) == 0 {
		return verdict.Verified{}, errors.New("no manifest to verify")
	}
	var list []artifacts.Artifact
	if len(rules) > 0 {
		var err error
		if list, err = at.Artifacts(ctx, manifests[len(manifests)-1]); err != nil {
			return verdict.Verified{}, fmt.Errorf("listing what is signed: %w", err)
		}
	}
	return v.Listed(ctx, at, list, manifests, rules)
}

// Listed verifies an image as Image does, by the artifacts of its root in a list, which the caller has.
func (v *Verifier) Listed(
	ctx context.Context, at evidence.Place, list []artifacts.Artifact, manifests []digest.Digest, rules []policy.Rule,
) (verdict.Verified, error) {
	if len(manifests) == 0 {
		return verdict.Verified{}, errors.New("no manifest to verify")
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	root := manifests[len(manifests)-1]
	s := &search{verifier: v, at: at, root: root, needs: needsOf(rules), left: mostPieces}
	if err := s.through(ctx, list); err != nil {
		return verdict.Verified{}, err
	}
	if err := s.unmet(); err != nil {
		return verdict.Verified{}, err
	}
	found := verdict.Verified{Root: root, Manifests: manifests}
	for _, n := range s.needs {
		found.Proofs = append(found.Proofs, *n.proof)
	}
	return found, nil
}

// candidatesIn returns those of the artifacts that may have evidence in them, in their order, and how many there are
// beside that are not looked at.
func candidatesIn(list []artifacts.Artifact) (candidates []artifacts.Artifact, passed int) {
	for _, a := range list {
		switch {
		case !evidence.May(a):
		case len(candidates) == evidence.MostArtifacts:
			passed++
		default:
			candidates = append(candidates, a)
		}
	}
	return candidates, passed
}

// A need is a signature or an attestation that a rule asks for.
type need struct {
	rule  policy.Rule
	unmet verdict.Unmet // what was refused; its PredicateType is that of the attestation, "" = a signature
	proof *verdict.Proof
}

func needsOf(rules []policy.Rule) (needs []*need) {
	for _, rule := range rules {
		predicates := rule.Predicates
		if len(predicates) == 0 {
			predicates = []string{""}
		}
		for _, predicate := range predicates {
			needs = append(needs, &need{
				rule: rule, unmet: verdict.Unmet{Requirement: rule.Summary, PredicateType: predicate},
			})
		}
	}
	return needs
}
