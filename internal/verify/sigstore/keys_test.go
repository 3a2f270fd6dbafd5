package sigstore_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"testing"

	"ecrmirror/internal/verify/policy"
	"ecrmirror/internal/verify/verdict"
	"ecrmirror/testkit/sigstoretest"
)

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := sigstoretest.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func public(t *testing.T, key crypto.Signer) string {
	t.Helper()
	text, err := sigstoretest.PublicPEM(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestKeys(t *testing.T) {
	w := newWorld(t)
	key := newKey(t)
	mine := policy.Requirement{Key: []string{public(t, key)}}
	logged := policy.Requirement{Key: []string{public(t, key)}, TLog: true}
	rotated := policy.Requirement{Key: []string{public(t, newKey(t)), public(t, key)}}
	another := policy.Requirement{Key: []string{public(t, newKey(t))}}
	by := func(flaws sigstoretest.Flaws) sigstoretest.Signing {
		return sigstoretest.Signing{Key: key, Flaws: flaws}
	}
	for _, c := range []struct {
		name   string
		asked  policy.Requirement
		by     sigstoretest.Signing
		refuse verdict.Reason
		index  bool // the proof has a log index
	}{
		{"good", mine, by(sigstoretest.Flaws{}), "", true},
		{"in no log", mine, by(sigstoretest.Flaws{Unlogged: true, Undated: true}), "", false},
		{"in a log that is not trusted", mine, by(sigstoretest.Flaws{OtherLog: true}), "", false},
		{"logged, as asked", logged, by(sigstoretest.Flaws{}), "", true},
		{"asked to be in a log, and in none", logged, by(sigstoretest.Flaws{Unlogged: true}), verdict.NotLogged, false},
		{"asked to be in another log", logged, by(sigstoretest.Flaws{OtherLog: true}), verdict.NotLogged, false},
		{"another's entry in the log", logged, by(sigstoretest.Flaws{OtherEntry: true}), verdict.NotLogged, false},
		{"second of two keys", rotated, by(sigstoretest.Flaws{}), "", true},
		{"wrong key", another, by(sigstoretest.Flaws{}), verdict.OtherKey, false},
		{"tampered", mine, by(sigstoretest.Flaws{Altered: true}), verdict.OtherKey, false},
		{"by an identity", mine, sigstoretest.Signing{As: release}, verdict.Keyless, false},
	} {
		for name, form := range forms {
			p, refused := w.judged(w.sign(form, c.by, subject, sigstoretest.CosignSign), rule(t, c.asked), "")
			switch {
			case (refused != nil) != (c.refuse != ""), refused != nil && refused.Reason != c.refuse:
				t.Errorf("%s, %s: %+v, refused %v", c.name, name, p, refused)
			case p != nil && (p.Key == "" || p.Signer != nil || (p.LogIndex != nil) != c.index):
				t.Errorf("%s, %s: %+v", c.name, name, p)
			}
		}
	}
}

// pure is a key that signs by Ed25519, without hashing before.
type pure struct{ ed25519.PrivateKey }

// TestKindsOfKeys: keys of all kinds verify what cosign signs with them.
func TestKindsOfKeys(t *testing.T) {
	w := newWorld(t)
	keys := map[string]crypto.Signer{"P-256": newKey(t)}
	for name, curve := range map[string]elliptic.Curve{"P-384": elliptic.P384(), "P-521": elliptic.P521()} {
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		keys[name] = key
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	keys["RSA"], keys["Ed25519ph"], keys["Ed25519"] = rsaKey, ed, pure{ed}
	for name, key := range keys {
		asked := rule(t, policy.Requirement{Key: []string{public(t, key)}})
		for _, form := range []string{"payload", "envelope", "bundle"} {
			by := sigstoretest.Signing{Key: key, Flaws: sigstoretest.Flaws{Unlogged: true, Undated: true}}
			_, refused := w.judged(w.sign(forms[form], by, subject, sigstoretest.CosignSign), asked, "")
			if refused != nil {
				t.Errorf("%s, %s: %v", name, form, refused)
			}
			_, refused = w.judged(w.sign(forms[form], by, other, sigstoretest.CosignSign), asked, "")
			if refused == nil || refused.Reason != verdict.OtherDigest {
				t.Errorf("%s, %s of another manifest: %v", name, form, refused)
			}
		}
	}
}
