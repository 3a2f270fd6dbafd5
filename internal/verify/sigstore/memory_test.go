package sigstore_test

import (
	"encoding/base64"
	"runtime"
	"strings"
	"testing"

	"ecrmirror/internal/verify/evidence"
	"ecrmirror/internal/verify/sigstore"
)

// TestMemory: whatever is in the largest bundle, reading and judging it takes a few times its size.
func TestMemory(t *testing.T) {
	judge, rules := judgeOf(t), anybody(t)
	compact := strings.ReplaceAll(read(t, "oci-attestation.sigstore.json"), `": "`, `":"`)
	before, after, _ := strings.Cut(compact, `"payload":"`)
	_, rest, _ := strings.Cut(after, `"`)
	subject := `{"digest":{"sha256":"` + attested.Encoded() + `"}}`
	statement := func(subjects, predicate string) string {
		payload := `{"_type":"https://in-toto.io/Statement/v1","predicateType":"` + generic + `","subject":[` + subjects +
			`],"predicate":[` + predicate + `]}`
		return before + `"payload":"` + base64.StdEncoding.EncodeToString([]byte(payload)) + `"` + rest
	}
	const many = 990_000
	for name, document := range map[string]string{
		"a predicate of many values":        statement(subject, strings.Repeat("{},", many)+"{}"),
		"many subjects":                     statement(strings.Repeat("{},", many)+subject, "1"),
		"many values":                       `{"verificationMaterial":{"tlogEntries":[` + strings.Repeat("{},", many) + `{}]}}`,
		"many values that nobody asked for": strings.Replace(compact, "{", `{"x":[`+strings.Repeat("{},", many)+`{}],`, 1),
		"a large entry of a log": strings.Replace(compact, `"canonicalizedBody":"`, `"canonicalizedBody":"`+
			strings.Repeat("W10s", many), 1),
	} {
		if len(document) > evidence.LargestBundle || len(document) < evidence.LargestBundle/2 {
			t.Errorf("%s: %d bytes", name, len(document))
		}
		var start, end runtime.MemStats
		runtime.ReadMemStats(&start)
		claim, err := sigstore.Read(evidence.Piece{Kind: evidence.Bundle}, []byte(document))
		if err == nil {
			for _, r := range rules {
				judge.Judge(claim, attested, r, generic)
			}
		}
		runtime.ReadMemStats(&end)
		if took := end.TotalAlloc - start.TotalAlloc; took > 12*uint64(len(document)) {
			t.Errorf("%s: %d bytes, which took %d, %v", name, len(document), took, err)
		}
	}
}
