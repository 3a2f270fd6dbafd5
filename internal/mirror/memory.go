package mirror

import "ecrmirror/internal/chunked"

// aheadBytes is how far the fastest member may be ahead of the slowest, in bytes, where parts don't ask for more; and
// aloneBytes how far the reading may be ahead of the only member: what was read a moment ago is in the processor's
// cache.
const (
	aheadBytes = 8 << 20
	aloneBytes = 1 << 20
)

// needed returns how many bytes of a blob of that size, -1 if it is not known, must fit in buffers for every member of
// a convoy to get on: a chunk, or a part where there are members that send what they write in parts. Part is the size
// of the largest of these, 0 if there are none. Parts may begin and end within a chunk. Only a buffer shows that a
// stream which has no chunks is at its end.
func needed(size, part int64) int64 {
	need := int64(chunked.ChunkSize)
	if part > 0 {
		need = max(need, part+2*chunked.ChunkSize)
	}
	switch {
	case size < 0:
	case size <= chunked.ChunkSize:
		need = size
	case size < need: // in whole chunks
		need = min(need, (size+chunked.ChunkSize-1)/chunked.ChunkSize*chunked.ChunkSize)
	}
	return need + chunked.SequentialSize
}

// ahead returns how many bytes of a blob are kept for those of the members that are behind.
func ahead(size, part int64, members int) int64 {
	switch {
	case part > 0: // one part is sent while the next is read
		return max(aheadBytes, 2*needed(size, part))
	case members == 1:
		return aloneBytes
	}
	return aheadBytes
}
