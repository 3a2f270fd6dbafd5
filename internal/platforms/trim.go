package platforms

import (
	"bytes"

	"github.com/opencontainers/go-digest"
)

// A Trimmed is what becomes of an index where only some platforms are wanted. Elements are in the order of the index.
type Trimmed struct {
	Bytes   []byte        // the index that a destination holds: the source's own bytes if nothing was dropped
	Digest  digest.Digest // the SHA-256 of these
	Kept    []Element
	Dropped []Element
	Missing []string // the platforms of the filter that no element is for, as [Filter.Texts] has them
}

// Gone returns the digests that the source's index has and the trimmed one has not, each once. What belongs to them
// beside the index, such as their referrers, has nothing to belong to at a destination.
func (t Trimmed) Gone() []digest.Digest {
	seen := map[digest.Digest]bool{}
	for _, e := range t.Kept {
		seen[e.Digest] = true
	}
	var gone []digest.Digest
	for _, e := range t.Dropped {
		if !seen[e.Digest] {
			seen[e.Digest] = true
			gone = append(gone, e.Digest)
		}
	}
	return gone
}

// Trim computes the index that a destination holds of a source's, by [Rule]. An index of which nothing is dropped is
// returned as it is, and not copied.
//
// It fails with a [*NoneError] if nothing is left, or if something was dropped and nothing that is left is for a wanted
// platform. It fails for what is no index, what can be read in two ways, and what has more than the copy engine
// allows.
func (f Filter) Trim(index []byte) (Trimmed, error) {
	elements, err := read(index)
	if err != nil {
		return Trimmed{}, err
	}
	keep, missing := f.decide(elements)
	t := Trimmed{Missing: missing}
	for i, e := range elements {
		if keep[i] {
			t.Kept = append(t.Kept, e.Element)
		} else {
			t.Dropped = append(t.Dropped, e.Element)
		}
	}
	isNone := len(t.Kept) == 0 || len(t.Dropped) > 0 && len(missing) == len(f.wanted)
	if isNone && !f.IsZero() {
		return Trimmed{}, noneError(f, append(t.Kept, t.Dropped...))
	}
	t.Bytes = index
	if len(t.Dropped) > 0 {
		t.Bytes = cut(index, elements, keep)
	}
	t.Digest = digest.FromBytes(t.Bytes)
	return t, nil
}

// decide says for each element whether it is kept, and which platforms of the filter none is for.
func (f Filter) decide(elements []element) (keep []bool, missing []string) {
	keep = make([]bool, len(elements))
	found := make([]bool, len(f.wanted))
	targets := map[digest.Digest]bool{} // whether one of this digest is kept
	for i, e := range elements {
		if e.target != "" {
			continue
		}
		matching := f.matching(e.Platform)
		for _, position := range matching {
			found[position] = true
		}
		keep[i] = f.IsZero() || e.isNested || !e.Platform.isStated() || len(matching) > 0
		targets[e.Digest] = targets[e.Digest] || keep[i]
	}
	for i, e := range elements {
		if e.target != "" {
			isKept, isThere := targets[e.target]
			keep[i] = isKept || !isThere
		}
	}
	for i, w := range f.wanted {
		if !found[i] {
			missing = append(missing, w.text)
		}
	}
	return keep, missing
}

// cut returns an index without the elements that are not kept, of which at least one is there. An element goes with
// the comma and the white space after it; those at the end of the list go with the comma and the white space before
// them. So what precedes the first element stays, what follows the last one stays, and each element that is kept
// has what followed it, if another one follows it still.
func cut(index []byte, elements []element, keep []bool) []byte {
	var b bytes.Buffer
	b.Write(index[:elements[0].at])
	separator := []byte(nil)
	for i, e := range elements {
		if !keep[i] {
			continue
		}
		b.Write(separator)
		b.Write(index[e.at:e.end])
		if i+1 < len(elements) {
			separator = index[e.end:elements[i+1].at]
		}
	}
	b.Write(index[elements[len(elements)-1].end:])
	return b.Bytes()
}
