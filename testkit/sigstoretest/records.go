package sigstoretest

import (
	"crypto/sha256"
	"encoding/hex"
)

// hashedRecord is the log's entry of a signature of a text. Source: rekor, pkg/types/hashedrekord/v0.0.1.
func hashedRecord(o *signed, text []byte) any {
	return map[string]any{
		"apiVersion": "0.0.1", "kind": "hashedrekord",
		"spec": map[string]any{
			"data":      map[string]any{"hash": hash(text)},
			"signature": map[string]any{"content": o.signature, "publicKey": map[string]any{"content": o.public}},
		},
	}
}

// envelopeRecord is the log's entry of a signature of an envelope. Source: rekor, pkg/types/dsse/v0.0.1.
func envelopeRecord(o *signed, payload []byte) any {
	return map[string]any{
		"apiVersion": "0.0.1", "kind": "dsse",
		"spec": map[string]any{
			"envelopeHash": hash(payload), // of the envelope, which verifiers don't have
			"payloadHash":  hash(payload),
			"signatures":   []any{map[string]any{"signature": o.signature, "verifier": o.public}},
		},
	}
}

func hash(text []byte) any {
	sum := sha256.Sum256(text)
	return map[string]any{"algorithm": "sha256", "value": hex.EncodeToString(sum[:])}
}
