package policy_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"strings"
	"testing"

	"ecrmirror/internal/verify/policy"
)

// files are keys by their names.
type files map[string]string

func (f files) PublicKey(_ context.Context, name string) ([]byte, error) {
	text, ok := f[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return []byte(text), nil
}

func encoded(t *testing.T, kind string, der []byte, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func public(t *testing.T, key crypto.Signer, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	return encoded(t, "PUBLIC KEY", der, err)
}

func TestKinds(t *testing.T) {
	curve := func(c elliptic.Curve) string {
		key, err := ecdsa.GenerateKey(c, rand.Reader)
		return public(t, key, err)
	}
	t.Setenv("GODEBUG", "rsa1024min=0")
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	short := public(t, small, err)
	large, err := rsa.GenerateKey(rand.Reader, 2048)
	pkcs1 := encoded(t, "RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&large.PublicKey), err)
	private, err := x509.MarshalPKCS8PrivateKey(large)
	secret := encoded(t, "PRIVATE KEY", private, err)
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	for name, c := range map[string]struct{ text, want string }{
		"P-256":       {curve(elliptic.P256()), ""},
		"P-384":       {curve(elliptic.P384()), ""},
		"P-521":       {curve(elliptic.P521()), ""},
		"P-224":       {curve(elliptic.P224()), "must be P-256"},
		"Ed25519":     {public(t, ed, err), ""},
		"RSA":         {public(t, large, nil), ""},
		"short RSA":   {short, "1024 bits"},
		"PKCS #1":     {pkcs1, "no PUBLIC KEY"},
		"private":     {secret, "is a private key"},
		"certificate": {encoded(t, "CERTIFICATE", []byte("x"), nil), "is a certificate"},
		"two":         {key + key, "more after the first key"},
		"none":        {"ssh-ed25519 AAAA", "no public key in PEM"},
		"nonsense":    {encoded(t, "PUBLIC KEY", []byte("x"), nil), "asn1"},
		"indented":    {"\n  \n" + key + "\n\n", ""},
	} {
		k, err := policy.ParseKey([]byte(c.text))
		switch {
		case (err == nil) != (c.want == ""), err != nil && !strings.Contains(err.Error(), c.want):
			t.Errorf("%s: %v, want %q", name, err, c.want)
		case err == nil && (k.Public == nil || len(k.Fingerprint) != len("sha256:")+64):
			t.Errorf("%s: %+v", name, k)
		}
	}
}

func TestNamedKeys(t *testing.T) {
	source := files{"cosign.pub": key, "wrong.pub": "x"}
	p := policy.Policy{{Key: []string{"cosign.pub", key}}}
	rules, err := p.Compile(t.Context(), source)
	if err != nil || len(rules[0].Keys) != 2 || rules[0].Keys[0].Fingerprint != rules[0].Keys[1].Fingerprint {
		t.Errorf("%+v, %v", rules, err)
	}
	if _, err := (policy.Policy{{Key: []string{"none.pub"}}}).Compile(t.Context(), source); !errors.Is(err,
		fs.ErrNotExist) || !strings.Contains(err.Error(), `key "none.pub"`) {
		t.Error(err)
	}
	if _, err := (policy.Policy{{Key: []string{"wrong.pub"}}}).Compile(t.Context(), source); err == nil ||
		!strings.Contains(err.Error(), `key "wrong.pub": no public key`) {
		t.Error(err)
	}
	if _, err := (policy.Policy{{Key: []string{"cosign.pub"}}}).Compile(t.Context(), nil); err == nil {
		t.Error("a key was read from nowhere")
	}
}
