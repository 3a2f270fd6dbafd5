// Package sigstoretest is a Sigstore of a test's own: an authority that certifies whoever it is told to, a log and an
// authority for timestamps. It signs images as cosign 2, cosign 3 and GitHub's attestations do, and does it wrong where
// it is asked to.
package sigstoretest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"time"

	"github.com/sigstore/sigstore-go/pkg/root"
)

// A Sigstore certifies, logs and dates signatures. New makes it. It is good for an hour.
type Sigstore struct {
	fulcio *root.FulcioCertificateAuthority
	issues *ecdsa.PrivateKey // key of the authority's last certificate
	log    *transparencyLog
	other  *transparencyLog // which is not trusted
	dates  *dateAuthority
}

// New makes a Sigstore with keys of its own.
func New() (*Sigstore, error) {
	top, topKey, err := newAuthority("identities")
	if err != nil {
		return nil, err
	}
	between, key, err := issue(&x509.Certificate{
		Subject: top.Subject, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
	}, time.Hour, top, topKey)
	if err != nil {
		return nil, err
	}
	s := &Sigstore{issues: key}
	s.fulcio = &root.FulcioCertificateAuthority{
		URI: "https://fulcio.test", Root: top, Intermediates: []*x509.Certificate{between},
		ValidityPeriodStart: time.Now().Add(-time.Hour), ValidityPeriodEnd: time.Now().Add(time.Hour),
	}
	if s.log, err = newLog(); err != nil {
		return nil, err
	}
	if s.other, err = newLog(); err != nil {
		return nil, err
	}
	s.dates, err = newDateAuthority()
	return s, err
}

// Root returns the trusted_root.json of this Sigstore: with its log, or with its authority for timestamps alone, as
// GitHub's for private repositories has it.
func (s *Sigstore) Root(withLog bool) ([]byte, error) {
	logs := map[string]*root.TransparencyLog{}
	if withLog {
		logs["log"] = s.log.trusted()
	}
	trusted, err := root.NewTrustedRoot(root.TrustedRootMediaType01, []root.CertificateAuthority{s.fulcio}, nil,
		[]root.TimestampingAuthority{&s.dates.SigstoreTimestampingAuthority}, logs)
	if err != nil {
		return nil, err
	}
	return trusted.MarshalJSON()
}

// NewKey makes a pair of keys, as cosign's are.
func NewKey() (*ecdsa.PrivateKey, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) }

// sign signs a message as cosign does with each kind of key: with Ed25519 by Ed25519ph. Another kind of key signs what
// it is given.
func sign(key crypto.Signer, message []byte) ([]byte, error) {
	switch key.(type) {
	case *ecdsa.PrivateKey, *rsa.PrivateKey:
		sum := sha256.Sum256(message)
		return key.Sign(rand.Reader, sum[:], crypto.SHA256)
	case ed25519.PrivateKey:
		sum := sha512.Sum512(message)
		return key.Sign(rand.Reader, sum[:], crypto.SHA512)
	}
	return key.Sign(rand.Reader, message, crypto.Hash(0))
}
