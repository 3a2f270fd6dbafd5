package slowregistry

import (
	"bytes"
	"io"
	"math/rand/v2"
)

const (
	// pieceSize is the unit in which blobs are made and sent.
	pieceSize = 64 << 10
	blockSize = 8 << 20
	// positions is how many pieces the block has: they overlap, step bytes apart.
	positions = blockSize / step
	step      = 16
)

// gzipHeader begins every layer, so that clients that look take it for what its media type says.
var gzipHeader = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff}

// newBlock returns the random bytes that all layers are made of.
func newBlock() []byte {
	block := make([]byte, blockSize+pieceSize)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(block) // never fails
	return block
}

// A layer is a generated blob: a walk over the pieces of the block that its seed decides.
// No piece comes twice in 32 GiB, so that a piece at the wrong place changes the digest.
type layer struct {
	block []byte
	seed  uint64
	size  int64
}

// at returns the bytes at off up to the end of their piece. They must not be changed.
func (l layer) at(off int64) []byte {
	if off < int64(len(gzipHeader)) {
		return gzipHeader[off:min(int64(len(gzipHeader)), l.size)]
	}
	first, stride := mix(l.seed), mix(l.seed+1)|1 // odd: visits all positions, whose number is a power of 2
	index := uint64(off / pieceSize)
	from := int64((first+index*stride)%positions) * step
	piece := l.block[from : from+pieceSize]
	return piece[off%pieceSize : min(pieceSize, off%pieceSize+l.size-off)]
}

// reader returns the whole content.
func (l layer) reader() io.Reader { return &layerReader{layer: l} }

type layerReader struct {
	layer layer
	off   int64
}

func (r *layerReader) Read(p []byte) (int, error) {
	if r.off == r.layer.size {
		return 0, io.EOF
	}
	n := copy(p, r.layer.at(r.off))
	r.off += int64(n)
	return n, nil
}

// WriteTo lets io.Copy hash without a buffer.
func (r *layerReader) WriteTo(w io.Writer) (int64, error) {
	var written int64
	for r.off < r.layer.size {
		n, err := w.Write(r.layer.at(r.off))
		written += int64(n)
		r.off += int64(n)
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

// mix spreads the bits of x (the finalizer of SplitMix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// A blob is what the object store holds: bytes by offset.
type blob interface {
	// at returns some bytes at off, at least one, at most to the blob's end.
	at(off int64) []byte
	length() int64
}

func (l layer) length() int64 { return l.size }

// small is a blob in memory.
type small []byte

func (s small) at(off int64) []byte { return bytes.Clone(s[off:]) }
func (s small) length() int64       { return int64(len(s)) }
