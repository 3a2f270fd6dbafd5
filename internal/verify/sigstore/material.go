package sigstore

import (
	"errors"
	"fmt"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	"google.golang.org/protobuf/encoding/protojson"
)

// Limits on what is in a bundle. Entries and timestamps are each as many as sigstore-go takes.
const (
	mostEntries   = 32
	largestBody   = 64 << 10 // bytes of what a log keeps of a signature: some 4 KiB
	largestPart   = 64 << 10 // bytes of a certificate, a timestamp or a signature
	mostInChain   = 16
	mostSignature = 1 // an envelope in a bundle has exactly one
)

// readBundle reads a Sigstore bundle. One with members that are not known is refused, as by sigstore-go.
func readBundle(document []byte) (*protobundle.Bundle, error) {
	if err := checkCount(document); err != nil {
		return nil, err
	}
	var b protobundle.Bundle
	if err := protojson.Unmarshal(document, &b); err != nil {
		return nil, err
	}
	return &b, nil
}

// checkMaterial refuses a bundle with more in it than there can be, before anything of that is parsed.
func checkMaterial(b *protobundle.Bundle) error {
	material := b.GetVerificationMaterial()
	if n := len(material.GetTlogEntries()); n > mostEntries {
		return fmt.Errorf("%d entries of logs; it may have %d", n, mostEntries)
	}
	for _, entry := range material.GetTlogEntries() {
		if n := len(entry.GetCanonicalizedBody()); n > largestBody {
			return fmt.Errorf("an entry of a log with %d bytes; it may have %d", n, largestBody)
		}
	}
	parts := [][]byte{material.GetCertificate().GetRawBytes(), b.GetMessageSignature().GetSignature()}
	chain := material.GetX509CertificateChain().GetCertificates()
	if len(chain) > mostInChain {
		return fmt.Errorf("a chain of %d certificates; it may have %d", len(chain), mostInChain)
	}
	for _, certificate := range chain {
		parts = append(parts, certificate.GetRawBytes())
	}
	timestamps := material.GetTimestampVerificationData().GetRfc3161Timestamps()
	if len(timestamps) > mostEntries {
		return fmt.Errorf("%d timestamps; it may have %d", len(timestamps), mostEntries)
	}
	for _, timestamp := range timestamps {
		parts = append(parts, timestamp.GetSignedTimestamp())
	}
	if envelope := b.GetDsseEnvelope(); envelope != nil {
		if n := len(envelope.GetSignatures()); n != mostSignature {
			return fmt.Errorf("an envelope with %d signatures; it must have one", n)
		}
		parts = append(parts, envelope.GetSignatures()[0].GetSig())
	}
	for _, part := range parts {
		if len(part) > largestPart {
			return errors.New("a certificate, timestamp or signature of more than 64 KiB")
		}
	}
	return nil
}
