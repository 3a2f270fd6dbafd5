package artifacts

import (
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/jsonscan"
	"ecrmirror/internal/printable"
)

const (
	// MaxReferrers is how many referrers of one subject are listed.
	MaxReferrers = 1000
	// MaxIndex is how many bytes one index of referrers may have, or one page: as many as a manifest (OCI Distribution
	// Specification 1.1, "Listing Referrers").
	MaxIndex = 4 << 20
	// MaxList is how many bytes all pages of a list may have.
	MaxList = 16 << 20
)

// IndexType is the media type of an index of referrers.
const IndexType = "application/vnd.oci.image.index.v1+json"

// emptyType is the media type of a config that says nothing. Cosign 3 gave it as the type of each referrer in indexes
// at fallback tags, whatever their manifests say (https://github.com/sigstore/cosign/issues/4422).
const emptyType = "application/vnd.oci.empty.v1+json"

// ErrNoIndex says that a document is no index of referrers at all, but something else.
var ErrNoIndex = errors.New("it is no index of referrers")

// ParseIndex reads an index of referrers, or a page of one: of the referrers API, or at a fallback tag. Each digest
// comes once, in the order of the index. A type that says nothing comes as "".
//
// It is [ErrNoIndex] for what is no index, and [ErrMany] where there is too much in it. It fails for what can be read
// in two ways.
func ParseIndex(document []byte) ([]Artifact, error) {
	list, err := readIndex(document)
	return list.referrers, err
}

// A list is that of an index, and where it is.
type list struct {
	referrers []Artifact
	at, end   int  // in the document
	filled    bool // it has elements
	last      int  // where the last one ends
}

func readIndex(document []byte) (l list, err error) {
	if len(document) > MaxIndex {
		return list{}, fmt.Errorf("%w: an index of more than %d bytes", ErrMany, MaxIndex)
	}
	root, err := jsonscan.Check(document)
	if err != nil {
		return list{}, fmt.Errorf("%w: %w", ErrNoIndex, err)
	}
	elements, err := listIn(root)
	if err != nil {
		return list{}, err
	}
	whole := jsonscan.Value(document)
	l.at = whole.Offset(elements)
	l.end = l.at + len(elements)
	seen := map[digest.Digest]bool{}
	i := 0
	for element := range elements.Elements() {
		a, err := readEntry(element)
		if err != nil {
			return list{}, fmt.Errorf("manifests[%d]: %w", i, err)
		}
		if i++; i > MaxReferrers {
			return list{}, fmt.Errorf("%w: an index of more than %d referrers", ErrMany, MaxReferrers)
		}
		l.filled, l.last = true, whole.Offset(element)+len(element)
		if !seen[a.Digest] {
			seen[a.Digest] = true
			l.referrers = append(l.referrers, a)
		}
	}
	return l, nil
}

// listIn returns the list of an index, an array or null, if nothing else is a list of what an image has.
func listIn(root jsonscan.Value) (manifests jsonscan.Value, err error) {
	if !root.IsObject() {
		return nil, ErrNoIndex
	}
	mediaType, isImage := "", false
	err = root.Known([]string{"mediaType", "manifests", "config", "layers"},
		func(name string, value jsonscan.Value) (err error) {
			switch name {
			case "mediaType":
				mediaType, err = textOf(value)
			case "manifests":
				manifests = value
			default:
				isImage = isImage || !value.IsNull()
			}
			return err
		})
	switch {
	case err != nil:
		return nil, err
	case mediaType != "" && mediaType != IndexType:
		return nil, fmt.Errorf("%w: its mediaType is %q", ErrNoIndex, printable.Short(mediaType, longestQuoted))
	case manifests == nil && mediaType == "", isImage && manifests == nil:
		return nil, ErrNoIndex
	case isImage: // CVE-2021-41190
		return nil, errors.New("it is ambiguous: both an image and an index")
	case !manifests.IsArray() && !manifests.IsNull():
		return nil, errors.New("manifests: no list where one should be")
	}
	return manifests, nil
}

// readEntry reads what an index says of one referrer.
func readEntry(descriptor jsonscan.Value) (a Artifact, err error) {
	a.Size = -1
	err = descriptor.Known([]string{"digest", "size", "artifactType"},
		func(name string, value jsonscan.Value) (err error) {
			switch name {
			case "digest":
				a.Digest, err = digestOf(value)
			case "size":
				a.Size, err = sizeOf(value)
			case "artifactType":
				a.Type, err = textOf(value)
			}
			return err
		})
	switch {
	case err != nil:
		return Artifact{}, err
	case a.Digest == "":
		return Artifact{}, fmt.Errorf("digest: %w", errNoText)
	}
	if a.Type == emptyType {
		a.Type = ""
	}
	return a, nil
}
