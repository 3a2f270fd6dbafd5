package artifacts

import (
	"strings"

	"github.com/opencontainers/go-digest"

	// What digests may be by.
	_ "crypto/sha256"
	_ "crypto/sha512"
)

// Suffixes of digest tags, as cosign writes them
// (https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md).
const (
	SignatureTag   = ".sig"
	AttestationTag = ".att"
	SBOMTag        = ".sbom"
)

// suffixes returns those of digest tags, in order.
func suffixes() []string { return []string{AttestationTag, SBOMTag, SignatureTag} }

// maxHex is how many characters of a digest a tag has (OCI Distribution Specification 1.1, "Referrers Tag Schema").
// With all 128 of SHA-512 a digest tag would be longer than a tag may be.
const maxHex = 64

// A Tag is one that is named after a digest.
type Tag struct {
	Algorithm digest.Algorithm
	Hex       string // of the digest, 64 characters at most
	Suffix    string // of a digest tag; "" of a fallback tag
}

// FallbackTag returns the tag of the index that lists the referrers of a subject where the registry does not.
func FallbackTag(subject digest.Digest) Tag {
	hex := subject.Encoded()
	return Tag{Algorithm: subject.Algorithm(), Hex: hex[:min(len(hex), maxHex)]}
}

// DigestTags returns the tags of what may belong to a subject by its tag, in order.
func DigestTags(subject digest.Digest) []Tag {
	var tags []Tag
	for _, suffix := range suffixes() {
		t := FallbackTag(subject)
		t.Suffix = suffix
		tags = append(tags, t)
	}
	return tags
}

// String returns the tag as registries have it.
func (t Tag) String() string { return t.Algorithm.String() + "-" + t.Hex + t.Suffix }

// ParseTag returns what a tag is named after. It is false for one that is neither a digest tag nor a fallback tag.
func ParseTag(tag string) (Tag, bool) {
	algorithm, rest, _ := strings.Cut(tag, "-")
	end := strings.IndexByte(rest, '.')
	if end < 0 {
		end = len(rest)
	}
	t := Tag{Algorithm: digest.Algorithm(algorithm), Hex: rest[:end], Suffix: rest[end:]}
	return t, t.isValid()
}

func (t Tag) isValid() bool {
	switch t.Suffix {
	case "", SignatureTag, AttestationTag, SBOMTag:
	default:
		return false
	}
	const hexPerByte = 2
	return t.Algorithm.Available() && len(t.Hex) == min(t.Algorithm.Size()*hexPerByte, maxHex) &&
		strings.Trim(t.Hex, "0123456789abcdef") == ""
}
