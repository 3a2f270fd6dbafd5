package receipt

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/opencontainers/go-digest"
)

// statementType is the type of in-toto's statements. Source:
// https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
const statementType = "https://in-toto.io/Statement/v1"

// The forms of a statement and its predicate.
type (
	statement struct {
		Type          string     `json:"_type"`
		Subject       []resource `json:"subject"`
		PredicateType string     `json:"predicateType"`
		Predicate     predicate  `json:"predicate"`
	}
	resource struct {
		Name   string            `json:"name"`
		Tag    string            `json:"tag,omitempty"`
		Digest map[string]string `json:"digest"` // of one algorithm
	}
	predicate struct {
		Source   resource `json:"source"`
		Time     string   `json:"time"`
		Tool     tool     `json:"tool"`
		Verified []proof  `json:"verified,omitzero"` // an empty list stays
		Trimmed  *trimmed `json:"trimmed,omitempty"`
	}
	tool struct {
		Name    string `json:"name"`
		Version string `json:"version"`
		Commit  string `json:"commit,omitempty"`
	}
	proof struct {
		Requirement   string `json:"requirement,omitempty"`
		Kind          string `json:"kind,omitempty"`
		Artifact      string `json:"artifact,omitempty"`
		Issuer        string `json:"issuer,omitempty"`
		Identity      string `json:"identity,omitempty"`
		Key           string `json:"key,omitempty"`
		PredicateType string `json:"predicateType,omitempty"`
		Time          string `json:"time,omitempty"`
		LogIndex      *int64 `json:"logIndex,omitempty"`
	}
	trimmed struct {
		Rule      string   `json:"rule"`
		Platforms []string `json:"platforms"`
	}
)

// Statement returns the in-toto statement of the receipt. It is the same for the same receipt. It fails for a receipt
// that [ReadStatement] would not take.
func (r Receipt) Statement() ([]byte, error) {
	s := statement{
		Type: statementType, Subject: []resource{{Name: r.Repository, Digest: digestSet(r.Digest)}},
		PredicateType: PredicateType,
		Predicate: predicate{
			Source: resource{Name: r.Source.Repository, Tag: r.Source.Tag, Digest: digestSet(r.Source.Digest)},
			Time:   timeText(r.Time), Tool: tool(r.Tool), Trimmed: (*trimmed)(r.Trimmed),
		},
	}
	if r.Verified != nil {
		s.Predicate.Verified = []proof{}
	}
	for _, p := range r.Verified {
		s.Predicate.Verified = append(s.Predicate.Verified, proof{
			Requirement: p.Requirement, Kind: p.Kind, Artifact: p.Artifact.String(), Issuer: p.Issuer,
			Identity: p.Identity, Key: p.Key, PredicateType: p.PredicateType, Time: timeText(p.Time),
			LogIndex: p.LogIndex,
		})
	}
	document, err := encode(s)
	if err == nil {
		_, err = ReadStatement(document)
	}
	if err != nil {
		return nil, fmt.Errorf("writing a receipt: %w", err)
	}
	return document, nil
}

// digestSet is a digest as in-toto has it.
func digestSet(d digest.Digest) map[string]string {
	if d.Validate() != nil {
		return nil
	}
	return map[string]string{d.Algorithm().String(): d.Encoded()}
}

// timeText is a time in UTC, "" for none.
func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// encode returns a document as JSON, without a line break at its end and with names as they are.
func encode(document any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(document)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
