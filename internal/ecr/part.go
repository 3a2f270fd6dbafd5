package ecr

import "github.com/opencontainers/go-digest"

// A part is a piece of a blob in memory.
type part struct {
	off  int64
	data pieces
	last bool
	free func() // called once, when the part is not needed any more
}

// A partSource makes parts of a stream.
type partSource interface {
	// gather returns the part at off. The stream must be as long as the upload says, if it says.
	gather(off int64) (part, error)
	// digest returns that of all that was gathered.
	digest() digest.Digest
	close()
}
