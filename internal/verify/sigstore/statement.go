package sigstore

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"
	protodsse "github.com/sigstore/protobuf-specs/gen/pb-go/dsse"

	"ecrmirror/internal/jsonscan"
)

// intotoType is the type of payloads that are in-toto statements. Source: in-toto/attestation, spec/v1/envelope.md.
const intotoType = "application/vnd.in-toto+json"

// A statement is what an in-toto statement says, without what it attests of its subjects.
type statement struct {
	predicateType string
	subjects      []digest.Digest
}

// Limits on subjects are those of sigstore-go (pkg/verify/signature.go).
const (
	mostSubjects     = 1024
	largestDigests   = 8 << 10 // bytes of JSON: digests of one subject
	longestPredicate = 1 << 10 // bytes of JSON
)

// readStatement reads the statement in an envelope. Of the payload nothing is decoded but what is known to be small.
func readStatement(envelope *protodsse.Envelope) (s statement, err error) {
	if t := envelope.GetPayloadType(); t != intotoType {
		return s, fmt.Errorf("a payload of type %.80q; it must be %s", t, intotoType)
	}
	document, err := jsonscan.Check(envelope.GetPayload())
	if err != nil {
		return s, fmt.Errorf("payload: %w", err)
	}
	for name, member := range document.Members() {
		switch {
		case name.Is("predicateType") && len(member) > longestPredicate:
			err = errors.New("payload: a long predicateType")
		case name.Is("predicateType"):
			err = json.Unmarshal(member, &s.predicateType)
		case name.Is("subject"):
			s.subjects, err = readSubjects(member)
		}
		if err != nil {
			return s, err
		}
	}
	return s, nil
}

func readSubjects(list jsonscan.Value) (subjects []digest.Digest, err error) {
	n := 0
	for subject := range list.Elements() {
		if n++; n > mostSubjects {
			return nil, fmt.Errorf("payload: more than %d subjects", mostSubjects)
		}
		for name, member := range subject.Members() {
			if !name.Is("digest") || len(member) > largestDigests {
				continue
			}
			var digests map[string]string
			if err := json.Unmarshal(member, &digests); err != nil {
				return nil, fmt.Errorf("payload: subject: %w", err)
			}
			for algorithm, hex := range digests {
				d := digest.NewDigestFromEncoded(digest.Algorithm(algorithm), hex)
				if d.Validate() == nil { // others name no manifests
					subjects = append(subjects, d)
				}
			}
		}
	}
	return subjects, nil
}
