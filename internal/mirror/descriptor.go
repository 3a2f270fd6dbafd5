package mirror

import (
	"errors"
	"fmt"

	imgspecv1 "github.com/opencontainers/image-spec/specs-go/v1"
	"go.podman.io/image/v5/types"
)

// checkSize refuses sizes that can't be a blob's. Its error goes on after the blob's name.
func checkSize(blob types.BlobInfo) error {
	isValid := blob.Digest.Validate() == nil // if not, that is told elsewhere
	isEmpty := isValid && blob.Digest == blob.Digest.Algorithm().FromBytes(nil)
	switch {
	case blob.Size < 0: // which would mean that it is unknown
		return fmt.Errorf("has a size of %d bytes", blob.Size)
	case !isValid:
		return nil
	case blob.Size == 0 && !isEmpty:
		return errors.New("has 0 bytes by its descriptor, and its digest is not that of nothing")
	case blob.Size > 0 && isEmpty:
		return fmt.Errorf("has %d bytes by its descriptor, and its digest is that of nothing", blob.Size)
	}
	return nil
}

// keep keeps the content that a descriptor has in itself, if that is what its digest says. The source need
// not have it elsewhere.
func (r references) keep(desc imgspecv1.Descriptor) {
	if len(desc.Data) > 0 && int64(len(desc.Data)) == desc.Size && desc.Digest.Validate() == nil &&
		desc.Digest.Algorithm().FromBytes(desc.Data) == desc.Digest {
		r.inline[desc.Digest] = desc.Data
	}
}
