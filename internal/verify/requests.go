package verify

import (
	"context"
	"fmt"
	"sync"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/flight"
	"ecrmirror/internal/verify/evidence"
	"ecrmirror/internal/verify/policy"
	"ecrmirror/internal/verify/trust"
	"ecrmirror/internal/verify/verdict"
)

// Requests verifies images by the policies of requests. The root of trust is loaded for the first of them. It is safe
// for concurrent use.
type Requests struct {
	load  func() (*Verifier, error)
	keys  policy.KeySource
	rules *flight.Memo[string, []policy.Rule] // by the text of the policy
}

// NewRequests returns what verifies by the root of trust that load returns. Keys reads the keys that policies name, and
// may be nil if they name none.
func NewRequests(load func() (*trust.Root, error), keys policy.KeySource) *Requests {
	return &Requests{
		keys:  keys,
		rules: flight.NewMemo[string, []policy.Rule](mostPolicies),
		load: sync.OnceValues(func() (*Verifier, error) {
			root, err := load()
			if err != nil {
				return nil, err
			}
			return New(root), nil
		}),
	}
}

// mostPolicies is how many policies are kept: a request has one.
const mostPolicies = 100

// Verify verifies an image as [Verifier.Image] does, by a policy of the form that [policy.Policy.String] gives it. Its
// keys are in it, or known to who reads them by their names.
func (r *Requests) Verify(
	ctx context.Context, at evidence.Place, manifests []digest.Digest, text string,
) (verdict.Verified, error) {
	rules, err := r.compile(ctx, text)
	if err != nil {
		return verdict.Verified{}, fmt.Errorf("policy: %w", err)
	}
	verifier, err := r.load()
	if err != nil {
		return verdict.Verified{}, err
	}
	return verifier.Image(ctx, at, manifests, rules)
}

// compile returns the rules of a policy.
func (r *Requests) compile(ctx context.Context, text string) ([]policy.Rule, error) {
	return r.rules.Do(ctx, text, func() ([]policy.Rule, error) {
		p, err := policy.Parse(text)
		if err != nil {
			return nil, err
		}
		return p.Compile(ctx, r.keys)
	})
}
