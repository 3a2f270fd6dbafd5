package sigstore

import (
	"bytes"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/verify"

	"ecrmirror/internal/verify/verdict"
)

// diagnose returns why a claim that was refused is not good, by verifying it again in parts: the verifier's errors have
// no types. It decides nothing. The signature comes after the certificate, whose authority limits how long a key
// may be.
func diagnose(
	c *Claim, subject digest.Digest, material root.TrustedMaterial, verifier *verify.Verifier, err error,
) *refusal {
	content, contentErr := c.entity.VerificationContent()
	if contentErr != nil {
		return &refusal{verdict.Unreadable, contentErr}
	}
	leaf := content.Certificate()
	chains, chainErr := verify.VerifyLeafCertificate(leaf.NotBefore, leaf, material)
	if chainErr != nil {
		return &refusal{verdict.Untrusted, fmt.Errorf("the certificate says that %q issued it", leaf.Issuer.String())}
	}
	if when, ok := outside(c, leaf); ok {
		return &refusal{verdict.Expired, fmt.Errorf("signed at %s, by a certificate of %s to %s", stamp(when),
			stamp(leaf.NotBefore), stamp(leaf.NotAfter))}
	}
	if err := c.verifySignature(subject, content, material); err != nil {
		return &refusal{verdict.Tampered, err}
	}
	times, logErr := verifier.VerifyTransparencyLogInclusion(c.entity)
	if logErr != nil {
		return &refusal{verdict.NotLogged, logErr}
	}
	if _, err := verifier.VerifyObserverTimestamps(c.entity, times); err != nil {
		return &refusal{verdict.Undated, err}
	}
	if len(material.CTLogs()) > 0 {
		if err := verify.VerifySignedCertificateTimestamp(chains, 1, material); err != nil {
			return &refusal{verdict.NotLogged, fmt.Errorf("the certificate: %w", err)}
		}
	}
	return &refusal{verdict.Refused, err}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// outside returns when a log says that the claim was signed, if the certificate was not valid then.
func outside(c *Claim, leaf *x509.Certificate) (time.Time, bool) {
	entries, err := c.entity.TlogEntries()
	if err != nil {
		return time.Time{}, false
	}
	for _, entry := range entries {
		when := entry.IntegratedTime()
		if !when.IsZero() && (when.Before(leaf.NotBefore) || when.After(leaf.NotAfter)) {
			return when, true
		}
	}
	return time.Time{}, false
}

// verifySignature verifies a claim's signature, and nothing else.
func (c *Claim) verifySignature(
	subject digest.Digest, content verify.VerificationContent, material root.TrustedMaterial,
) error {
	signed, err := c.entity.SignatureContent()
	if err != nil {
		return err
	}
	if c.payload != nil {
		return verify.VerifySignatureWithArtifacts(signed, content, material, []io.Reader{bytes.NewReader(c.payload)})
	}
	sum, err := hex.DecodeString(subject.Encoded())
	if err != nil {
		return err
	}
	return verify.VerifySignatureWithArtifactDigests(signed, content, material,
		[]verify.ArtifactDigest{{Algorithm: subject.Algorithm().String(), Digest: sum}})
}
