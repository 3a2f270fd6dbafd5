package references

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/jsonscan"
)

// Limits on what a manifest may consist of beside its bytes: above any real one, and low enough that what is made of
// it has not many times its size.
const (
	maxDescriptors      = 50_000 // those of 4 MiB that have a digest are 46,000
	maxDescriptorValues = 1_000  // members, URLs and annotations of a descriptor
	maxOtherValues      = 10_000 // values in a manifest's members that are no descriptors, such as its annotations
	maxMediaType        = 1_024  // bytes; without parameters the longest is 255 (RFC 6838, 4.2)
)

// The members of a manifest, and of the descriptors in it, that say what it refers to.
var (
	manifestMembers   = []string{"schemaVersion", "mediaType", "config", "layers", "manifests", "fsLayers", "history"}
	descriptorMembers = []string{"mediaType", "digest", "size", "urls", "data", "blobSum"}
	historyMembers    = []string{"v1Compatibility"}
)

// checkObject checks that a value is an object, or null, with no more values than that, and with the known members once
// each.
func checkObject(value jsonscan.Value, known []string, most int) error {
	switch {
	case !value.IsObject() && !value.IsNull():
		return jsonscan.ErrNoObject
	case value.Count() > most:
		return fmt.Errorf("%d values, and it may have %d", value.Count(), most)
	}
	var seen jsonscan.Seen
	for name := range value.Members() {
		if err := seen.Note(name, known); err != nil {
			return err
		}
	}
	return nil
}

var (
	errNoArray = errors.New("no list where one should be")
	errNoText  = fmt.Errorf("no text where one should be, or one of more than %d bytes", maxMediaType)
)

// textOf returns a text of maxMediaType bytes at most, "" for null.
func textOf(value jsonscan.Value) (text string, err error) {
	if len(value) > maxMediaType || json.Unmarshal(value, &text) != nil {
		return "", errNoText
	}
	return text, nil
}

// quotable shortens what is in place of a digest.
func quotable(d digest.Digest) digest.Digest {
	const longest = 160 // a SHA-512 has 135
	if len(d) > longest {
		return d[:longest] + "..."
	}
	return d
}
