package artifacts

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
)

// A Link says that an artifact belongs to a subject.
type Link struct {
	Subject digest.Digest
	Digest  digest.Digest // of the artifact
	Tag     string        // that names it; "" of a referrer
}

// Fingerprint returns the SHA-256, in hex, of what belongs to what: of a line for each link, sorted, each once. Two are
// the same if the links are, whatever their order. The digests must be valid, and the tags be tags.
func Fingerprint(links []Link) string {
	lines := make([]string, len(links))
	for i, l := range links {
		lines[i] = fmt.Sprintf("%s %s %s\n", l.Subject, l.Digest, l.Tag)
	}
	slices.Sort(lines)
	return digest.SHA256.FromString(strings.Join(slices.Compact(lines), "")).Encoded()
}
