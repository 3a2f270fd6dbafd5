package sigstore

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"
	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	protodsse "github.com/sigstore/protobuf-specs/gen/pb-go/dsse"

	"ecrmirror/internal/jsonscan"
	"ecrmirror/internal/verify/evidence"
)

// payloadType is the type of cosign's signatures. Source: cosign, specs/SIGNATURE_SPEC.md.
const payloadType = "cosign container image signature"

// readPayload reads a signature of cosign 2: a text that names the digest of an image, as containers-signature(5)
// describes it, with its signature in the annotations.
func (c *Claim) readPayload(content []byte) (*protobundle.Bundle, error) {
	var text struct {
		Critical struct {
			Type  string `json:"type"`
			Image struct {
				Digest digest.Digest `json:"docker-manifest-digest"`
			} `json:"image"`
		} `json:"critical"`
	}
	if err := json.Unmarshal(content, &text); err != nil {
		return nil, err
	}
	if text.Critical.Type != payloadType {
		return nil, fmt.Errorf("it is of type %.80q, not %s", text.Critical.Type, payloadType)
	}
	d := text.Critical.Image.Digest
	if err := d.Validate(); err != nil {
		return nil, fmt.Errorf("docker-manifest-digest: %w", err)
	}
	signature, err := base64.StdEncoding.DecodeString(c.piece.Annotations[annotationSignature])
	if err != nil {
		return nil, fmt.Errorf("annotation %s: %w", annotationSignature, err)
	}
	material, err := readAnnotations(c.piece.Annotations)
	if err != nil {
		return nil, err
	}
	c.payload, c.about = content, []digest.Digest{d}
	sum := sha256.Sum256(content)
	material.Content = &protobundle.Bundle_MessageSignature{MessageSignature: &protocommon.MessageSignature{
		MessageDigest: &protocommon.HashOutput{Algorithm: protocommon.HashAlgorithm_SHA2_256, Digest: sum[:]},
		Signature:     signature,
	}}
	return material, nil
}

// readEnvelope reads an attestation of cosign 2: a DSSE envelope (secure-systems-lab/dsse, envelope.md), with what
// belongs to its signature in the annotations.
func readEnvelope(piece evidence.Piece, content []byte) (*protobundle.Bundle, error) {
	if err := checkCount(content); err != nil {
		return nil, err
	}
	var text struct {
		PayloadType string `json:"payloadType"`
		Payload     []byte `json:"payload"`
		Signatures  []struct {
			KeyID string `json:"keyid"`
			Sig   []byte `json:"sig"`
		} `json:"signatures"`
	}
	if err := json.Unmarshal(content, &text); err != nil {
		return nil, err
	}
	material, err := readAnnotations(piece.Annotations)
	if err != nil {
		return nil, err
	}
	envelope := &protodsse.Envelope{PayloadType: text.PayloadType, Payload: text.Payload}
	for _, s := range text.Signatures {
		envelope.Signatures = append(envelope.Signatures, &protodsse.Signature{Keyid: s.KeyID, Sig: s.Sig})
	}
	material.Content = &protobundle.Bundle_DsseEnvelope{DsseEnvelope: envelope}
	return material, nil
}

// mostValues is how many JSON values a bundle or an envelope may have. Those of a build have some 100; each takes up to
// 300 bytes of memory.
const mostValues = 10_000

// checkCount refuses a document whose values would take many times the memory of its text.
func checkCount(document []byte) error {
	value, err := jsonscan.Check(document)
	if err != nil {
		return err
	}
	if n := value.Count(); n > mostValues {
		return fmt.Errorf("%d JSON values; it may have %d", n, mostValues)
	}
	if !value.IsObject() {
		return errors.New("not a JSON object")
	}
	return nil
}
