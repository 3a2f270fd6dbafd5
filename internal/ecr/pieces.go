package ecr

import "github.com/segmentio/asm/base64"

// The encoder is not the standard library's, which does 0.9 GB/s on a core where this one does 9: a
// part is encoded twice, to be signed and to be sent.

// pieces are bytes that lie in several places, one after the other. None is empty.
type pieces [][]byte

func (p pieces) size() (n int64) {
	for _, piece := range p {
		n += int64(len(piece))
	}
	return n
}

// find returns the piece that the byte at off is in, and where in it; len(p) is off the end.
func (p pieces) find(off int64) (piece int, at int64) {
	for piece < len(p) && off >= int64(len(p[piece])) {
		off -= int64(len(p[piece]))
		piece++
	}
	return piece, off
}

// from returns what is left after off bytes.
func (p pieces) from(off int64) pieces {
	i, at := p.find(off)
	if i == len(p) {
		return nil
	}
	return append(pieces{p[i][at:]}, p[i+1:]...)
}

// copyAt copies the bytes from some place on to dst, and returns how many.
func (p pieces) copyAt(dst []byte, piece int, at int64) (n int) {
	for ; piece < len(p) && n < len(dst); piece++ {
		n += copy(dst[n:], p[piece][at:])
		at = 0
	}
	return n
}

// encodeAt writes the base64 encoding of all bytes from offset off of the encoding on, as much of
// it as dst holds or as lies in one piece, and returns how much: at least one byte, unless off is
// the end.
func (p pieces) encodeAt(dst []byte, off int64) int {
	group, skip := off/4, int(off%4)
	piece, at := p.find(group * 3)
	if piece == len(p) {
		return 0
	}
	first := p[piece][at:]
	if piece < len(p)-1 {
		first = first[:len(first)/3*3] // what is left over makes a group with the next piece
	}
	if groups := len(dst) / 4; skip == 0 && groups > 0 && len(first) > 0 {
		first = first[:min(len(first), groups*3)]
		base64.StdEncoding.Encode(dst, first)
		return base64.StdEncoding.EncodedLen(len(first))
	}
	var three [3]byte
	var four [4]byte
	base64.StdEncoding.Encode(four[:], three[:p.copyAt(three[:], piece, at)])
	return copy(dst, four[skip:])
}
