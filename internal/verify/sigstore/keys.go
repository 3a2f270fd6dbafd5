package sigstore

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"errors"
	"io"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/verify"
	"github.com/sigstore/sigstore/pkg/signature"

	"ecrmirror/internal/verify/policy"
	"ecrmirror/internal/verify/verdict"
)

// What is said of claims that keys are asked for of, and that can't be told more exactly.
var (
	errKeyless   = errors.New("a certificate has signed it, and no key")
	errNoKey     = errors.New("a key has signed it, and no identity")
	errOtherKey  = errors.New("no key that is asked for has signed it, or what it signed was changed")
	errNotLogged = errors.New("no log of the trusted root has it")
)

// byKeys verifies a claim by one key after the other. Whether the signature is in a log counts only where the rule asks
// for it; where it is in one, the proof says so.
func (j *Judge) byKeys(c *Claim, subject digest.Digest, rule policy.Rule) (*verdict.Proof, *refusal) {
	content, err := c.entity.VerificationContent()
	if err != nil {
		return nil, &refusal{verdict.Unreadable, err}
	}
	if content.Certificate() != nil {
		return nil, &refusal{verdict.Keyless, errKeyless}
	}
	for _, key := range rule.Keys {
		verifier, err := verifierOf(key)
		if err != nil {
			return nil, &refusal{verdict.Refused, err}
		}
		by := keyMaterial(verifier)
		if err := verifyWith(c, subject, by); err != nil {
			continue
		}
		p := &verdict.Proof{Key: key.Fingerprint}
		for _, material := range j.materials {
			logged(c, root.TrustedMaterialCollection{by, material}, p)
		}
		if rule.TLog && p.LogIndex == nil {
			return nil, &refusal{verdict.NotLogged, errNotLogged}
		}
		return p, nil
	}
	return nil, &refusal{verdict.OtherKey, errOtherKey}
}

// verifyWith verifies a claim by a key alone.
func verifyWith(c *Claim, subject digest.Digest, by root.TrustedMaterial) error {
	verifier, err := verify.NewVerifier(by, verify.WithNoObserverTimestamps(), verify.WithoutStatementPredicate())
	if err != nil {
		return err
	}
	about, err := c.artifact(subject)
	if err != nil {
		return err
	}
	result, err := verifier.Verify(c.entity, verify.NewPolicy(about, verify.WithKey()))
	if err != nil {
		return err
	}
	if refused := c.sameAs(result); refused != nil {
		return refused.err
	}
	return nil
}

// keyMaterial trusts one key, whatever a bundle calls it: its hint is nothing that anybody vouches for.
func keyMaterial(verifier signature.Verifier) root.TrustedMaterial {
	key := root.NewExpiringKey(verifier, time.Time{}, time.Time{})
	return root.NewTrustedPublicKeyMaterial(func(string) (root.TimeConstrainedVerifier, error) { return key, nil })
}

// verifierOf returns what verifies by a key: with the hash that goes with it or, on the larger curves, with SHA-256, by
// which cosign 2 signs with every key (cosign, pkg/signature/keys.go); and by Ed25519 as well as by Ed25519ph, which
// cosign takes (cosign, pkg/cosign/keys.go).
func verifierOf(key policy.Key) (signature.Verifier, error) {
	usual, err := signature.LoadVerifier(key.Public, hashOf(key.Public))
	if err != nil {
		return nil, err
	}
	var other signature.Verifier
	switch public := key.Public.(type) {
	case ed25519.PublicKey:
		other, err = signature.LoadED25519phVerifier(public)
	case *ecdsa.PublicKey:
		other, err = signature.LoadVerifier(public, crypto.SHA256)
	default:
		return usual, nil
	}
	return either{usual, other}, err
}

func hashOf(public crypto.PublicKey) crypto.Hash {
	if key, ok := public.(*ecdsa.PublicKey); ok {
		switch key.Curve {
		case elliptic.P384():
			return crypto.SHA384
		case elliptic.P521():
			return crypto.SHA512
		}
	}
	return crypto.SHA256
}

// either verifies by one of two verifiers with the same key.
type either struct {
	signature.Verifier
	other signature.Verifier
}

// VerifySignature implements [signature.Verifier].
func (e either) VerifySignature(sig, message io.Reader, opts ...signature.VerifyOption) error {
	signed, err := io.ReadAll(sig)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(message)
	if err != nil {
		return err
	}
	if err := e.Verifier.VerifySignature(bytes.NewReader(signed), bytes.NewReader(text), opts...); err == nil {
		return nil
	}
	return e.other.VerifySignature(bytes.NewReader(signed), bytes.NewReader(text), opts...)
}
