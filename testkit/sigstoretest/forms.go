package sigstoretest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	protodsse "github.com/sigstore/protobuf-specs/gen/pb-go/dsse"
	"google.golang.org/protobuf/encoding/protojson"
)

// Types of predicates.
const (
	CosignSign     = "https://sigstore.dev/cosign/sign/v1"
	SLSAProvenance = "https://slsa.dev/provenance/v1"
	SPDX           = "https://spdx.dev/Document"
)

// Media types of layers.
const (
	PayloadType  = "application/vnd.dev.cosign.simplesigning.v1+json"
	EnvelopeType = "application/vnd.dsse.envelope.v1+json"
	BundleType   = "application/vnd.dev.sigstore.bundle.v0.3+json"
)

// A Layer is what signs an image, as a registry keeps it.
type Layer struct {
	MediaType   string
	Content     []byte
	Annotations map[string]string
}

// Payload signs the digest of a manifest as cosign 2 does.
func (s *Sigstore) Payload(by Signing, digest string) (Layer, error) {
	text := fmt.Sprintf(`{"critical":{"identity":{"docker-reference":"r.io/app"},"image":{"docker-manifest-digest":%q},`+
		`"type":"cosign container image signature"},"optional":null}`, digest)
	out, err := s.sign(by, []byte(text), plain, hashedRecord)
	if err != nil {
		return Layer{}, err
	}
	annotations, err := out.annotations()
	annotations["dev.cosignproject.cosign/signature"] = base64.StdEncoding.EncodeToString(out.signature)
	return Layer{PayloadType, []byte(text), annotations}, err
}

// Attestation attests a manifest as cosign 2 does.
func (s *Sigstore) Attestation(by Signing, digest, predicateType string) (Layer, error) {
	payload, err := statement(digest, predicateType)
	if err != nil {
		return Layer{}, err
	}
	out, envelope, err := s.envelope(by, payload)
	if err != nil {
		return Layer{}, err
	}
	content, err := json.Marshal(map[string]any{
		"payloadType": envelope.PayloadType, "payload": envelope.Payload,
		"signatures": []any{map[string]any{"keyid": "", "sig": out.signature}},
	})
	if err != nil {
		return Layer{}, err
	}
	annotations, err := out.annotations()
	annotations["dev.cosignproject.cosign/signature"] = ""
	annotations["predicateType"] = predicateType
	return Layer{EnvelopeType, content, annotations}, err
}

// Bundle attests a manifest as cosign 3 and GitHub do: a signature of cosign 3 is of the type [CosignSign].
func (s *Sigstore) Bundle(by Signing, digest, predicateType string) (Layer, error) {
	payload, err := statement(digest, predicateType)
	if err != nil {
		return Layer{}, err
	}
	return s.Statement(by, payload)
}

// Statement signs an in-toto statement in a bundle, whatever it says.
func (s *Sigstore) Statement(by Signing, payload []byte) (Layer, error) {
	out, envelope, err := s.envelope(by, payload)
	if err != nil {
		return Layer{}, err
	}
	return bundleOf(&protobundle.Bundle{
		MediaType: BundleType, VerificationMaterial: out.material(),
		Content: &protobundle.Bundle_DsseEnvelope{DsseEnvelope: envelope},
	})
}

// Message signs the bytes of a manifest in a bundle, without a statement.
func (s *Sigstore) Message(by Signing, manifest []byte) (Layer, error) {
	out, err := s.sign(by, manifest, plain, hashedRecord)
	if err != nil {
		return Layer{}, err
	}
	sum := sha256.Sum256(manifest)
	return bundleOf(&protobundle.Bundle{
		MediaType: BundleType, VerificationMaterial: out.material(),
		Content: &protobundle.Bundle_MessageSignature{MessageSignature: &protocommon.MessageSignature{
			MessageDigest: &protocommon.HashOutput{Algorithm: protocommon.HashAlgorithm_SHA2_256, Digest: sum[:]},
			Signature:     out.signature,
		}},
	})
}

func plain(text []byte) []byte { return text }

func bundleOf(b *protobundle.Bundle) (Layer, error) {
	content, err := protojson.Marshal(b)
	return Layer{MediaType: BundleType, Content: content}, err
}

// statement is a statement about a manifest.
func statement(digest, predicateType string) ([]byte, error) {
	algorithm, hex, _ := strings.Cut(digest, ":")
	return json.Marshal(map[string]any{
		"_type": "https://in-toto.io/Statement/v1", "predicateType": predicateType, "predicate": map[string]any{},
		"subject": []any{map[string]any{"name": "app", "digest": map[string]string{algorithm: hex}}},
	})
}

// envelope signs a statement.
func (s *Sigstore) envelope(by Signing, payload []byte) (*signed, *protodsse.Envelope, error) {
	const payloadType = "application/vnd.in-toto+json"
	encode := func(text []byte) []byte { return dsse.PAE(payloadType, text) }
	out, err := s.sign(by, payload, encode, envelopeRecord)
	if err != nil {
		return nil, nil, err
	}
	return out, &protodsse.Envelope{
		PayloadType: payloadType, Payload: payload, Signatures: []*protodsse.Signature{{Sig: out.signature}},
	}, nil
}

// annotations returns what cosign 2 says of a signature. Source: cosign, specs/SIGNATURE_SPEC.md.
func (o *signed) annotations() (map[string]string, error) {
	annotations := map[string]string{}
	if o.certificate != nil {
		annotations["dev.sigstore.cosign/certificate"] = string(o.public)
	}
	if o.timestamp != nil {
		text, err := json.Marshal(map[string]any{"SignedRFC3161Timestamp": o.timestamp})
		if err != nil {
			return nil, err
		}
		annotations["dev.sigstore.cosign/rfc3161timestamp"] = string(text)
	}
	if o.entry == nil {
		return annotations, nil
	}
	text, err := json.Marshal(map[string]any{
		"SignedEntryTimestamp": o.entry.InclusionPromise.SignedEntryTimestamp,
		"Payload": map[string]any{
			"body": o.entry.CanonicalizedBody, "integratedTime": o.entry.IntegratedTime, "logIndex": o.entry.LogIndex,
			"logID": hex.EncodeToString(o.entry.LogId.KeyId),
		},
	})
	annotations["dev.sigstore.cosign/bundle"] = string(text)
	return annotations, err
}
