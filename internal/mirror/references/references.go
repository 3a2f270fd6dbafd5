// Package references reads what a manifest refers to: blobs and instances, and contents that it has in itself.
//
// What strangers wrote is counted before anything is made of it.
package references

import (
	"errors"
	"fmt"
	"io"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/mirror/content"
)

// References are what a manifest refers to.
type References struct {
	Blobs     []content.Blob
	Instances []digest.Digest
	Doubtful  []content.Blob           // members of an index that may be blobs or instances
	Inline    map[digest.Digest]Inline // contents that the manifest has in itself
	Config    Config                   // of an image; zero if there is none
}

// A Config is the configuration of an image, which is one of its blobs, but for Docker's schema 1.
type Config struct {
	content.Blob
	MediaType string
	Document  string // of schema 1, whose manifests have it in themselves; "" of others
}

// addMember takes a member of an index.
func (r *References) addMember(d descriptor) error {
	if err := d.checkDigest(); err != nil {
		return err
	}
	kind := memberKind(d.MediaType)
	if kind == blobMember {
		return r.addBlob(d)
	}
	if d.Size < 0 {
		return fmt.Errorf("%q has a size of %d bytes", d.Digest, d.Size)
	}
	if kind == manifestMember {
		r.Instances = append(r.Instances, d.Digest)
	} else {
		r.Doubtful = append(r.Doubtful, d.blob())
	}
	return r.keep(d)
}

// addLayer takes a layer, unless it stays where its URLs say.
func (r *References) addLayer(d descriptor) error {
	if d.isForeign() {
		return nil
	}
	return r.addBlob(d)
}

func (r *References) addBlob(d descriptor) error {
	if err := d.checkDigest(); err != nil {
		return err
	}
	if err := d.blob().CheckSize(); err != nil {
		return fmt.Errorf("blob %q %w", d.Digest, err)
	}
	r.Blobs = append(r.Blobs, d.blob())
	return r.keep(d)
}

func (r *References) addConfig(d descriptor) error {
	r.Config = Config{Blob: d.blob(), MediaType: d.MediaType}
	return r.addBlob(d)
}

// errNoData says that a descriptor's data is no content.
var errNoData = errors.New("its data is no text in base64")

// keep keeps the content that a descriptor has in itself, if that is what its digest says. The source need
// not have it elsewhere.
func (r *References) keep(d descriptor) error {
	if d.data == nil {
		return nil
	}
	if !d.data.IsText() {
		return errNoData
	}
	inline := Inline{d.data, d.Size}
	digester := d.Digest.Algorithm().Digester()
	n, err := io.Copy(digester.Hash(), inline.Open())
	if err != nil {
		return fmt.Errorf("%w: %w", errNoData, err)
	}
	if n > 0 && n == d.Size && digester.Digest() == d.Digest {
		r.Inline[d.Digest] = inline
	}
	return nil
}
