package receipt

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"

	_ "crypto/sha512" // that keys of P-384 sign by

	"github.com/opencontainers/go-digest"
)

// maxKey is how many bytes a file with a public key may have.
const maxKey = 16 << 10

// ErrKey says that something is no public key that receipts are signed by.
var ErrKey = errors.New("no public key of ECDSA on P-256 or P-384")

// A Key is the public key of those that sign receipts: of ECDSA on P-256, by SHA-256, or on P-384, by SHA-384.
type Key struct {
	public *ecdsa.PublicKey
	hash   crypto.Hash
	der    []byte // as PKIX
}

// NewKey returns a key. It fails with [ErrKey] for keys of another kind.
func NewKey(public crypto.PublicKey) (Key, error) {
	k := Key{}
	var ok bool
	if k.public, ok = public.(*ecdsa.PublicKey); !ok {
		return Key{}, ErrKey
	}
	switch k.public.Curve {
	case elliptic.P256():
		k.hash = crypto.SHA256
	case elliptic.P384():
		k.hash = crypto.SHA384
	default:
		return Key{}, ErrKey
	}
	var err error
	if k.der, err = x509.MarshalPKIXPublicKey(k.public); err != nil {
		return Key{}, fmt.Errorf("%w: %w", ErrKey, err)
	}
	return k, nil
}

// ParseDER reads a key as PKIX, as KMS gives it.
func ParseDER(der []byte) (Key, error) {
	public, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return Key{}, fmt.Errorf("%w: %w", ErrKey, err)
	}
	return NewKey(public)
}

// ParsePEM reads a file with one key, in PEM.
func ParsePEM(file []byte) (Key, error) {
	if len(file) > maxKey {
		return Key{}, fmt.Errorf("%w: a file of more than %d bytes", ErrKey, maxKey)
	}
	block, rest := pem.Decode(file)
	switch {
	case block == nil:
		return Key{}, fmt.Errorf("%w: it is not in PEM", ErrKey)
	case block.Type != "PUBLIC KEY":
		return Key{}, fmt.Errorf("%w: it is a %s", ErrKey, quoted(block.Type))
	}
	if another, _ := pem.Decode(rest); another != nil {
		return Key{}, fmt.Errorf("%w: there are several", ErrKey)
	}
	return ParseDER(block.Bytes)
}

// PEM returns the key as a file that [ParsePEM] and openssl read.
func (k Key) PEM() []byte { return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: k.der}) }

// Fingerprint returns what tells the key from all others: sha256:HEX of it as PKIX.
func (k Key) Fingerprint() string {
	return digest.FromBytes(k.der).String()
}

// hint returns the fingerprint as cosign has it in bundles.
func (k Key) hint() string {
	sum := sha256.Sum256(k.der)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// Digest returns what of a message is signed.
func (k Key) Digest(message []byte) []byte {
	sum := k.hash.New()
	_, _ = sum.Write(message) // a hash takes everything
	return sum.Sum(nil)
}

// verify returns [ErrSignature] unless the key has signed the message.
func (k Key) verify(message, signature []byte) error {
	if k.public == nil || !ecdsa.VerifyASN1(k.public, k.Digest(message), signature) {
		return ErrSignature
	}
	return nil
}
