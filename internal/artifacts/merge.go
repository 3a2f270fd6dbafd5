package artifacts

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/opencontainers/go-digest"
)

// An Entry is what an index has of a referrer.
type Entry struct {
	digest     digest.Digest
	descriptor []byte
}

// Digest returns the digest of the referrer.
func (e Entry) Digest() digest.Digest { return e.digest }

// Entry returns what an index at a fallback tag is to have of a manifest, given its media type, its digest, and its
// size in bytes: the type as well, and the annotations as the manifest has them (OCI Distribution Specification 1.1,
// "Pushing Manifests with Subject").
func (m Manifest) Entry(mediaType string, d digest.Digest, size int64) (Entry, error) {
	descriptor, err := json.Marshal(struct {
		MediaType    string          `json:"mediaType"`
		Digest       digest.Digest   `json:"digest"`
		Size         int64           `json:"size"`
		Annotations  json.RawMessage `json:"annotations,omitempty"`
		ArtifactType string          `json:"artifactType,omitempty"`
	}{mediaType, d, size, json.RawMessage(m.annotations), m.Type})
	if err != nil {
		return Entry{}, err
	}
	return Entry{d, descriptor}, nil
}

// Merge returns an index with an entry at its end, or the index itself where it has one of that digest. All other bytes
// stay as they are. A nil index is one that does not exist yet.
//
// It is [ErrNoIndex] for what is no index, and [ErrMany] where the index would become too large to be read.
func Merge(index []byte, e Entry) ([]byte, error) {
	if index == nil {
		index = fmt.Appendf(nil, `{"schemaVersion":2,"mediaType":%q,"manifests":[]}`, IndexType)
	}
	l, err := readIndex(index)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(l.referrers, func(a Artifact) bool { return a.Digest == e.digest }) {
		return index, nil
	}
	parts := [][]byte{index[:l.at], []byte("["), e.descriptor, []byte("]"), index[l.end:]}
	if l.filled {
		parts = [][]byte{index[:l.last], []byte(","), e.descriptor, index[l.last:]}
	}
	merged := slices.Concat(parts...)
	if len(merged) > MaxIndex || len(l.referrers) >= MaxReferrers {
		return nil, fmt.Errorf("%w: the index has no room for another", ErrMany)
	}
	return merged, nil
}
