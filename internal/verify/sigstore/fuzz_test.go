package sigstore_test

import (
	"encoding/json"
	"errors"
	"os"
	"testing"

	"github.com/sigstore/sigstore-go/pkg/testing/data"

	"ecrmirror/internal/verify/evidence"
	"ecrmirror/internal/verify/policy"
	"ecrmirror/internal/verify/sigstore"
	"ecrmirror/internal/verify/trust"
)

// anybody are rules that ask for keys and for identities that nobody has.
func anybody(t testing.TB) []policy.Rule {
	t.Helper()
	key, err := os.ReadFile("testdata/cosign.pub")
	if err != nil {
		t.Fatal(err)
	}
	rules, err := policy.Policy{
		{Key: []string{string(key)}, TLog: true}, {GitHub: []string{"fuzz/fuzz"}},
	}.Compile(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

// tryAll reads a piece of evidence, and judges it: it must end, and prove nothing.
func tryAll(t *testing.T, judge *sigstore.Judge, rules []policy.Rule, p evidence.Piece, content []byte) {
	t.Helper()
	claim, err := sigstore.Read(p, content)
	if err != nil {
		if !errors.Is(err, evidence.ErrMalformed) {
			t.Error(err)
		}
		return
	}
	for _, r := range rules {
		for _, predicate := range []string{"", generic} {
			for _, about := range sigstore.About(claim) {
				if proof, refused := judge.Judge(claim, about, r, predicate); refused == nil {
					t.Errorf("proved: %+v", proof)
				}
			}
		}
	}
}

func judgeOf(t testing.TB) *sigstore.Judge {
	t.Helper()
	root, err := trust.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	return sigstore.NewJudge(root)
}

func FuzzBundle(f *testing.F) {
	attestation, err := os.ReadFile("testdata/oci-attestation.sigstore.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(attestation)
	for _, name := range []string{
		"dsse.sigstore.json", "othername.sigstore.json", "public-key-validity.sigstore.json",
		"sigstore.js@2.0.0-provenance.sigstore.json",
	} {
		content, err := data.Bundle(&testing.T{}, name).MarshalJSON()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	judge, rules := judgeOf(f), anybody(f)
	f.Fuzz(func(t *testing.T, content []byte) {
		tryAll(t, judge, rules, evidence.Piece{Kind: evidence.Bundle}, content)
	})
}

func FuzzPayload(f *testing.F) {
	for _, name := range []string{"dir-img-cosign-fulcio-rekor-valid", "dir-img-cosign-key-rekor-valid"} {
		layer := fixture(&testing.T{}, name)
		annotations, err := json.Marshal(layer.Annotations)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(layer.Content, annotations, true)
		f.Add([]byte(`{"payloadType":"application/vnd.in-toto+json","payload":"e30=","signatures":[{"sig":"AAAA"}]}`),
			annotations, false)
	}
	judge, rules := judgeOf(f), anybody(f)
	f.Fuzz(func(t *testing.T, content, annotations []byte, signature bool) {
		p := evidence.Piece{Kind: evidence.Envelope}
		if signature {
			p.Kind = evidence.Payload
		}
		if json.Unmarshal(annotations, &p.Annotations) != nil {
			return
		}
		tryAll(t, judge, rules, p, content)
	})
}

// FuzzEntry has what a log keeps of a signature be anything: JSON in base64 in JSON, which the others hardly reach.
func FuzzEntry(f *testing.F) {
	attestation, err := os.ReadFile("testdata/oci-attestation.sigstore.json")
	if err != nil {
		f.Fatal(err)
	}
	documents := [][]byte{attestation}
	for _, name := range []string{"dsse.sigstore.json", "othername.sigstore.json"} {
		content, err := data.Bundle(&testing.T{}, name).MarshalJSON()
		if err != nil {
			f.Fatal(err)
		}
		documents = append(documents, content)
	}
	type entry struct {
		Body []byte `json:"canonicalizedBody"`
	}
	var bundles []map[string]any
	for i, document := range documents {
		var typed struct {
			Material struct {
				Entries []entry `json:"tlogEntries"`
			} `json:"verificationMaterial"`
		}
		var b map[string]any
		if err := errors.Join(json.Unmarshal(document, &typed), json.Unmarshal(document, &b)); err != nil {
			f.Fatal(err)
		}
		bundles = append(bundles, b)
		for kind := range documents {
			f.Add(typed.Material.Entries[0].Body, byte(kind), byte(i))
		}
	}
	judge, rules := judgeOf(f), anybody(f)
	kinds := [][2]string{{"hashedrekord", "0.0.1"}, {"dsse", "0.0.1"}, {"intoto", "0.0.2"}, {"hashedrekord", "0.0.2"}}
	f.Fuzz(func(t *testing.T, body []byte, kind, which byte) {
		b := bundles[int(which)%len(bundles)]
		first := b["verificationMaterial"].(map[string]any)["tlogEntries"].([]any)[0].(map[string]any)
		first["canonicalizedBody"] = body
		k := kinds[int(kind)%len(kinds)]
		first["kindVersion"] = map[string]string{"kind": k[0], "version": k[1]}
		content, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		tryAll(t, judge, rules, evidence.Piece{Kind: evidence.Bundle}, content)
	})
}
