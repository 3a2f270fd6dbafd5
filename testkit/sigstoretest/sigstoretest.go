// Package sigstoretest is a Sigstore of a test's own: an authority that certifies whoever it is told to, a log and an
// authority for timestamps. It signs images as cosign 2, cosign 3 and GitHub's attestations do, and does it wrong where
// it is asked to.
package sigstoretest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"time"

	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/testing/ca"
)

// A Sigstore certifies, logs and dates signatures. New makes it. It is good for an hour.
type Sigstore struct {
	fulcio *root.FulcioCertificateAuthority
	issues *ecdsa.PrivateKey   // key of the authority's last certificate
	log    *ca.VirtualSigstore // whose log and timestamps are used
	logID  [sha256.Size]byte   // digest of the log's key
	other  *ca.VirtualSigstore // another log, which is not trusted
	rekor  *root.TransparencyLog
	rootCA *x509.Certificate
}

// New makes a Sigstore with keys of its own.
func New() (*Sigstore, error) {
	top, topKey, err := ca.GenerateRootCa()
	if err != nil {
		return nil, err
	}
	between, key, err := ca.GenerateFulcioIntermediate(top, topKey)
	if err != nil {
		return nil, err
	}
	s := &Sigstore{issues: key, rootCA: top}
	s.fulcio = &root.FulcioCertificateAuthority{
		URI: "https://fulcio.test", Root: top, Intermediates: []*x509.Certificate{between},
		ValidityPeriodStart: time.Now().Add(-time.Hour), ValidityPeriodEnd: time.Now().Add(time.Hour),
	}
	if s.log, err = ca.NewVirtualSigstore(); err != nil {
		return nil, err
	}
	if s.other, err = ca.NewVirtualSigstore(); err != nil {
		return nil, err
	}
	for _, rekor := range s.log.RekorLogs() { // there is one
		s.rekor = rekor
	}
	der, err := x509.MarshalPKIXPublicKey(s.rekor.PublicKey)
	s.logID = sha256.Sum256(der)
	s.rekor.ID = s.logID[:]
	return s, err
}

// Root returns the trusted_root.json of this Sigstore: with its log, or with its authority for timestamps alone, as
// GitHub's for private repositories has it.
func (s *Sigstore) Root(withLog bool) ([]byte, error) {
	logs := map[string]*root.TransparencyLog{}
	if withLog {
		logs["log"] = s.rekor
	}
	trusted, err := root.NewTrustedRoot(root.TrustedRootMediaType01, []root.CertificateAuthority{s.fulcio}, nil,
		s.log.TimestampingAuthorities(), logs)
	if err != nil {
		return nil, err
	}
	return trusted.MarshalJSON()
}

// NewKey makes a pair of keys, as cosign's are.
func NewKey() (*ecdsa.PrivateKey, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) }

// sign signs a message as cosign does with each kind of key.
func sign(key crypto.Signer, message []byte) ([]byte, error) {
	if _, ok := key.(*ecdsa.PrivateKey); !ok {
		if _, isRSA := key.Public().(interface{ Size() int }); !isRSA { // Ed25519 hashes by itself
			return key.Sign(rand.Reader, message, crypto.Hash(0))
		}
	}
	sum := sha256.Sum256(message)
	return key.Sign(rand.Reader, sum[:], crypto.SHA256)
}
