package platforms

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/jsonscan"
	"ecrmirror/internal/printable"

	// What digests of an index may be by.
	_ "crypto/sha256"
	_ "crypto/sha512"
)

// readElement reads what of an element decides about it.
func readElement(value jsonscan.Value) (e element, err error) {
	if n := value.Count(); n > maxValues {
		return e, fmt.Errorf("%d values, and it may have %d", n, maxValues)
	}
	var mediaType, id, kind, target string
	err = eachKnown(value, []string{"mediaType", "digest", "size", "urls", "data", "platform", "annotations"},
		func(name jsonscan.Name, value jsonscan.Value) (err error) {
			switch {
			case name.Is("mediaType"):
				mediaType, err = textOf(value)
			case name.Is("digest"):
				id, err = textOf(value)
			case name.Is("platform"):
				e.Platform, err = readPlatform(value)
			case name.Is("annotations"):
				kind, target, err = readAnnotations(value)
			}
			return err
		})
	if err != nil {
		return e, err
	}
	e.Digest, e.isNested = digest.Digest(id), isIndex(mediaType)
	if err := e.Digest.Validate(); err != nil {
		return e, fmt.Errorf("digest %q: %w", printable.Short(id, longestQuoted), err)
	}
	if kind == "attestation-manifest" {
		e.target = digest.Digest(target)
	}
	if e.target.Validate() == nil {
		e.Target = e.target
	}
	return e, nil
}

func readPlatform(value jsonscan.Value) (p Platform, err error) {
	err = eachKnown(value, []string{"os", "architecture", "variant", "os.version"},
		func(name jsonscan.Name, value jsonscan.Value) (err error) {
			switch {
			case name.Is("os"):
				p.OS, err = textOf(value)
			case name.Is("architecture"):
				p.Architecture, err = textOf(value)
			case name.Is("variant"):
				p.Variant, err = textOf(value)
			case name.Is("os.version"):
				p.OSVersion, err = textOf(value)
			}
			return err
		})
	return p, err
}

// Annotations by which BuildKit says what an attestation is of, see
// https://docs.docker.com/build/metadata/attestations/attestation-storage/.
const (
	referenceType   = "vnd.docker.reference.type"
	referenceDigest = "vnd.docker.reference.digest"
)

func readAnnotations(value jsonscan.Value) (kind, target string, err error) {
	err = eachKnown(value, []string{referenceType, referenceDigest},
		func(name jsonscan.Name, value jsonscan.Value) (err error) {
			switch {
			case name.Is(referenceType):
				kind, err = textOf(value)
			case name.Is(referenceDigest):
				target, err = textOf(value)
			}
			return err
		})
	return kind, target, err
}

// eachKnown has the members of an object, or null, taken one by one. It ends at the first that can be read in two
// ways, or that take refuses, and names it.
func eachKnown(
	value jsonscan.Value, known []string, take func(jsonscan.Name, jsonscan.Value) error,
) error {
	if !value.IsObject() && !value.IsNull() {
		return errors.New("no object where one should be")
	}
	var seen jsonscan.Seen
	for name, member := range value.Members() {
		if err := seen.Note(name, known); err != nil {
			return err
		}
		if err := take(name, member); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

var errNoText = fmt.Errorf("no text where one should be, or one of more than %d bytes", maxText)

// textOf returns a text, "" for null.
func textOf(value jsonscan.Value) (text string, err error) {
	if len(value) > maxText || json.Unmarshal(value, &text) != nil {
		return "", errNoText
	}
	return text, nil
}
