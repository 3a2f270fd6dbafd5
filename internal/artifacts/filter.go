package artifacts

import (
	"slices"
	"strings"
)

// Words of a [Filter].
const (
	all        = "all"
	none       = "none"
	signatures = "signatures"
)

// A Filter says which artifacts are wanted. Filters that want the same are equal. The zero Filter wants all.
type Filter struct {
	wanted string // "" for all; or as in Filter.String
}

// None returns the filter that wants no artifacts.
func None() Filter { return Filter{none} }

// IsNone reports whether nothing is wanted, so that nothing need be listed.
func (f Filter) IsNone() bool { return f.wanted == none }

// IsAll reports whether everything is wanted.
func (f Filter) IsAll() bool { return f.wanted == "" }

// Texts returns what [Parse] makes the same filter of, in one order, however it was written.
func (f Filter) Texts() []string {
	if f.IsAll() {
		return []string{all}
	}
	return strings.Split(f.wanted, ",")
}

// String returns the texts with commas between them.
func (f Filter) String() string { return strings.Join(f.Texts(), ",") }

// A Verdict is what a filter says of an artifact.
type Verdict int

// The verdicts.
const (
	Unwanted Verdict = iota
	Wanted
	Unclear // it depends on the artifact's type, which the list does not tell: read its manifest, and ask again
)

// Judge says whether an artifact is wanted. Of what a digest tag names, the tag decides: the manifest there is that of
// an image, and its type says nothing.
func (f Filter) Judge(a Artifact) Verdict {
	switch {
	case f.IsAll():
		return Wanted
	case f.IsNone():
		return Unwanted
	case a.Tag != "":
		t, _ := ParseTag(a.Tag)
		return f.wantedBy(func(text string) bool {
			return t.Suffix != "" && (text == t.Suffix || text == signatures && t.Suffix == SignatureTag)
		})
	case a.Type == "":
		return Unclear
	}
	mediaType := strings.ToLower(a.Type)
	return f.wantedBy(func(text string) bool {
		return text == signatures && isSignature(mediaType) || strings.Contains(text, "/") && matches(text, mediaType)
	})
}

// wantedBy returns Wanted if one of the texts fits.
func (f Filter) wantedBy(fits func(text string) bool) Verdict {
	if slices.ContainsFunc(f.Texts(), fits) {
		return Wanted
	}
	return Unwanted
}

// isSignature reports whether a type, in lower case, is one of signatures: of notation, and of cosign, as bundles and,
// before these, as manifests of their own. Attestations come as bundles, too, and can't be told from signatures.
func isSignature(mediaType string) bool {
	return mediaType == "application/vnd.cncf.notary.signature" ||
		mediaType == "application/vnd.dev.cosign.artifact.sig.v1+json" ||
		strings.HasPrefix(mediaType, "application/vnd.dev.sigstore.bundle")
}

// matches reports whether a text is of a pattern, in which * stands for any characters.
func matches(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	last := len(parts) - 1
	if last == 0 {
		return pattern == text
	}
	if !strings.HasPrefix(text, parts[0]) {
		return false
	}
	text = text[len(parts[0]):]
	for _, part := range parts[1:last] {
		at := strings.Index(text, part)
		if at < 0 {
			return false
		}
		text = text[at+len(part):]
	}
	return strings.HasSuffix(text, parts[last])
}
