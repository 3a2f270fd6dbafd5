package receipt_test

import (
	"crypto/elliptic"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"ecrmirror/internal/receipt"
)

// replace returns a document with a text replaced, which it must have.
func replace(t *testing.T, document []byte, old, with string) []byte {
	t.Helper()
	if !strings.Contains(string(document), old) {
		t.Fatalf("%s does not have %s", document, old)
	}
	return []byte(strings.Replace(string(document), old, with, 1))
}

// A key that has not signed a statement opens nothing, however well the rest fits.
func TestWhatTheKeyHasNotSignedIsRefused(t *testing.T) {
	s, other := newSigner(t, elliptic.P256()), newSigner(t, elliptic.P256())
	statement := statementOf(t, full())
	good := s.bundle(t, statement)
	hint := func(key receipt.Key) string {
		document := string(newest(t, s, other, key, statement))
		_, rest, _ := strings.Cut(document, `"hint":"`)
		hint, _, _ := strings.Cut(rest, `"`)
		return hint
	}
	payload := base64.StdEncoding.EncodeToString(statement)
	forged := base64.StdEncoding.EncodeToString(replace(t, statement, "ghcr.io/org", "ghcr.io/bad"))
	for name, document := range map[string][]byte{
		"another key's":                    other.bundle(t, statement),
		"another key's, by our hint":       replace(t, other.bundle(t, statement), hint(other.key), hint(s.key)),
		"another statement":                replace(t, good, payload, forged),
		"a signature of something else":    swapped(t, s, good, plain()),
		"ours, by the hint of another key": replace(t, good, hint(s.key), hint(other.key)),
	} {
		if _, err := receipt.Open(document, s.key); !errors.Is(err, receipt.ErrSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := receipt.Bundle(statement, other.sign(t, statement), s.key); !errors.Is(err, receipt.ErrSignature) {
		t.Errorf("a bundle of another key's signature: %v", err)
	}
	if _, err := receipt.Open(good, receipt.Key{}); !errors.Is(err, receipt.ErrSignature) {
		t.Errorf("by no key: %v", err)
	}
	if _, err := receipt.Open(good, s.key); err != nil {
		t.Errorf("the good one: %v", err)
	}
}

// newest returns a bundle of a statement by the one of two signers that has a key.
func newest(t *testing.T, one, two signer, key receipt.Key, statement []byte) []byte {
	t.Helper()
	if one.key.Fingerprint() == key.Fingerprint() {
		return one.bundle(t, statement)
	}
	return two.bundle(t, statement)
}

// swapped returns a bundle with the signature of another receipt.
func swapped(t *testing.T, s signer, document []byte, of receipt.Receipt) []byte {
	t.Helper()
	_, rest, _ := strings.Cut(string(document), `"sig":"`)
	sig, _, _ := strings.Cut(rest, `"`)
	return replace(t, document, sig, base64.StdEncoding.EncodeToString(s.sign(t, statementOf(t, of))))
}

func TestWhatIsNoBundleIsRefused(t *testing.T) {
	s := newSigner(t, elliptic.P256())
	good := s.bundle(t, statementOf(t, full()))
	for _, c := range []struct{ name, old, with, says string }{
		{"another version", "bundle.v0.3+json", "bundle.v0.2+json", "mediaType"},
		{"two media types", `{"mediaType"`, `{"mediaType":"x","mediaType"`, "ambiguous"},
		{"names in other letters", `{"mediaType"`, `{"MediaType":"x","mediaType"`, "ambiguous"},
		{"a certificate beside the key", `"publicKey"`, `"certificate":{},"publicKey"`, "no bundle has"},
		{"a signature of a message, too", `"dsseEnvelope"`, `"messageSignature":{},"dsseEnvelope"`, "no bundle has"},
		{"no hint", `"hint"`, `"hint":"","x"`, "no bundle has"},
		{"no key", `"publicKey":{"hint"`, `"tlogEntries":{"hint"`, "no key has signed it"},
		{"another payload", "vnd.in-toto+json", "vnd.in-toto", "payloadType"},
		{"no base64", `"payload":"`, `"payload":"!`, "base64"},
		{"two signatures", `"signatures":[`, `"signatures":[{},`, "one is wanted"},
		{"signatures that are no list", `"signatures":[`, `"signatures":0,"x":[`, "no list"},
		{"cut off", `"verificationMaterial"`, ``, "invalid"},
	} {
		_, err := receipt.Open(replace(t, good, c.old, c.with), s.key)
		if !errors.Is(err, receipt.ErrMalformed) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %s", c.name, err, c.says)
		}
	}
	large := []byte(`{"mediaType":"` + strings.Repeat("x", receipt.MaxBundle) + `"}`)
	for name, document := range map[string][]byte{"none": nil, "a number": []byte("1"), "large": large} {
		if _, err := receipt.Open(document, s.key); !errors.Is(err, receipt.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	logged := replace(t, good, `"publicKey"`, `"tlogEntries":[{"logIndex":"1"}],"publicKey"`)
	if _, err := receipt.Open(logged, s.key); err != nil {
		t.Errorf("with an entry of a log: %v", err)
	}
}

// What the key has signed is read strictly all the same: other programs may use it, too.
func TestWhatIsNoStatementIsRefused(t *testing.T) {
	s := newSigner(t, elliptic.P256())
	good := statementOf(t, full())
	list := func(element string, n int) string { return "[" + strings.Repeat(element+",", n) + element + "]" }
	for _, c := range []struct {
		name, old, with string
		want            error
		says            string
	}{
		{"another type", "Statement/v1", "Statement/v0.1", receipt.ErrMalformed, "_type"},
		{"another predicate", "receipt/v1", "receipt/v2", receipt.ErrOther, "receipt/v2"},
		{"two predicates", `"predicate":{`, `"predicate":{},"predicate":{`, receipt.ErrMalformed, "ambiguous"},
		{"a predicate in other letters", `"predicate":{`, `"Predicate":{},"predicate":{`, receipt.ErrMalformed, "ambiguous"},
		{"two subjects", `"subject":[{`, `"subject":[{"name":"x","digest":{"sha256":"` + image.Encoded() + `"}},{`, receipt.ErrMalformed, "subject"},
		{"no subject", `"subject":[{`, `"subject":[],"x":[{`, receipt.ErrMalformed, "subject"},
		{"a subject without a digest", `"digest":{"sha256":"` + image.Encoded() + `"}`, `"digest":{}`, receipt.ErrMalformed, "digest"},
		{"two digests", `"digest":{`, `"digest":{"sha512":"` + strings.Repeat("0", 128) + `",`, receipt.ErrMalformed, "one is wanted"},
		{"no digest", image.Encoded(), strings.Repeat("g", 64), receipt.ErrMalformed, "is no digest"},
		{"an unknown algorithm", `"digest":{"sha256":`, `"digest":{"gitCommit":`, receipt.ErrMalformed, "is no digest"},
		{"no source", `"source":{`, `"source":null,"x":{`, receipt.ErrMalformed, "source"},
		{"a source that is a text", `"source":{`, `"source":"x","x":{`, receipt.ErrMalformed, "no object"},
		{"no time", `"time":"2026-11-28T06:30:00Z"`, `"time":null`, receipt.ErrMalformed, "time"},
		{"a local time", `06:30:00Z"`, `06:30:00+01:00"`, receipt.ErrMalformed, "no time in UTC"},
		{"a date", `2026-11-28T06:30:00Z`, `2026-11-28`, receipt.ErrMalformed, "no time in UTC"},
		{"no tool", `"tool":{`, `"x":{`, receipt.ErrMalformed, "tool"},
		{"a number for a text", `"version":"v1.2.3"`, `"version":1`, receipt.ErrMalformed, "no text"},
		{"a long text", `v1.2.3`, strings.Repeat("v", 5<<10), receipt.ErrMalformed, "4096 bytes"},
		{"many proofs", `"verified":[`, `"verified":` + list("{}", 256) + `,"x":[`, receipt.ErrMalformed, "more than 256"},
		{"a negative index", `12345`, `-1`, receipt.ErrMalformed, "no number"},
		{"many platforms", `"platforms":[`, `"platforms":` + list(`"a"`, 256) + `,"x":[`, receipt.ErrMalformed, "more than 256"},
		{"no platforms", `"platforms":[`, `"platforms":[],"x":[`, receipt.ErrMalformed, "trimmed"},
		{"nothing left out, and another digest", `"trimmed":{`, `"x":{`, receipt.ErrMalformed, "is not the subject"},
	} {
		statement := replace(t, good, c.old, c.with)
		_, err := receipt.Open(s.bundle(t, statement), s.key)
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %v: %s", c.name, err, c.want, c.says)
		}
	}
	more := replace(t, good, `"predicate":{`, `"new":[1],"predicate":{"new":{"x":null},`)
	if _, err := receipt.ReadStatement(more); err != nil {
		t.Errorf("with members of a later version: %v", err)
	}
}

func TestWhatNoReceiptSaysIsNotWritten(t *testing.T) {
	for name, change := range map[string]func(*receipt.Receipt){
		"no image":              func(r *receipt.Receipt) { r.Digest = "" },
		"no repository":         func(r *receipt.Receipt) { r.Repository = "" },
		"no source":             func(r *receipt.Receipt) { r.Source = receipt.Source{} },
		"no time":               func(r *receipt.Receipt) { r.Time = receipt.Receipt{}.Time },
		"no program":            func(r *receipt.Receipt) { r.Tool = receipt.Tool{} },
		"a digest that is none": func(r *receipt.Receipt) { r.Verified[0].Artifact = "sha256:0" },
		"nothing left out":      func(r *receipt.Receipt) { r.Trimmed = nil },
		"a long name":           func(r *receipt.Receipt) { r.Repository = strings.Repeat("a", 5<<10) },
	} {
		r := full()
		change(&r)
		if _, err := r.Statement(); !errors.Is(err, receipt.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatIsNoManifestOfAReceiptIsRefused(t *testing.T) {
	good, err := receipt.Manifest(receipt.Descriptor{MediaType: "a/b", Digest: image, Size: 1}, []byte("bundle"), at)
	if err != nil {
		t.Fatal(err)
	}
	const bundle = "application/vnd.dev.sigstore.bundle.v0.3+json"
	for _, c := range []struct {
		name, old, with string
		want            error
	}{
		{"another artifact", `"artifactType":"` + bundle, `"artifactType":"application/spdx+json`, receipt.ErrOther},
		{"another attestation", receipt.PredicateType, "https://slsa.dev/provenance/v1", receipt.ErrOther},
		{"no annotations", `"annotations":{`, `"annotations":null,"x":{`, receipt.ErrOther},
		{"an index, too", `"layers"`, `"manifests":[],"layers"`, receipt.ErrMalformed},
		{"another media type", "image.manifest.v1", "image.index.v1", receipt.ErrMalformed},
		{"no subject", `"subject":{`, `"subject":null,"x":{`, receipt.ErrMalformed},
		{"two subjects", `"subject":{`, `"subject":{},"subject":{`, receipt.ErrMalformed},
		{"a subject that is none", image.String(), "latest", receipt.ErrMalformed},
		{"no layer", `"layers":[`, `"layers":[],"x":[`, receipt.ErrMalformed},
		{"two layers", `"layers":[`, `"layers":[{"mediaType":"` + bundle + `","digest":"` + image.String() + `","size":1},`, receipt.ErrMalformed},
		{"another layer", `"layers":[{"mediaType":"` + bundle, `"layers":[{"mediaType":"a/b`, receipt.ErrMalformed},
		{"a large bundle", `"size":6`, `"size":1000000`, receipt.ErrMalformed},
		{"an empty bundle", `"size":6`, `"size":0`, receipt.ErrMalformed},
		{"a size that is none", `"size":6`, `"size":-6`, receipt.ErrMalformed},
		{"large", `"schemaVersion"`, `"x":"` + strings.Repeat("x", receipt.MaxManifest) + `","schemaVersion"`, receipt.ErrMalformed},
	} {
		if _, _, err := receipt.ReadManifest(replace(t, good, c.old, c.with)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
