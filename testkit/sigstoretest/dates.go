package sigstoretest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"time"

	"github.com/digitorus/timestamp"
	"github.com/sigstore/sigstore-go/pkg/root"
)

// A dateAuthority dates signatures, by RFC 3161.
type dateAuthority struct {
	root.SigstoreTimestampingAuthority
	key *ecdsa.PrivateKey
}

// oidTimestamping is the extended key usage of who dates, which alone and critical it must be (RFC 3161, 2.3).
var (
	oidExtendedUsage = asn1.ObjectIdentifier{2, 5, 29, 37}
	oidTimestamping  = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 8}
)

func newDateAuthority() (*dateAuthority, error) {
	top, topKey, err := newAuthority("dates")
	if err != nil {
		return nil, err
	}
	usage, err := asn1.Marshal([]asn1.ObjectIdentifier{oidTimestamping})
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: "dates"}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtraExtensions: []pkix.Extension{{Id: oidExtendedUsage, Critical: true, Value: usage}},
	}
	leaf, key, err := issue(template, time.Hour, top, topKey)
	if err != nil {
		return nil, err
	}
	return &dateAuthority{root.SigstoreTimestampingAuthority{
		URI: "https://timestamp.test", Root: top, Leaf: leaf,
		ValidityPeriodStart: time.Now().Add(-time.Hour), ValidityPeriodEnd: time.Now().Add(time.Hour),
	}, key}, nil
}

// date dates a signature: now.
func (d *dateAuthority) date(signature []byte) ([]byte, error) {
	sum := sha256.Sum256(signature)
	stamp := timestamp.Timestamp{
		HashAlgorithm: crypto.SHA256, HashedMessage: sum[:], Time: time.Now(),
		Policy: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 2},
	}
	return stamp.CreateResponseWithOpts(d.Leaf, d.key, crypto.SHA256)
}
