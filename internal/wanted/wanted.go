// Package wanted tells what a destination should hold of a source's image where an entry asks for some platforms: what
// package platforms leaves of the source's index, or the source's manifest itself. Controller, copy engine and mirror
// digest compute it by this package, so that they come to the same digest.
package wanted

import (
	"context"
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/manifestdigest"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/mirror/references"
	"ecrmirror/internal/platforms"
)

// Blobs opens blobs of the source; see [port.Source].
type Blobs interface {
	Blob(ctx context.Context, blob content.Blob) (chunked.Blob, error)
}

// Root returns the root manifest of an image, as a source gave it with a media type. It must have the digest, if that
// is not "".
func Root(raw []byte, given string, want digest.Digest) (m port.Manifest, err error) {
	m = port.Manifest{Digest: want, MediaType: references.MediaType(raw, given), Content: raw}
	if want == "" {
		m.Digest, err = manifestdigest.Of(raw)
	} else {
		err = content.CheckManifest(raw, want)
	}
	if err == nil && m.MediaType == "" {
		err = fmt.Errorf("manifest of unknown media type %q", given)
	}
	return m, err
}

// An Image is what a destination should hold as an image.
type Image struct {
	Source  digest.Digest // of the source's root manifest
	Root    port.Manifest // that of the destination
	Trimmed platforms.Trimmed
}

// ErrLarge says that something has more bytes than may be in memory.
var ErrLarge = errors.New("bytes, and it may have")

// Of returns what a destination should hold of an image, by its root manifest as [Root] returns it. Of an image that is
// no index the configuration is read, to see what platform it is for; of an index nothing but what is given. Neither
// may have more than so many bytes, 0 = 4 MiB each; an error that wraps [ErrLarge] says that one has.
//
// It fails with a [*platforms.NoneError] if the image has none of the wanted platforms, as [platforms.Filter.Trim] and
// [platforms.Filter.Single] say.
func Of(ctx context.Context, root port.Manifest, filter platforms.Filter, most int64, from Blobs) (Image, error) {
	if most == 0 || most > platforms.MaxIndex {
		most = platforms.MaxIndex
	}
	image := Image{Source: root.Digest, Root: root}
	switch size := int64(len(root.Content)); {
	case filter.IsZero():
		return image, nil
	case size > most:
		return Image{}, fmt.Errorf("manifest: %d %w %d", size, ErrLarge, most)
	case !references.IsIndex(root.MediaType):
		platform, err := platformOf(ctx, root, most, from)
		if err == nil {
			err = filter.Single(platform)
		}
		if err != nil {
			return Image{}, err
		}
		return image, nil
	}
	trimmed, err := filter.Trim(root.Content)
	if err != nil {
		return Image{}, err
	}
	if image.Trimmed = trimmed; len(trimmed.Dropped) > 0 { // else its digest may be by another algorithm
		image.Root.Content, image.Root.Digest = trimmed.Bytes, trimmed.Digest
	}
	return image, nil
}
