// Package content verifies bytes against what a manifest says of them: their digest and their size.
package content

import (
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/manifestdigest"
)

// A Blob is a blob as a manifest names it.
type Blob struct {
	Digest digest.Digest
	Size   int64 // bytes; -1 if the manifest does not tell
}

// IsEmpty reports whether the digest is that of no bytes. The digest must be valid.
func (b Blob) IsEmpty() bool { return b.Digest == b.Digest.Algorithm().FromBytes(nil) }

// maxSize is the greatest size of a blob in bytes: above any real one, and low enough that the sum of all sizes is a
// number, too.
const maxSize = 1 << 44

// CheckSize returns an error, to be read after the blob's name, if the size can't be that of the blob. The digest must
// be valid, and the size known.
func (b Blob) CheckSize() error {
	isEmpty := b.IsEmpty()
	switch {
	case b.Size < 0: // which would mean that it is unknown
		return fmt.Errorf("has a size of %d bytes", b.Size)
	case b.Size > maxSize:
		return fmt.Errorf("has a size of %d bytes; the greatest that is taken is %d", b.Size, int64(maxSize))
	case b.Size == 0 && !isEmpty:
		return errors.New("has 0 bytes by its descriptor, and its digest is not that of nothing")
	case b.Size > 0 && isEmpty:
		return fmt.Errorf("has %d bytes by its descriptor, and its digest is that of nothing", b.Size)
	}
	return nil
}

// CheckManifest returns a [*DigestMismatchError] unless the manifest has the digest, which must be valid.
func CheckManifest(manifest []byte, want digest.Digest) error {
	got, err := manifestdigest.By(want.Algorithm(), manifest)
	if err == nil && got != want {
		err = &DigestMismatchError{Want: want, Got: got}
	}
	return err
}
