package policy

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"ecrmirror/internal/kmskey"
)

// A Key is a public key by which signatures are verified: of ECDSA on P-256, P-384 or P-521, of Ed25519, or of RSA with
// 2,048 bits or more.
type Key struct {
	Public      crypto.PublicKey
	Fingerprint string // sha256:HEX of the key as PKIX, which tells it from all others
}

// A KeySource reads the public keys that a policy names.
type KeySource interface {
	// PublicKey returns a key in PEM.
	PublicKey(ctx context.Context, name string) (pem []byte, err error)
}

// A KeySourceFunc is a function that is a [KeySource].
type KeySourceFunc func(ctx context.Context, name string) (pem []byte, err error)

// PublicKey implements [KeySource].
func (f KeySourceFunc) PublicKey(ctx context.Context, name string) (pem []byte, err error) {
	return f(ctx, name)
}

const pemBegins = "-----BEGIN "

// isInline reports whether a key is there itself, and not named.
func isInline(key string) bool { return strings.Contains(key, pemBegins) }

// keyName returns what to call a key: by its name, or by the beginning of its fingerprint.
func keyName(key string) string {
	if !isInline(key) {
		return key
	}
	parsed, err := ParseKey([]byte(key))
	if err != nil {
		return "that can't be read"
	}
	return parsed.Fingerprint[:len("sha256:")+12]
}

// checkKey checks a key that is there itself, and what can be said of the name of one that is not.
func checkKey(key string) error {
	if isInline(key) {
		_, err := ParseKey([]byte(key))
		return wrapKey(err)
	}
	if key == "" {
		return errors.New(MemberKey + " is empty")
	}
	if kmskey.Is(key) {
		_, err := kmskey.ARN(key)
		return wrapKey(err)
	}
	if scheme, _, ok := strings.Cut(key, "://"); ok {
		return fmt.Errorf("%s %q: keys of %s are not read; give the public key itself, "+
			"as cosign public-key --key prints it", MemberKey, key, scheme)
	}
	return nil
}

func wrapKey(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", MemberKey, err)
}

// ParseKey parses a public key in PEM, as cosign.pub has it.
func ParseKey(document []byte) (Key, error) {
	block, rest := pem.Decode(document)
	switch {
	case block == nil:
		return Key{}, fmt.Errorf("no public key in PEM: %sPUBLIC KEY-----", pemBegins)
	case strings.Contains(block.Type, "PRIVATE"):
		return Key{}, errors.New("it is a private key, which is to be kept; a policy has the public one")
	case block.Type == "CERTIFICATE":
		return Key{}, errors.New("it is a certificate; a policy has its public key, or who the certificate is for")
	case block.Type != "PUBLIC KEY":
		return Key{}, fmt.Errorf("it is a %.40q and no PUBLIC KEY", block.Type)
	case len(strings.TrimSpace(string(rest))) > 0:
		return Key{}, errors.New("there is more after the first key; each has an element of its own")
	}
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return Key{}, err
	}
	if err := checkKind(public); err != nil {
		return Key{}, err
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return Key{}, err
	}
	sum := sha256.Sum256(der)
	return Key{Public: public, Fingerprint: "sha256:" + hex.EncodeToString(sum[:])}, nil
}

const (
	fewestBits = 2048
	mostBits   = 8192 // whose signatures take milliseconds to verify
)

func checkKind(public crypto.PublicKey) error {
	switch key := public.(type) {
	case *ecdsa.PublicKey:
		if bits := key.Curve.Params().BitSize; bits < 256 {
			return fmt.Errorf("it is of curve %s; it must be P-256, P-384 or P-521", key.Curve.Params().Name)
		}
	case ed25519.PublicKey:
	case *rsa.PublicKey:
		if bits := key.N.BitLen(); bits < fewestBits || bits > mostBits {
			return fmt.Errorf("it is of RSA with %d bits; it must have %d to %d", bits, fewestBits, mostBits)
		}
	default:
		return fmt.Errorf("it is a %T; it must be of ECDSA, Ed25519 or RSA", public)
	}
	return nil
}
