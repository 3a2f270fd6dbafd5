// Package sigstore judges evidence by sigstore-go: whether it is good, whose it is, and what it is about. What cosign 2
// has attached becomes a bundle first, so that one verifier judges all.
package sigstore

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/opencontainers/go-digest"
	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	"github.com/sigstore/sigstore-go/pkg/bundle"

	"ecrmirror/internal/verify/evidence"
)

// A Claim is a piece of evidence that was read, and not yet verified.
type Claim struct {
	piece     evidence.Piece
	entity    *bundle.Bundle
	payload   []byte          // of a signature of cosign 2: what is signed
	about     []digest.Digest // what it says that it is about
	predicate string          // type of what it attests; "" of a mere signature
}

// Read reads a piece of evidence with its content. An error wraps [evidence.ErrMalformed].
func Read(piece evidence.Piece, content []byte) (*Claim, error) {
	c := &Claim{piece: piece}
	var material *protobundle.Bundle
	var err error
	switch piece.Kind {
	case evidence.Payload:
		material, err = c.readPayload(content)
	case evidence.Envelope:
		material, err = readEnvelope(piece, content)
	case evidence.Bundle:
		material, err = readBundle(content)
	default:
		err = fmt.Errorf("kind %q is unknown", piece.Kind)
	}
	if err == nil {
		err = checkMaterial(material)
	}
	if err == nil {
		c.entity, err = bundle.NewBundle(material)
	}
	if err == nil && c.payload == nil {
		err = c.readContent(material)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", evidence.ErrMalformed, err)
	}
	return c, nil
}

// readContent reads what a bundle is about.
func (c *Claim) readContent(material *protobundle.Bundle) error {
	if message := material.GetMessageSignature(); message != nil {
		d, err := messageDigest(message.GetMessageDigest())
		c.about = []digest.Digest{d}
		return err
	}
	s, err := readStatement(material.GetDsseEnvelope())
	c.about, c.predicate = s.subjects, s.predicateType
	return err
}

// messageDigest returns the digest that a bundle with a mere signature is about.
func messageDigest(output *protocommon.HashOutput) (digest.Digest, error) {
	algorithm := map[protocommon.HashAlgorithm]digest.Algorithm{
		protocommon.HashAlgorithm_SHA2_256: digest.SHA256,
		protocommon.HashAlgorithm_SHA2_384: digest.SHA384,
		protocommon.HashAlgorithm_SHA2_512: digest.SHA512,
	}[output.GetAlgorithm()]
	if algorithm == "" {
		return "", errors.New("the digest of what is signed is of no known algorithm")
	}
	d := digest.NewDigestFromEncoded(algorithm, hex.EncodeToString(output.GetDigest()))
	return d, d.Validate()
}

// isAbout reports whether the claim says that it is about a manifest. That it does is verified with its signature.
func (c *Claim) isAbout(subject digest.Digest) bool { return slices.Contains(c.about, subject) }
