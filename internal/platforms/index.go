package platforms

import (
	"errors"
	"fmt"
	"strings"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/jsonscan"
	"ecrmirror/internal/printable"
)

// Media types of an index; see https://github.com/opencontainers/image-spec/blob/v1.1.0/media-types.md.
const (
	ociIndex   = "application/vnd.oci.image.index.v1+json"
	dockerList = "application/vnd.docker.distribution.manifest.list.v2+json"
)

var errNoIndex = errors.New("it is no index")

// An element is one with where it is and what decides about it.
type element struct {
	Element
	at, end  int           // its bytes in the document
	isNested bool          // it is an index itself
	target   digest.Digest // what an attestation says that it is of, a digest or not; "" of others
}

// read reads the elements of an index where they are.
func read(document []byte) ([]element, error) {
	if len(document) > MaxIndex {
		return nil, fmt.Errorf("index has %d bytes; it may have %d", len(document), MaxIndex)
	}
	root, err := jsonscan.Check(document)
	if err != nil {
		return nil, err
	}
	list, err := listOf(root)
	if err != nil {
		return nil, err
	}
	var elements []element
	for value := range list.Elements() {
		i := len(elements)
		if i == maxElements {
			return nil, fmt.Errorf("manifests: more than %d", maxElements)
		}
		e, err := readElement(value)
		if err != nil {
			return nil, fmt.Errorf("manifests[%d]: %w", i, err)
		}
		e.at = jsonscan.Value(document).Offset(value)
		e.end = e.at + len(value)
		elements = append(elements, e)
	}
	return elements, nil
}

// listOf returns the list of an index, an array or null, if nothing else is a list of what an image has.
func listOf(root jsonscan.Value) (list jsonscan.Value, err error) {
	if !root.IsObject() {
		return nil, errNoIndex
	}
	known := []string{"schemaVersion", "mediaType", "config", "layers", "manifests", "fsLayers", "history"}
	var seen jsonscan.Seen
	isImage := false
	for name, value := range root.Members() {
		if err := seen.Note(name, known); err != nil {
			return nil, err
		}
		switch {
		case name.Is("manifests"):
			list = value
		case name.Is("mediaType"):
			if err := checkType(value); err != nil {
				return nil, err
			}
		case isOfImage(name):
			isImage = isImage || !value.IsNull()
		}
	}
	switch {
	case !list.IsArray() && !list.IsNull():
		return nil, errNoIndex
	case isImage: // CVE-2021-41190
		return nil, errors.New("it is ambiguous: both an image and an index")
	}
	return list, nil
}

// isOfImage reports whether a member is one that images have, and no index has.
func isOfImage(name jsonscan.Name) bool {
	return name.Is("config") || name.Is("layers") || name.Is("fsLayers") || name.Is("history")
}

// checkType checks that a media type is that of an index, or says nothing.
func checkType(value jsonscan.Value) error {
	text, err := textOf(value)
	if err != nil {
		return fmt.Errorf("mediaType: %w", err)
	}
	if text != "" && !isIndex(text) {
		return fmt.Errorf("%w: its mediaType is %q", errNoIndex, printable.Short(text, longestQuoted))
	}
	return nil
}

// isIndex reports whether a media type is that of an index, whatever parameters it has, and in letters of any case.
func isIndex(mediaType string) bool {
	bare, _, _ := strings.Cut(mediaType, ";")
	bare = lower(strings.Trim(bare, " \t"))
	return bare == ociIndex || bare == dockerList
}
