package artifactclients

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"path/filepath"
	"time"
)

// The keys with which cosign signs: each is in the home as NAME.key and NAME.pub.
const (
	Signer = "signer"
	Other  = "other"
)

// setUp writes keys and settings.
func (c *Clients) setUp(ctx context.Context) error {
	for _, name := range []string{Signer, Other} {
		if err := c.Import(ctx, name); err != nil {
			return err
		}
	}
	return c.setUpNotation()
}

// Key returns the private key of a name, the same each time.
func Key(name string) (*ecdsa.PrivateKey, error) {
	scalar := sha256.Sum256([]byte("a key for tests alone: " + name))
	return ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar[:])
}

// Import has cosign write NAME.key and NAME.pub, in the forms that it takes, of the key of a name.
func (c *Clients) Import(ctx context.Context, name string) error {
	key, err := keyPEM(name)
	if err != nil {
		return err
	}
	if err := c.Write(name+".pem", key); err != nil {
		return err
	}
	_, err = c.Run(ctx, Cosign, "import-key-pair", "--key", name+".pem", "--output-key-prefix", name)
	return err
}

func keyPEM(name string) ([]byte, error) {
	key, err := Key(name)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), err
}

// Certificate returns a template's certificate for the key of a name, in PEM, by an issuer of another key. An issuer of
// nil is the certificate itself.
func Certificate(name string, template, issuer *x509.Certificate, by crypto.Signer) (*x509.Certificate, []byte, error) {
	key, err := Key(name)
	if err != nil {
		return nil, nil, err
	}
	if issuer == nil {
		issuer, by = template, key
	}
	template.SerialNumber = big.NewInt(1)
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(24*time.Hour)
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, key.Public(), by)
	if err != nil {
		return nil, nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	return certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), err
}

// setUpNotation writes the key by which notation signs, and its settings, by which it trusts that key alone.
func (c *Clients) setUpNotation() error {
	const name = "notation"
	key, err := keyPEM(name)
	if err != nil {
		return err
	}
	_, certificate, err := Certificate(name, &x509.Certificate{
		Subject:  pkix.Name{CommonName: "Notation", Organization: []string{"Tests"}, Country: []string{"US"}, Province: []string{"WA"}},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
		BasicConstraintsValid: true,
	}, nil, nil)
	if err != nil {
		return err
	}
	dir := filepath.Join(".config", "notation")
	keys := map[string]any{"default": name, "keys": []any{map[string]string{
		"name": name, "keyPath": c.File("notation.key"), "certPath": c.File("notation.crt"),
	}}}
	policy := map[string]any{"version": "1.0", "trustPolicies": []any{map[string]any{
		"name": "all", "registryScopes": []string{"*"}, "signatureVerification": map[string]string{"level": "strict"},
		"trustStores": []string{"ca:" + name}, "trustedIdentities": []string{"*"},
	}}}
	for file, content := range map[string][]byte{
		"notation.key": key, "notation.crt": certificate,
		filepath.Join(dir, "truststore", "x509", "ca", name, "notation.crt"): certificate,
		filepath.Join(dir, "signingkeys.json"):                               encode(keys),
		filepath.Join(dir, "trustpolicy.json"):                               encode(policy),
	} {
		if err := c.Write(file, content); err != nil {
			return err
		}
	}
	return nil
}

func encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // not reached: texts can be marshalled
	}
	return text
}
