package platforms

import (
	"encoding/json"
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
	err = known(value, []string{"mediaType", "digest", "size", "urls", "data", "platform", "annotations"},
		func(name string, value jsonscan.Value) (err error) {
			switch name {
			case "mediaType":
				mediaType, err = textOf(value)
			case "digest":
				id, err = textOf(value)
			case "platform":
				e.Platform, err = readPlatform(value)
			case "annotations":
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
	err = known(value, []string{"os", "architecture", "variant", "os.version"},
		func(name string, value jsonscan.Value) (err error) {
			switch name {
			case "os":
				p.OS, err = textOf(value)
			case "architecture":
				p.Architecture, err = textOf(value)
			case "variant":
				p.Variant, err = textOf(value)
			case "os.version":
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
	err = known(value, []string{referenceType, referenceDigest},
		func(name string, value jsonscan.Value) (err error) {
			switch name {
			case referenceType:
				kind, err = textOf(value)
			case referenceDigest:
				target, err = textOf(value)
			}
			return err
		})
	return kind, target, err
}

// known has the known members of an object, or null, taken; see [jsonscan.Value.Known].
func known(value jsonscan.Value, names []string, take func(name string, value jsonscan.Value) error) error {
	if value.IsNull() {
		return nil
	}
	return value.Known(names, take)
}

var errNoText = fmt.Errorf("no text where one should be, or one of more than %d bytes", maxText)

// textOf returns a text, "" for null.
func textOf(value jsonscan.Value) (text string, err error) {
	if len(value) > maxText || json.Unmarshal(value, &text) != nil {
		return "", errNoText
	}
	return text, nil
}
