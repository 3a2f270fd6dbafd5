package sigstore

import (
	"errors"

	"github.com/opencontainers/go-digest"
	"github.com/sigstore/sigstore-go/pkg/fulcio/certificate"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/verify"

	"ecrmirror/internal/verify/policy"
	"ecrmirror/internal/verify/verdict"
)

// byIdentity verifies a claim by one root, and then whether its signer is one that the rule asks for.
func byIdentity(
	c *Claim, subject digest.Digest, rule policy.Rule, material root.TrustedMaterial,
) (*verdict.Proof, *refusal) {
	verifier, err := verify.NewVerifier(material, demands(material)...)
	if err != nil {
		return nil, &refusal{verdict.Refused, err}
	}
	about, err := c.artifact(subject)
	if err != nil {
		return nil, &refusal{verdict.Refused, err}
	}
	result, err := verifier.Verify(c.entity, verify.NewPolicy(about, verify.WithoutIdentitiesUnsafe()))
	if err != nil {
		return nil, diagnose(c, subject, material, verifier, err)
	}
	if refused := c.sameAs(result); refused != nil {
		return nil, refused
	}
	signer := signerOf(result.Signature.Certificate)
	if err := rule.Admits(signer); err != nil {
		return nil, &refusal{verdict.OtherSigner, errors.New(signer.String() + ": " + err.Error())}
	}
	p := &verdict.Proof{Signer: &signer}
	if len(result.VerifiedTimestamps) > 0 {
		p.Time = result.VerifiedTimestamps[0].Timestamp.UTC()
	}
	logged(c, material, p)
	return p, nil
}

// demands returns what a root asks of a signature: that it is in a log, where there is one, and else that an authority
// has dated it, as GitHub's instance for private repositories does. The certificate must be in a log, too, where there
// is one for certificates. Source: gh, pkg/cmd/attestation/verification/sigstore.go.
func demands(material root.TrustedMaterial) []verify.VerifierOption {
	options := []verify.VerifierOption{verify.WithoutStatementPredicate()}
	if len(material.RekorLogs()) > 0 {
		options = append(options, verify.WithTransparencyLog(1), verify.WithObserverTimestamps(1))
	} else {
		options = append(options, verify.WithSignedTimestamps(1))
	}
	if len(material.CTLogs()) > 0 {
		options = append(options, verify.WithSignedCertificateTimestamps(1))
	}
	return options
}

func signerOf(s *certificate.Summary) policy.Signer {
	return policy.Signer{
		Issuer: s.Issuer, Identity: s.SubjectAlternativeName, SourceRepository: s.SourceRepositoryURI,
		SourceRef: s.SourceRepositoryRef,
	}
}
