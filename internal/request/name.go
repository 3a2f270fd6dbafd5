package request

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
)

// longestName is Batch's limit on job names, in characters.
const longestName = 128

// Name returns the name of the request's job, which is its key: what can be read of the source,
// 16 hex digits that stand for the source and for options other than those of a plain copy, 12
// of its digest, and 8 that stand for the destinations in whatever order. Requests of the same
// name do the same with the same bytes at the same places. A request that is split goes by the
// names of its pieces.
func (r Request) Name() string {
	sorted := slices.Sorted(slices.Values(r.DestinationTexts()))
	return r.Stem() + "-" + hash(strings.Join(sorted, ","), 4)
}

// Stem returns the start of the name, which does not depend on the destinations.
func (r Request) Stem() string {
	source, encoded := r.Source(), r.encodedDigest()
	asked := source
	if !r.Options.Default() {
		asked += "\x00" + r.Options.String() // no name or path has that byte
	}
	suffix := "-" + hash(asked, 8) + "-" + encoded[:min(12, len(encoded))]
	return slug(source, longestName-len(suffix)-len("-01234567")) + suffix
}

// encodedDigest returns the hex digits of the image's digest; of several images' a hash of all.
func (r Request) encodedDigest() string {
	all := r.Digests()
	if len(r.Images) > 1 {
		return hash(all, sha256.Size)
	}
	_, encoded, _ := strings.Cut(all, ":")
	return encoded
}

// Digests returns the digests of the images as text, with commas between them.
func (r Request) Digests() string {
	digests := make([]string, len(r.Images))
	for i, image := range r.Images {
		digests[i] = image.Digest.String()
	}
	return strings.Join(digests, ",")
}

var ourName = regexp.MustCompile(`^(.+-[0-9a-f]{16}-[0-9a-f]{12})-[0-9a-f]{8}$`)

// StemOf returns the stem of a job's name, and whether it is a name that [Request.Name] gives.
func StemOf(name string) (string, bool) {
	m := ourName.FindStringSubmatch(name)
	if m == nil {
		return "", false
	}
	return m[1], true
}

// hash returns the first size bytes of the text's hash, in hexadecimal.
func hash(text string, size int) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:size])
}

// slug returns source in the characters that Batch takes in a job name, the first
// of them alphanumeric, and at most limit of them: the last ones, since the end of
// an image name says more than its registry.
func slug(source string, limit int) string {
	s := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '-'
	}, source)
	s = strings.TrimLeft(s[max(0, len(s)-limit):], "-_")
	if s == "" {
		return "image"
	}
	return s
}
