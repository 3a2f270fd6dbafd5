package reading

import (
	"slices"

	v1 "github.com/opencontainers/image-spec/specs-go/v1"
	"go.podman.io/image/v5/manifest"
)

// maxKept is how many bytes are kept of a name or a value that may say what a manifest is.
const maxKept = 128

// A skim takes a JSON document as it passes, of any size, and keeps of it which kind of manifest it is.
// It does not check all of JSON's grammar: whoever copies the manifest does.
type skim struct {
	depth            int
	begun, broken    bool
	inString, escape bool
	isValue          bool   // what comes at depth 1 is a member's value
	text             []byte // of the string, number or word at depth 1, as far as it is kept
	name             string // of the member at depth 1

	mediaType, version string // of the document
}

// Write implements [io.Writer]. It never fails.
func (s *skim) Write(p []byte) (int, error) {
	for _, c := range p {
		if s.inString {
			s.within(c)
		} else {
			s.between(c)
		}
	}
	return len(p), nil
}

// within takes a byte of a string.
func (s *skim) within(c byte) {
	switch {
	case s.escape:
		s.escape = false
	case c == '\\':
		s.escape = true
	case c == '"':
		s.inString = false
		return
	}
	s.keep(c)
}

// between takes a byte outside of strings.
func (s *skim) between(c byte) {
	switch c {
	case ' ', '\t', '\r', '\n':
		return
	case '{', '[':
		s.broken = s.broken || s.depth == 0 && (s.begun || c == '[')
		s.begun = true
		s.depth++
		return
	case '}', ']':
		s.depth--
		if s.depth == 0 {
			s.note()
		}
	case '"':
		s.inString = true
	case ':':
		if s.depth == 1 {
			s.name, s.isValue, s.text = string(s.text), true, s.text[:0]
		}
	case ',':
		if s.depth == 1 {
			s.note()
		}
	default:
		s.keep(c)
	}
	s.broken = s.broken || s.depth < 0 || s.depth == 0 && c != '}'
}

func (s *skim) keep(c byte) {
	if s.depth == 1 && len(s.text) < maxKept {
		s.text = append(s.text, c)
	}
}

// note ends a member at depth 1.
func (s *skim) note() {
	if s.isValue {
		switch s.name {
		case "mediaType":
			s.mediaType = string(s.text)
		case "schemaVersion":
			s.version = string(s.text)
		}
	}
	s.isValue, s.text = false, s.text[:0]
}

// isManifest reports whether the document is one, as far as its members say.
func (s *skim) isManifest() bool {
	isWhole := s.begun && !s.broken && s.depth == 0 && !s.inString
	return isWhole && (s.hasKnownType() || s.version == "1" || s.version == "2")
}

// isSchema1 reports whether it is a manifest of Docker's schema 1, whose digest is not that of all its bytes.
func (s *skim) isSchema1() bool { return s.isManifest() && !s.hasKnownType() && s.version == "1" }

func (s *skim) hasKnownType() bool {
	return slices.Contains([]string{
		v1.MediaTypeImageManifest, v1.MediaTypeImageIndex, manifest.DockerV2Schema2MediaType,
		manifest.DockerV2ListMediaType,
	}, s.mediaType)
}
