package receipt

import (
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/jsonscan"
)

const (
	// BundleType is the media type of a bundle of Sigstore. Source:
	// https://github.com/sigstore/protobuf-specs/blob/v0.5.1/protos/sigstore_bundle.proto
	BundleType = "application/vnd.dev.sigstore.bundle.v0.3+json"
	// payloadType is the type of an in-toto statement in a DSSE envelope. Source:
	// https://github.com/in-toto/attestation/blob/main/spec/v1/envelope.md
	payloadType = "application/vnd.in-toto+json"
)

// The forms of a bundle with an envelope. It has no entry of a transparency log and no time of an authority.
type (
	bundle struct {
		MediaType string   `json:"mediaType"`
		Material  material `json:"verificationMaterial"`
		Envelope  envelope `json:"dsseEnvelope"`
	}
	material struct {
		PublicKey publicKey `json:"publicKey"`
	}
	publicKey struct {
		Hint string `json:"hint"`
	}
	envelope struct {
		Payload     []byte      `json:"payload"`
		PayloadType string      `json:"payloadType"`
		Signatures  []signature `json:"signatures"` // one
	}
	// A signature has no keyid, which is a hint as that of the key is: readers pass over it where it is not what they
	// make of the key themselves (SHA256KeyID of github.com/secure-systems-lab/go-securesystemslib v0.11.0).
	signature struct {
		Sig []byte `json:"sig"`
	}
)

// ToSign returns what is signed of a statement: DSSE's pre-authentication encoding of it. Source:
// https://github.com/secure-systems-lab/dsse/blob/v1.0.0/protocol.md
func ToSign(statement []byte) []byte {
	return fmt.Appendf(nil, "DSSEv1 %d %s %d %s", len(payloadType), payloadType, len(statement), statement)
}

// Bundle returns a bundle with a statement and its signature. It fails with [ErrSignature] if it is not by the key.
func Bundle(statement, sig []byte, key Key) ([]byte, error) {
	if err := key.verify(ToSign(statement), sig); err != nil {
		return nil, err
	}
	document, err := encode(bundle{
		MediaType: BundleType, Material: material{publicKey{key.hint()}},
		Envelope: envelope{statement, payloadType, []signature{{sig}}},
	})
	if err == nil && len(document) > MaxBundle {
		err = fmt.Errorf("it would have %d bytes; the most are %d", len(document), MaxBundle)
	}
	return document, err
}

// Open returns the receipt in a bundle that the key has signed. It verifies the signature before it reads what is
// signed.
//
// It is [ErrMalformed] for what is no bundle of a statement that a key has signed, [ErrSignature] where another key has
// signed it, and [ErrOther] where that is about something else.
func Open(document []byte, key Key) (Receipt, error) {
	e, hint, err := readBundle(document)
	if err != nil {
		return Receipt{}, err
	}
	if hint != key.hint() {
		return Receipt{}, fmt.Errorf("%w: by its hint it is another one's", ErrSignature)
	}
	if err := key.verify(ToSign(e.Payload), e.Signatures[0].Sig); err != nil {
		return Receipt{}, err
	}
	return ReadStatement(e.Payload)
}

// For returns [ErrSubject] unless the receipt is for the image.
func (r Receipt) For(image digest.Digest) error {
	if r.Digest != image {
		return fmt.Errorf("%w, %s", ErrSubject, r.Digest)
	}
	return nil
}

// readBundle reads a bundle with one signature, and the hint that tells by which key it is.
func readBundle(document []byte) (e envelope, hint string, err error) {
	root, err := checked(document, MaxBundle)
	if err != nil {
		return envelope{}, "", err
	}
	var mediaType string
	err = onlyMembers(root, members{
		"mediaType":            into(&mediaType),
		"verificationMaterial": func(v jsonscan.Value) (err error) { hint, err = readMaterial(v); return err },
		"dsseEnvelope":         func(v jsonscan.Value) (err error) { e, err = readEnvelope(v); return err },
	})
	switch {
	case err != nil:
	case mediaType != BundleType:
		err = fmt.Errorf("mediaType: %s, and not %s", quoted(mediaType), BundleType)
	case hint == "":
		err = errors.New("no key has signed it, or it does not say which")
	case len(e.Signatures) != 1:
		err = fmt.Errorf("dsseEnvelope: %d signatures: %w", len(e.Signatures), errNotOne)
	case e.PayloadType != payloadType:
		err = fmt.Errorf("payloadType: %s, and not %s", quoted(e.PayloadType), payloadType)
	}
	if err != nil {
		return envelope{}, "", malformed(err)
	}
	return e, hint, nil
}

func readMaterial(value jsonscan.Value) (hint string, err error) {
	err = onlyMembers(value, members{
		"publicKey":   func(v jsonscan.Value) error { return onlyMembers(v, members{"hint": into(&hint)}) },
		"tlogEntries": passed, "timestampVerificationData": passed, // somebody may have added some
	})
	return hint, err
}

func readEnvelope(value jsonscan.Value) (e envelope, err error) {
	err = onlyMembers(value, members{
		"payload":     func(v jsonscan.Value) (err error) { e.Payload, err = bytesOf(v); return err },
		"payloadType": into(&e.PayloadType),
		"signatures": func(v jsonscan.Value) error {
			if !v.IsArray() {
				return errNoList
			}
			for element := range v.Elements() {
				var s signature
				if err := onlyMembers(element, members{
					"sig":   func(v jsonscan.Value) (err error) { s.Sig, err = bytesOf(v); return err },
					"keyid": passed,
				}); err != nil {
					return err
				}
				if e.Signatures = append(e.Signatures, s); len(e.Signatures) > 1 {
					return errNotOne
				}
			}
			return nil
		},
	})
	return e, err
}
