package sigstore

import (
	"bytes"
	"encoding/hex"
	"errors"

	"github.com/opencontainers/go-digest"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/verify"

	"ecrmirror/internal/printable"
	"ecrmirror/internal/verify/policy"
	"ecrmirror/internal/verify/trust"
	"ecrmirror/internal/verify/verdict"
)

// A Judge holds claims against rules, by a root of trust. It is safe for concurrent use.
type Judge struct{ materials []root.TrustedMaterial }

// NewJudge returns a judge who trusts a root.
func NewJudge(trusted *trust.Root) *Judge { return &Judge{trusted.Materials()} }

// A refusal is why a claim does not meet a rule.
type refusal struct {
	reason verdict.Reason
	err    error
}

// longestDetail is how many bytes are told of a refusal: others wrote some of it.
const longestDetail = 300

func (r *refusal) of(c *Claim) *verdict.Refusal {
	return &verdict.Refusal{
		Artifact: c.piece.Artifact, Kind: string(c.piece.Kind), Reason: r.reason,
		Detail: printable.Short(r.err.Error(), longestDetail),
	}
}

// Judge returns the proof that a claim about a manifest meets a rule, or why it does not. predicate is the type of the
// attestation that is asked for, "" where a signature is.
func (j *Judge) Judge(
	c *Claim, subject digest.Digest, rule policy.Rule, predicate string,
) (*verdict.Proof, *verdict.Refusal) {
	if refused := c.check(subject, predicate); refused != nil {
		return nil, refused.of(c)
	}
	p, refused := j.verify(c, subject, rule)
	if refused != nil {
		return nil, refused.of(c)
	}
	p.Requirement, p.PredicateType = rule.Summary, c.predicate
	p.Artifact, p.Kind = c.piece.Artifact, string(c.piece.Kind)
	return p, nil
}

// check refuses a claim that is about something else by its own word.
func (c *Claim) check(subject digest.Digest, predicate string) *refusal {
	switch {
	case predicate != "" && c.predicate == "":
		return &refusal{verdict.OtherPredicate, errors.New("it is a mere signature")}
	case predicate != "" && c.predicate != predicate:
		return &refusal{verdict.OtherPredicate, errors.New("it attests " + c.predicate)}
	case predicate == "" && c.predicate != "" && !policy.IsSignature(c.predicate):
		return &refusal{verdict.OtherPredicate, errors.New("it attests " + c.predicate + ", which is no signature")}
	case !c.isAbout(subject):
		return &refusal{verdict.OtherDigest, c.others()}
	}
	return nil
}

// others says what a claim is about.
func (c *Claim) others() error {
	if len(c.about) == 0 {
		return errors.New("it is about none")
	}
	return errors.New("it is about " + c.about[0].String())
}

// verify verifies a claim: by each key, or by each root, until one is the right one. Of the refusals it returns the
// one that came furthest.
func (j *Judge) verify(c *Claim, subject digest.Digest, rule policy.Rule) (*verdict.Proof, *refusal) {
	if len(rule.Keys) > 0 {
		return j.byKeys(c, subject, rule)
	}
	content, err := c.entity.VerificationContent()
	if err != nil {
		return nil, &refusal{verdict.Unreadable, err}
	}
	if content.Certificate() == nil {
		return nil, &refusal{verdict.NoIdentity, errNoKey}
	}
	var best *refusal
	for _, material := range j.materials {
		p, refused := byIdentity(c, subject, rule, material)
		if refused == nil {
			return p, nil
		}
		if best == nil || best.reason == verdict.Untrusted {
			best = refused
		}
	}
	return nil, best
}

// artifact returns what a claim must be about: the text that was signed, which names the manifest, or the manifest's
// digest.
func (c *Claim) artifact(subject digest.Digest) (verify.ArtifactPolicyOption, error) {
	if c.payload != nil {
		return verify.WithArtifact(bytes.NewReader(c.payload)), nil
	}
	sum, err := hex.DecodeString(subject.Encoded())
	return verify.WithArtifactDigest(subject.Algorithm().String(), sum), err
}

// sameAs refuses a claim that the verifier read another way than this package.
func (c *Claim) sameAs(result *verify.VerificationResult) *refusal {
	if result.Statement.GetPredicateType() != c.predicate {
		return &refusal{verdict.Unreadable, errors.New("its statement can be read in two ways")}
	}
	return nil
}
