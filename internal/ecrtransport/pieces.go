package ecrtransport

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

// from returns what is left after off bytes.
func (p pieces) from(off int64) pieces {
	for i, piece := range p {
		if off < int64(len(piece)) {
			rest := append(pieces{piece[off:]}, p[i+1:]...)
			return rest
		}
		off -= int64(len(piece))
	}
	return nil
}

// copyTo copies the first bytes to dst, and returns how many.
func (p pieces) copyTo(dst []byte) (n int) {
	for _, piece := range p {
		if n == len(dst) {
			break
		}
		n += copy(dst[n:], piece)
	}
	return n
}

// encodeAt writes the base64 encoding of all bytes from offset off of the encoding on, as much of
// it as dst holds or as lies in one piece, and returns how much: at least one byte, unless off is
// the end.
func (p pieces) encodeAt(dst []byte, off int64) int {
	group, skip := off/4, int(off%4)
	rest := p.from(group * 3)
	if len(rest) == 0 {
		return 0
	}
	first := rest[0]
	if len(rest) > 1 {
		first = first[:len(first)/3*3] // what is left over makes a group with the next piece
	}
	if groups := len(dst) / 4; skip == 0 && groups > 0 && len(first) > 0 {
		first = first[:min(len(first), groups*3)]
		base64.StdEncoding.Encode(dst, first)
		return base64.StdEncoding.EncodedLen(len(first))
	}
	var three [3]byte
	var four [4]byte
	base64.StdEncoding.Encode(four[:], three[:rest.copyTo(three[:])])
	return copy(dst, four[skip:])
}
